"""Where a record stands, what may happen next and who may do it, and why a step cannot be made now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.security import rights
from core.workflow import walk
from core.workflow.allowed import refusal
from core.workflow.definition import Activity, Definition, Transition
from core.workflow.versions import definitions

if TYPE_CHECKING:
    from core.orm.model import Model


@dataclass(frozen=True)
class Step:
    """One move a record might make.

    Attributes:
        signal: what makes it; empty for one that happens by itself.
        who: the groups of which one is needed; empty when everybody may.
        why: why it cannot be made now; empty when it can.
    """

    signal: str
    label: str
    source: str
    target: str
    who: tuple[str, ...]
    why: str
    way: Transition


def steps(record: Model, automatic: bool = False) -> list[Step]:
    """What may happen next with a record, and why what may not cannot; with `automatic`, what needs no signal too."""
    return [
        _step(record, own, activity, way)
        for definition in definitions(record.env, record._name)
        for own, activity in standing(record, definition)
        for way in activity.ways
        if way.signal or automatic
    ]


def steps_from(record: Model, own: Definition, activity: Activity) -> list[Step]:
    """What may happen next with a record from one of the places where it stands, what needs no signal included."""
    return [_step(record, own, activity, way) for way in activity.ways]


def standing(record: Model, definition: Definition) -> list[tuple[Definition, Activity]]:
    """Where a record stands in a workflow, with the version it follows; where it would begin if it is not in it yet."""
    found = [
        (own, own.activities[token.activity])
        for instance, own, _here in walk.places(record, definition)
        for token in instance.tokens
    ]
    if found:
        return found
    place = walk.standing(record, definition)
    return [(definition, place)] if place is not None else []


def _step(record: Model, own: Definition, activity: Activity, way: Transition) -> Step:
    env = record.env
    return Step(
        way.signal,
        env.translate_term(way.label, record._info.addon),
        label_of(record, own, activity),
        label_of(record, own, own.activities[way.target]),
        tuple(rights.group_names(env, way.groups)),
        refusal(record, way),
        way,
    )


def label_of(record: Model, definition: Definition, activity: Activity) -> str:
    """What people call an activity: the label of its status where it has one."""
    if definition.field and activity.state:
        labels: dict[str, str] = record._info.fields[definition.field].labels(record.env)  # type: ignore[attr-defined]  # a status field is a selection
        return labels.get(activity.state, activity.name)
    return str(record.env.translate_term(activity.name, record._info.addon))


def title_of(record: Model, listening: Sequence[Definition], signal: str) -> str:
    """What people call a signal: the label of its first transition."""
    labels = (way.label for definition in listening for way in definition.transitions if way.signal == signal)
    return str(record.env.translate_term(next(labels, signal), record._info.addon))
