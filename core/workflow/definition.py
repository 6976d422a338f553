"""Workflow definitions as plain values, read from their rows once and kept until somebody changes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.kernel.expression import Expression, compile_expression

if TYPE_CHECKING:
    from core.orm.env import Env

MODELS = frozenset({"workflow", "workflow.activity", "workflow.transition"})


@dataclass(frozen=True)
class Transition:
    """The way from one activity to another.

    Attributes:
        signal: what opens it; empty for one that opens by its condition alone.
        groups: ids of the groups of which the user must be in one; empty for everybody.
    """

    id: int
    source: int
    target: int
    signal: str
    label: str
    condition: Expression
    groups: frozenset[int]


@dataclass(frozen=True)
class Activity:
    """One step.

    Attributes:
        state: the value the status field takes here; empty where the definition has none.
        ways: transitions that lead out, in order.
    """

    id: int
    name: str
    kind: str
    split: str
    join: str
    state: str
    actions: tuple[str, ...]
    start: bool
    stop: bool
    ways: tuple[Transition, ...]


@dataclass(frozen=True)
class Definition:
    """A workflow of one model."""

    id: int
    name: str
    model: str
    field: str
    on_create: bool
    activities: dict[int, Activity]

    @property
    def starts(self) -> list[Activity]:
        """Where a new record begins."""
        return [activity for activity in self.activities.values() if activity.start]

    @property
    def automatic(self) -> bool:
        """Has it transitions that need no signal?"""
        return any(not way.signal for activity in self.activities.values() for way in activity.ways)

    def in_state(self, state: str) -> Activity | None:
        """The activity that the value of the status field stands for."""
        return next((a for a in self.activities.values() if a.state and a.state == state), None)

    def signals(self) -> frozenset[str]:
        """Every signal some transition listens to."""
        return frozenset(way.signal for a in self.activities.values() for way in a.ways if way.signal)


def definitions(env: Env, model: str) -> tuple[Definition, ...]:
    """The active workflows of a model."""
    if "workflow" not in env:
        return ()
    changed = "workflows changed" in env.tx.flags
    kept: dict[Any, Any] = env.tx.memo.setdefault("workflows", {}) if changed else env.registry.cache("workflows")
    if "all" not in kept:
        found: dict[str, list[Definition]] = {}
        rows: Any = env.super_env["workflow"]
        for row in rows.search([("active", "=", True)], order="id"):
            found.setdefault(row.osv, []).append(_read(row))
        kept["all"] = {name: tuple(listed) for name, listed in found.items()}
    by_model: dict[str, tuple[Definition, ...]] = kept["all"]
    return by_model.get(model, ())


def forget(env: Env, model: str) -> None:
    """Drop kept definitions after one of their rows changed."""
    if model not in MODELS:
        return
    env.tx.flags.add("workflows changed")
    env.tx.memo.pop("workflows", None)
    kept = env.registry.cache("workflows")
    env.on_commit(kept.clear)


def _read(row: Any) -> Definition:
    activities: dict[int, Activity] = {}
    for activity in row.activities.sorted("id"):
        ways = tuple(
            Transition(
                id=way.id,
                source=activity.id,
                target=way.act_to.id,
                signal=way.signal,
                label=way.label or way.signal,
                condition=compile_expression((way.condition or "True").strip()),
                groups=frozenset([*way.groups_id.ids, *way.group_id.ids]),
            )
            for way in activity.out_transitions
        )
        activities[activity.id] = Activity(
            id=activity.id,
            name=activity.name,
            kind=activity.kind,
            split=activity.split_mode,
            join=activity.join_mode,
            state=activity.state,
            actions=tuple(_lines(activity.action.splitlines())),
            start=activity.flow_start,
            stop=activity.flow_stop,
            ways=ways,
        )
    return Definition(row.id, row.name, row.osv, row.field, row.on_create, activities)


def _lines(lines: Iterable[str]) -> Iterable[str]:
    return (line.strip() for line in lines if line.strip())
