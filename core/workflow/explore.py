"""Walks every path of a definition on paper: what can be taken, where records end, and where they would be stuck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.workflow.definition import Activity, Definition, Transition
from core.workflow.net import is_joined, waits

MOST_MARKINGS = 20_000
MOST_TOKENS = 12
"""A record on more places at once than this goes round a loop that splits and never joins."""

Place = tuple[str, int, int]
"""`here`, `inside` a subflow or `before` a join; the activity; the way over which it came to the join."""
Marking = tuple[Place, ...]


@dataclass
class Explored:
    """What walking found.

    Attributes:
        markings: how many different states a record can be in.
        taken: ids of the transitions that some path takes.
        ended: the states in which the instance is complete.
        stuck: states that are no end and that nothing leads out of.
        endless: splits in a loop put ever more tokens on their way.
    """

    markings: int = 0
    taken: set[int] = field(default_factory=set)
    ended: list[Marking] = field(default_factory=list)
    stuck: list[Marking] = field(default_factory=list)
    endless: bool = False


def explore(definition: Definition) -> Explored:
    """Walk from the start over every way, whatever its signal and condition, until no new state is found."""
    found = Explored()
    start: Marking = ()
    for activity in definition.starts:
        start = _enter(start, activity)
    seen, open_ends = {start}, [start]
    while open_ends and len(seen) <= MOST_MARKINGS:
        here = open_ends.pop()
        after = list(_moves(definition, here))
        for ways, there in after:
            found.taken.update(way.id for way in ways)
            if len(there) > MOST_TOKENS:
                found.endless = True
            elif there not in seen:
                seen.add(there)
                open_ends.append(there)
        if _is_end(definition, here):
            found.ended.append(here)
        elif not after:
            found.stuck.append(here)
    found.markings = len(seen)
    found.endless = found.endless or bool(open_ends)
    return found


def shown(definition: Definition, marking: Marking) -> str:
    """A state in words: names of activities, those before a join in brackets."""
    return ", ".join(
        f"({definition.activities[i].name})" if kind == "before" else definition.activities[i].name
        for kind, i, _ in marking
    )


def _is_end(definition: Definition, marking: Marking) -> bool:
    return bool(marking) and all(kind == "here" and definition.activities[i].stop for kind, i, _ in marking)


def _moves(definition: Definition, marking: Marking) -> Iterator[tuple[tuple[Transition, ...], Marking]]:
    for place in dict.fromkeys(marking):
        kind, number, _ = place
        rest = _without(marking, place)
        activity = definition.activities[number]
        if kind == "inside":
            yield (), _sorted((*rest, ("here", number, 0)))
        elif kind == "here":
            for ways in _choices(activity):
                there = rest
                for way in ways:
                    there = _come(definition, there, way)
                yield ways, there


def _choices(activity: Activity) -> Iterator[tuple[Transition, ...]]:
    """The sets of ways that some answers to the conditions let a token take."""
    if activity.split == "AND":
        if activity.ways:
            yield activity.ways
        return
    for way in activity.ways:
        yield (way,)
    if activity.split == "OR" and len(activity.ways) > 1:
        yield activity.ways


def _come(definition: Definition, marking: Marking, way: Transition) -> Marking:
    activity = definition.activities[way.target]
    if not waits(definition, activity):
        return _enter(marking, activity)
    waiting = (*marking, ("before", activity.id, way.id))
    come = [by for kind, i, by in waiting if kind == "before" and i == activity.id]
    if not is_joined(definition, activity, come):
        return _sorted(waiting)
    return _enter(tuple(p for p in waiting if not (p[0] == "before" and p[1] == activity.id)), activity)


def _enter(marking: Marking, activity: Activity) -> Marking:
    kept = () if activity.kind == "stopall" else marking
    return _sorted((*kept, ("inside" if activity.kind == "subflow" else "here", activity.id, 0)))


def _without(marking: Marking, place: Place) -> Marking:
    index = marking.index(place)
    return marking[:index] + marking[index + 1 :]


def _sorted(places: Marking) -> Marking:
    return tuple(sorted(places))
