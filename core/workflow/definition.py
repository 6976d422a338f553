"""A workflow definition as plain values: what a version keeps, and what the engine walks through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from core.kernel.expression import Expression, compile_expression

Kind = Literal["dummy", "function", "subflow", "stopall"]
Split = Literal["XOR", "OR", "AND"]
Join = Literal["XOR", "AND"]
Content = dict[str, Any]
"""A definition as JSON."""

ALWAYS = "True"


@dataclass(frozen=True, eq=False)
class Transition:
    """The way from one activity to another.

    Attributes:
        signal: what opens it; empty for one that opens by its condition alone.
        groups: ids of the groups of which the user must be in one; empty for everybody.
        trigger_model: a change of records of this model opens it again for a look; empty for none.
        trigger: gives the ids of those records.
    """

    id: int
    source: int
    target: int
    signal: str = ""
    label: str = ""
    condition: Expression = field(default_factory=lambda: compile_expression(ALWAYS))
    groups: frozenset[int] = frozenset()
    trigger_model: str = ""
    trigger: Expression | None = None

    @property
    def unconditional(self) -> bool:
        """Is there no condition to work out?"""
        return self.condition.source == ALWAYS


@dataclass(frozen=True, eq=False)
class Activity:
    """One step.

    Attributes:
        state: the value the status field takes here; empty where the definition has none.
        actions: what is done on arrival, a line each.
        server_action: id of the server action that runs on arrival; 0 for none.
        subflow: id of the workflow that runs inside; 0 for none.
        signal_send: what is sent to the record whose subflow this is.
        ways: transitions that lead out, in order.
    """

    id: int
    name: str
    kind: Kind = "dummy"
    split: Split = "XOR"
    join: Join = "XOR"
    state: str = ""
    actions: tuple[str, ...] = ()
    server_action: int = 0
    start: bool = False
    stop: bool = False
    subflow: int = 0
    signal_send: str = ""
    ways: tuple[Transition, ...] = ()

    @property
    def key(self) -> str:
        """What an activity is called in mappings from one version to another."""
        return self.state or self.name


@dataclass(frozen=True, eq=False)
class Definition:
    """One version of a workflow of one model.

    Attributes:
        workflow: id of its row.
        version: id of the row that keeps this version; 0 for one that is not published.
        number: of the version, counted from 1.
        field: the selection field that shows where a record stands; empty for none.
    """

    workflow: int
    version: int
    number: int
    name: str
    model: str
    field: str
    on_create: bool
    activities: Mapping[int, Activity]

    @cached_property
    def starts(self) -> tuple[Activity, ...]:
        """Where a new record begins."""
        return tuple(activity for activity in self.activities.values() if activity.start)

    @cached_property
    def transitions(self) -> tuple[Transition, ...]:
        """Every way."""
        return tuple(way for activity in self.activities.values() for way in activity.ways)

    @cached_property
    def incoming(self) -> Mapping[int, frozenset[int]]:
        """The ids of the ways into each activity."""
        found: dict[int, set[int]] = {activity: set() for activity in self.activities}
        for way in self.transitions:
            found[way.target].add(way.id)
        return {activity: frozenset(ways) for activity, ways in found.items()}

    @cached_property
    def signals(self) -> frozenset[str]:
        """Every signal some transition listens to."""
        return frozenset(way.signal for way in self.transitions if way.signal)

    @cached_property
    def automatic(self) -> bool:
        """Has it transitions that need no signal?"""
        return any(not way.signal for way in self.transitions)

    @cached_property
    def watched(self) -> frozenset[str]:
        """The names that the conditions of transitions without a signal read."""
        return frozenset(name for way in self.transitions if not way.signal for name in way.condition.names)

    @cached_property
    def trigger_models(self) -> frozenset[str]:
        """Models whose changes may open a transition."""
        return frozenset(way.trigger_model for way in self.transitions if way.trigger_model)

    @cached_property
    def subflows(self) -> frozenset[int]:
        """The workflows that run inside this one."""
        return frozenset(activity.subflow for activity in self.activities.values() if activity.subflow)

    @cached_property
    def by_state(self) -> Mapping[str, Activity]:
        """The activity that a value of the status field stands for, where it can be told from the value alone.

        Empty for a definition whose records may stand in several places at once.
        """
        told = [activity for activity in self.activities.values() if activity.state]
        parallel = any(activity.split != "XOR" and len(activity.ways) > 1 for activity in self.activities.values())
        if not self.field or parallel or len(told) != len(self.activities):
            return {}
        found = {activity.state: activity for activity in told}
        return found if len(found) == len(told) else {}

    def content(self) -> Content:
        """The definition as JSON, from which `Definition.of` makes it again."""
        return {
            "name": self.name, "model": self.model, "field": self.field, "on_create": self.on_create,
            "activities": [_activity_content(activity) for activity in self.activities.values()],
        }  # fmt: skip

    @classmethod
    def of(cls, content: Content, workflow: int, version: int = 0, number: int = 0) -> Definition:
        """The definition that `content` says. Raises ExpressionError for a condition that cannot be read."""
        activities = {row["id"]: _activity_of(row) for row in content["activities"]}
        return cls(
            workflow, version, number, content["name"], content["model"], content["field"], content["on_create"],
            activities,
        )  # fmt: skip


def _activity_content(activity: Activity) -> Content:
    return {
        "id": activity.id, "name": activity.name, "kind": activity.kind, "split": activity.split,
        "join": activity.join, "state": activity.state, "actions": list(activity.actions),
        "server_action": activity.server_action, "start": activity.start, "stop": activity.stop,
        "subflow": activity.subflow, "signal_send": activity.signal_send,
        "ways": [
            {
                "id": way.id, "target": way.target, "signal": way.signal, "label": way.label,
                "condition": way.condition.source, "groups": sorted(way.groups), "trigger_model": way.trigger_model,
                "trigger": way.trigger.source if way.trigger is not None else "",
            }
            for way in activity.ways
        ],
    }  # fmt: skip


def _activity_of(row: Content) -> Activity:
    ways = tuple(_transition_of(row["id"], way) for way in row["ways"])
    told = {key: value for key, value in row.items() if key not in ("ways", "actions")}
    return Activity(**told, actions=tuple(row["actions"]), ways=ways)


def _transition_of(source: int, row: Content) -> Transition:
    told = {key: value for key, value in row.items() if key not in ("condition", "groups", "trigger")}
    return Transition(
        **told,
        source=source,
        condition=compile_expression(row["condition"] or ALWAYS),
        groups=frozenset(row["groups"]),
        trigger=compile_expression(row["trigger"]) if row["trigger"] else None,
    )


def lines(text: str) -> Sequence[str]:
    """The actions of an activity, one a line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
