"""Where records stand: instances and tokens as rows, read for a whole set and kept for the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import ConflictError
from core.orm.domain import Leaf
from core.workflow.definition import Definition

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

INSTANCE, ITEM = "workflow.instance", "workflow.workitem"
Way = int
"""The id of a transition."""


@dataclass(eq=False)
class Token:
    """One place at which a record stands.

    Attributes:
        activity: where it is, which the status field may know better than the row.
        stored: what the row says.
        state: `complete` when the work of the activity is done, `running` while its subflow runs, `active` while it
            waits for others before an AND join, to which it came over the way `via`.
    """

    id: int
    activity: int
    state: str
    via: Way
    instance: Instance
    stored: int


@dataclass(eq=False)
class Instance:
    """One record on its way through one version of a workflow."""

    id: int
    workflow: int
    version: int
    record: int
    complete: bool
    tokens: list[Token] = field(default_factory=list)


def instances(records: Model) -> dict[int, list[Instance]]:
    """The instances of records, by the record's id; nothing for records that are in no workflow."""
    kept = _kept(records.env, records._name)
    unknown = [record for record in records._ids if record not in kept]
    if unknown:
        _load(records.env, records._name, unknown, kept)
    return {record: kept[record] for record in records._ids}


def _kept(env: Env, model: str) -> dict[int, list[Instance]]:
    found: dict[int, list[Instance]] = env.tx.memo.setdefault("workflow tokens", {}).setdefault(model, {})
    return found


def _load(env: Env, model: str, ids: Sequence[int], kept: dict[int, list[Instance]]) -> None:
    for record in ids:
        kept[record] = []
    items: Any = env.super_env[ITEM]
    by_id: dict[int, Instance] = {}
    for item in items.search(Leaf("res_type", "=", model) & Leaf("res_id", "in", list(ids)), order="id"):
        row = item.inst_id
        instance = by_id.get(row.id)
        if instance is None:
            instance = by_id[row.id] = Instance(
                row.id, row.wkf_id.id, row.version_id.id, row.res_id, row.state == "complete"
            )
            kept[instance.record].append(instance)
        instance.tokens.append(Token(item.id, item.activity, item.state, item.via, instance, item.activity))


def forget(env: Env, model: str, ids: Iterable[int]) -> None:
    """Read the instances of records again when they are asked for next."""
    kept = _kept(env, model)
    for record in ids:
        kept.pop(record, None)


def begin(records: Model, definition: Definition, places: dict[int, Sequence[int]]) -> list[Token]:
    """Make an instance for each record, and its first tokens: `places` gives the activities by record."""
    env, kept = records.env.super_env, _kept(records.env, records._name)
    told = {"wkf_id": definition.workflow, "version_id": definition.version, "res_type": records._name}
    rows: Any = env[INSTANCE].create([{**told, "res_id": record, "uid": records.env.uid} for record in records._ids])
    made = []
    for record, row in zip(records._ids, rows._ids, strict=True):
        instance = Instance(row, definition.workflow, definition.version, record, complete=False)
        kept.setdefault(record, []).append(instance)
        made.append(instance)
    return add(env, records._name, [(instance, place, 0) for instance in made for place in places[instance.record]])


def add(env: Env, model: str, wanted: Sequence[tuple[Instance, int, Way]]) -> list[Token]:
    """Make tokens, in one statement: (instance, activity, the way it came over to a join that waits)."""
    if not wanted:
        return []
    rows: Any = env.super_env[ITEM].create(
        [
            {"inst_id": instance.id, "res_type": model, "res_id": instance.record, "activity": activity, "via": via,
             "state": "active" if via else "complete"}
            for instance, activity, via in wanted
        ]
    )  # fmt: skip
    tokens = []
    for (instance, activity, via), row in zip(wanted, rows._ids, strict=True):
        token = Token(row, activity, "active" if via else "complete", via, instance, activity)
        instance.tokens.append(token)
        tokens.append(token)
    return tokens


def move(records: Model, tokens: Sequence[Token], target: int) -> None:
    """Carry tokens to another activity. Raises ConflictError when somebody else carried one away first."""
    env = records.env
    by_place: dict[int, list[Token]] = {}
    for token in tokens:
        by_place.setdefault(token.stored, []).append(token)
    for stored, here in by_place.items():
        rows: Any = env.super_env[ITEM].browse(token.id for token in here)
        moved = set(rows.compare_and_set("activity", stored, target)._ids) if stored != target else set(rows._ids)
        for token in here:
            if token.id not in moved:
                record = records.browse(token.instance.record)
                raise ConflictError("Somebody else moved {record} just now.", record=record.display_name)
            token.activity = token.stored = target


def mark(env: Env, tokens: Sequence[Token], state: str, via: Way = 0, subflow: int = 0) -> None:
    """Give tokens another state, in one statement."""
    if not tokens:
        return
    rows: Any = env.super_env[ITEM].browse(token.id for token in tokens)
    rows.write({"state": state, "via": via, "subflow_id": subflow or False})
    for token in tokens:
        token.state, token.via = state, via


def remove(env: Env, tokens: Sequence[Token]) -> None:
    """Take tokens away."""
    if not tokens:
        return
    rows: Any = env.super_env[ITEM].browse(token.id for token in tokens)
    rows.unlink()
    for token in tokens:
        token.instance.tokens.remove(token)


def end(env: Env, ended: Sequence[Instance], complete: bool = True) -> None:
    """Note that instances have ended, or that they go on after all."""
    if ended:
        rows: Any = env.super_env[INSTANCE].browse(instance.id for instance in ended)
        rows.write({"state": "complete" if complete else "active"})
        for instance in ended:
            instance.complete = complete


def end_with(records: Model) -> None:
    """Drop the instances of records that are about to be deleted."""
    env = records.env
    rows: Any = env.super_env[INSTANCE]
    rows.search(Leaf("res_type", "=", records._name) & Leaf("res_id", "in", records.ids)).unlink()
    forget(env, records._name, records._ids)
