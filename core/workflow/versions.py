"""The published versions of workflows: the engine walks these, so that editing a definition disturbs nobody.

Data files publish what they change by themselves; what a person edits waits until it is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from core.orm.domain import Leaf
from core.workflow.definition import Activity, Definition
from core.workflow.source import SOURCES, read

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

VERSION = "workflow.version"
_CHANGED, _WAITING, _REROUTE = "workflow versions changed", "publish workflow ", "reroute workflow "


@dataclass(frozen=True)
class Published:
    """What the publication of one workflow did.

    Attributes:
        definition: the version that holds from now on.
        moved: how many running instances go on with it.
        left: how many finish on the version they began with.
    """

    definition: Definition
    moved: int
    left: int


@dataclass(frozen=True)
class Flows:
    """All published workflows that are switched on, each in its newest version.

    Attributes:
        by_model: those for the records of each model.
    """

    by_model: Mapping[str, tuple[Definition, ...]]

    @cached_property
    def looked_at(self) -> frozenset[str]:
        """Models whose records a token of some workflow may wait for."""
        return frozenset(model for one in self for model in one.trigger_models)

    @cached_property
    def concerned(self) -> frozenset[str]:
        """Models whose records move tokens when they change: their own, or those that wait for them."""
        return self.looked_at.union(self.by_model)

    @cached_property
    def nested(self) -> bool:
        """Does any workflow run inside another one?"""
        return any(one.subflows for one in self)

    def __iter__(self) -> Iterator[Definition]:
        return (one for listed in self.by_model.values() for one in listed)


_NONE = Flows({})


def definitions(env: Env, model: str) -> tuple[Definition, ...]:
    """The published workflows of a model that are switched on, each in its newest version."""
    publish_waiting(env, model)
    return published(env).by_model.get(model, ())


def published(env: Env) -> Flows:
    """All published workflows that are switched on."""
    kept = _kept(env)
    flows: Flows | None = kept.get("all")
    if flows is None:
        if VERSION not in env:
            return _NONE
        found: dict[str, list[Definition]] = {}
        rows: Any = env.super_env[VERSION]
        for row in rows.search([("current", "=", True), ("wkf_id.active", "=", True)], order="wkf_id"):
            one = kept[row.id] = _of(row)
            found.setdefault(one.model, []).append(one)
        flows = kept["all"] = Flows({name: tuple(listed) for name, listed in found.items()})
    return flows


def version(env: Env, number: int) -> Definition:
    """The version that the row `number` keeps."""
    kept = _kept(env)
    if number not in kept:
        kept[number] = _of(env.super_env[VERSION].browse(number))
    found: Definition = kept[number]
    return found


def source_changed(records: Model) -> None:
    """Rows of a definition or of its versions were made, written or are about to go; told by the engine."""
    env = records.env
    if records._name == VERSION:
        _forget(env)
        return
    if records._name not in SOURCES:
        return
    _forget(env)  # its being switched on
    if not env.context.get("install_mode"):
        return
    rows: Any = records.with_env(env.super_env)
    path = {"workflow.activity": "wkf_id", "workflow.transition": "act_from.wkf_id"}
    workflows = rows.mapped(path[records._name]) if records._name in path else rows
    if not _waiting(env):
        env.tx.on_before_commit(lambda: publish_waiting(env))
    env.tx.flags.update(f"{_WAITING}{one.id} {one.osv}" for one in workflows)
    if env.context.get("uninstall"):
        env.tx.flags.update(f"{_REROUTE}{one.id}" for one in workflows)


def _waiting(env: Env, model: str = "") -> list[int]:
    """The workflows that data files have changed in this transaction, all of them or those of one model."""
    if _CHANGED not in env.tx.flags:
        return []
    told = [flag.removeprefix(_WAITING).split(" ") for flag in env.tx.flags if flag.startswith(_WAITING)]
    return [int(workflow) for workflow, its_model in told if model in ("", its_model)]


def publish_waiting(env: Env, model: str = "") -> None:
    """Publish what data files have changed in this transaction, all of it or for the records of one model."""
    waiting = _waiting(env, model)
    if waiting:
        publish(env, waiting)


def publish(env: Env, workflows: Iterable[int], moves: Mapping[str, str] | None = None) -> list[Published]:
    """Let the definitions that the rows say hold from now on, and move running instances as the workflow states.

    Args:
        moves: for activities that are gone, the activity that takes their place, by status or name; in addition to
            what the workflow itself states.

    Raises:
        ValidationError: when a definition cannot be understood.
    """
    su_env = env.super_env
    wanted = set(workflows)
    done_with = {flag for flag in env.tx.flags if flag.startswith(_WAITING)}
    env.tx.flags -= {flag for flag in done_with if int(flag.removeprefix(_WAITING).split(" ")[0]) in wanted}
    rows: Any = su_env[VERSION]
    before = {
        row.wkf_id.id: row for row in rows.search(Leaf("wkf_id", "in", sorted(wanted)) & Leaf("current", "=", True))
    }
    done = []
    for workflow, fresh in read(env, wanted).items():
        old = before.get(workflow)
        content = fresh.content()
        if old and old.content == content:
            continue
        number = (old.number if old else 0) + 1
        if old:
            old.write({"current": False})
        row = rows.create({"wkf_id": workflow, "number": number, "content": content, "current": True})
        now = Definition.of(content, workflow, row.id, number)
        told = {**(row.wkf_id.moves or {}), **(moves or {})}
        reroute = f"{_REROUTE}{workflow}" in env.tx.flags
        moved, left = _move_running(env, now, told, reroute) if old else (0, 0)
        done.append(Published(now, moved, left))
    env.tx.memo.pop("workflow tokens", None)  # they may stand elsewhere now
    _forget(env)
    return done


def _move_running(env: Env, now: Definition, moves: Mapping[str, str], reroute: bool) -> tuple[int, int]:
    """Move instances of earlier versions to `now`, a statement an activity; gives how many moved and how many not.

    With `reroute` an addon leaves with its activities: who stands there goes on to the next one that stays.
    """
    instances: Any = env.super_env["workflow.instance"]
    running: Any = instances.search(
        Leaf("wkf_id", "=", now.workflow) & Leaf("version_id", "!=", now.version) & Leaf("state", "=", "active")
    )
    if not running or (running.wkf_id.running == "finish" and not reroute):
        return 0, len(running)
    targets = {
        token: place(env, now, token.inst_id.version_id.id, token.activity, moves, reroute)
        for token in running.workitem_ids
    }
    staying = {token.inst_id.id for token, target in targets.items() if target is None}
    moving = running.filtered(lambda one: one.id not in staying)
    by_target: dict[int, list[int]] = {}
    for token, target in targets.items():
        if target is not None and token.inst_id.id not in staying and token.activity != target.id:
            by_target.setdefault(target.id, []).append(token.id)
    items: Any = env.super_env["workflow.workitem"]
    for activity, tokens in by_target.items():
        items.browse(tokens).write({"activity": activity, "via": 0})
    moving.write({"version_id": now.version})
    return len(moving), len(staying)


def place(
    env: Env, now: Definition, before: int, activity: int, moves: Mapping[str, str], reroute: bool = False
) -> Activity | None:
    """Where a token on an activity of the version `before` would stand in `now`; None where nothing is stated."""
    if activity in now.activities:
        return now.activities[activity]
    gone = version(env, before).activities.get(activity)
    if gone is None:
        return None
    wanted = moves.get(gone.key, gone.key)
    found = next((activity for activity in now.activities.values() if activity.key == wanted), None)
    return _next_that_stays(version(env, before), gone, now) if found is None and reroute else found


def _next_that_stays(before: Definition, gone: Activity, now: Definition) -> Activity | None:
    """The nearest activity after one that is gone which the new version still has, else the nearest before it."""
    after: dict[int, list[int]] = {}
    behind: dict[int, list[int]] = {}
    for way in before.transitions:
        after.setdefault(way.source, []).append(way.target)
        behind.setdefault(way.target, []).append(way.source)
    for around in (after, behind):
        seen, open_ends = {gone.id}, [gone.id]
        while open_ends:
            for there in around.get(open_ends.pop(0), ()):
                if there in now.activities:
                    return now.activities[there]
                if there not in seen:
                    seen.add(there)
                    open_ends.append(there)
    return None


def _kept(env: Env) -> dict[Any, Any]:
    """What was read of versions: for everybody, or within a transaction that changes them."""
    if _CHANGED in env.tx.flags:
        own: dict[Any, Any] = env.tx.memo.setdefault("workflows", {})
        return own
    return env.tx.caches.setdefault("workflows", {})


def _forget(env: Env) -> None:
    env.tx.flags.add(_CHANGED)
    env.tx.memo.pop("workflows", None)


def _of(row: Any) -> Definition:
    return Definition.of(row.content, row.wkf_id.id, row.id, row.number)
