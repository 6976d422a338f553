"""The rules by which tokens move, without rows: which ways a token takes, when a join has what it waits for.

The meaning is that of OpenERP: an XOR split takes the first open way, OR every open way at once, AND all of them as
soon as all are open. An XOR join lets each token through, AND waits for one over every way that leads in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.workflow.definition import Activity, Definition, Transition

Opened = Callable[[Transition], bool]
LONGEST_CHAIN = 100


def leaving(activity: Activity, signal: str, opened: Opened) -> tuple[Transition, ...]:
    """The ways a token takes out of an activity now.

    Args:
        signal: what was sent; empty when the token moves by itself. With a signal, at least one way listens to it.
        opened: does the condition of a way hold, and may the user take it?
    """
    heard = [way for way in activity.ways if not way.signal or way.signal == signal]
    if signal and not any(way.signal for way in heard):
        return ()
    if activity.split == "AND":
        everything = len(heard) == len(activity.ways) and all(map(opened, heard))
        return tuple(heard) if everything and heard else ()
    if activity.split == "OR":
        found = tuple(way for way in heard if opened(way))
        return found if not signal or any(way.signal for way in found) else ()
    if signal:
        heard = [way for way in heard if way.signal]
    first = next((way for way in heard if opened(way)), None)
    return () if first is None else (first,)


def waits(definition: Definition, activity: Activity) -> bool:
    """Does a token that comes here wait for others?"""
    return activity.join == "AND" and len(definition.incoming[activity.id]) > 1


def is_joined(definition: Definition, activity: Activity, come: Iterable[int]) -> bool:
    """Has a token come over every way that leads to the activity? `come` are the ids of the ways."""
    return definition.incoming[activity.id] <= set(come)


def reachable(definition: Definition) -> frozenset[int]:
    """The activities that some sequence of signals and conditions may lead to."""
    found: set[int] = set()
    open_ends = [activity.id for activity in definition.starts]
    while open_ends:
        here = open_ends.pop()
        if here not in found:
            found.add(here)
            open_ends.extend(way.target for way in definition.activities[here].ways)
    return frozenset(found)


@dataclass
class Walker:
    """Walks a definition on paper: one instance, with the answers to its conditions given by whoever walks.

    Attributes:
        opened: the answer to a transition's condition; everything holds unless said otherwise.
        standing: the activities with a token that has done its work, in the order in which tokens came.
        waiting: tokens before an AND join, as (activity, way).
        inside: activities whose subflow runs.
        entered: every activity a token came to, in order.
        complete: has the instance ended?
    """

    definition: Definition
    opened: Opened = field(default=lambda _way: True)
    standing: list[int] = field(default_factory=list)
    waiting: list[tuple[int, int]] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)
    complete: bool = False

    def start(self) -> None:
        """Begin, and follow what needs no signal."""
        for activity in self.definition.starts:
            self._enter(activity)
        self.follow()

    def send(self, signal: str) -> bool:
        """Send a signal to every token, then follow what needs none. Gives whether a token moved."""
        moved = [self._leave(here, signal) for here in tuple(self.standing)]
        self.follow()
        return any(moved)

    def finish_subflow(self, name: str, last: str = "") -> None:
        """The subflow of the activity `name` has ended, in its activity `last`."""
        activity = next(
            self.definition.activities[i] for i in self.inside if self.definition.activities[i].name == name
        )
        self.inside.remove(activity.id)
        self.standing.append(activity.id)
        if last:
            self._leave(activity.id, f"subflow.{last}")
        self.follow()

    def follow(self) -> None:
        """Take every open way that needs no signal. Raises RecursionError when there is no end to it."""
        for _ in range(LONGEST_CHAIN):
            moved = [self._leave(here, "") for here in tuple(self.standing)]
            if not any(moved):
                break
        else:
            raise RecursionError(f"the workflow {self.definition.name} goes round in circles")
        stops = [self.definition.activities[here].stop for here in self.standing]
        self.complete = bool(stops) and all(stops) and not self.waiting and not self.inside

    def _leave(self, here: int, signal: str) -> bool:
        if here not in self.standing:
            return False
        ways = leaving(self.definition.activities[here], signal, self.opened)
        if ways:
            self.standing.remove(here)
        for way in ways:
            self._come(self.definition.activities[way.target], way)
        return bool(ways)

    def _come(self, activity: Activity, way: Transition) -> None:
        if not waits(self.definition, activity):
            self._enter(activity)
            return
        self.waiting.append((activity.id, way.id))
        if is_joined(self.definition, activity, (by for here, by in self.waiting if here == activity.id)):
            self.waiting = [(here, by) for here, by in self.waiting if here != activity.id]
            self._enter(activity)

    def _enter(self, activity: Activity) -> None:
        self.entered.append(activity.name)
        if activity.kind == "stopall":
            self.standing, self.waiting, self.inside = [], [], []
        (self.inside if activity.kind == "subflow" else self.standing).append(activity.id)
