"""Changes to-many links by commands, and keeps both ends of a link in the cache alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.orm import compute, fetch
from core.orm.domain import TRUE
from core.orm.fields.to_many import Command

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.model import Model
    from core.orm.registry import ModelInfo
    from core.orm.transaction import Transaction


def relink(tx: Transaction, field: Field[Any, Any], moves: Sequence[tuple[int, Any, Any]]) -> None:
    """After a many2one changed (child, old owner, new owner): update the cached lists at the other end."""
    for many in tx.registry.inverses.get(field.slot, ()):
        for bucket in tx.by_slot.get(many.slot, ()):
            if many.domain:  # type: ignore[attr-defined]  # of a one2many
                for _, old, new in moves:
                    bucket.pop(old, None)
                    bucket.pop(new, None)
                continue
            gone: dict[int, set[int]] = {}
            come: dict[int, list[int]] = {}
            for child, old, new in moves:
                if old and old in bucket:
                    gone.setdefault(old, set()).add(child)
                if new and new in bucket:
                    come.setdefault(new, []).append(child)
            for owner, children in gone.items():
                bucket[owner] = tuple(c for c in bucket[owner] if c not in children)
            for owner, added in come.items():
                if archived(tx, many, added):
                    del bucket[owner]  # whether it is listed is for the reader's context to say
                    continue
                have = set(bucket[owner])
                bucket[owner] = (*bucket[owner], *(c for c in added if c not in have))


def archived(tx: Transaction, field: Any, ids: Sequence[int]) -> bool:
    """Is one of the records that a to-many link leads to archived?"""
    active = tx.registry[field.comodel].fields.get("active")
    return not tx.draft and active is not None and active.stored and not all(compute.raw_values(tx, active, ids))


def forget_archived(tx: Transaction, info: ModelInfo) -> None:
    """After records were archived or restored: forget cached lists that leave out archived ones."""
    for field in tx.registry.pointing_lists.get(info.name, ()):
        for bucket in tx.by_slot.get(field.slot, ()):
            bucket.clear()


def apply_on_create(records: Model, rows: Sequence[Mapping[str, Any]]) -> None:
    """Carry out the to-many commands of new records; children to create go in one batch a field."""
    env, info = records.env, records._info
    for field in info.fields.values():
        if not field.to_many or field.related or (field.computed and not field.stored):
            continue
        fresh: list[dict[str, Any]] = []
        for record_id, row in zip(records._ids, rows, strict=True):
            if field.name not in row:
                continue
            record = records._make(env, (record_id,), records._ids)
            commands: list[Command] = field.to_raw(row[field.name], env)
            if field.type == "one2many":
                creations = [c for c in commands if c.kind == 0]
                fresh += [{**c.value, field.inverse_name: record_id} for c in creations]  # type: ignore[attr-defined]  # of a one2many
                commands = [c for c in commands if c.kind != 0]
            if commands:
                apply(record, field, commands)
        if fresh:
            env[field.comodel].create(fresh)  # type: ignore[attr-defined]  # a link


def apply(records: Model, field: Any, value: Any) -> None:
    """Carry out the commands of one field on every record."""
    env = records.env
    commands: list[Command] = field.to_raw(value, env)
    for record_id in records._ids:
        record = records._make(env, (record_id,), records._prefetch)
        if field.type == "one2many":
            _apply_one2many(env, field, record, commands)
        else:
            _apply_many2many(env, field, record, commands)


def _apply_one2many(env: Env, field: Any, owner: Model, commands: Sequence[Command]) -> None:
    target: Any = env[field.comodel]
    inverse = env.registry[field.comodel].fields[field.inverse_name]
    owner_id = owner._ids[0]
    fresh = [{**c.value, field.inverse_name: owner_id} for c in commands if c.kind == 0]
    if fresh:
        target.create(fresh)

    def cut(ids: Iterable[int]) -> None:
        records = target.browse(tuple(ids))
        if records:
            if inverse.required:
                records.unlink()
            else:
                records.write({field.inverse_name: None})

    for command in commands:
        if command.kind == 1:
            target.browse(command.id).write(command.value)
        elif command.kind == 2:
            target.browse(command.id).exists().unlink()
        elif command.kind == 3:
            cut([command.id])
        elif command.kind == 4:
            target.browse(command.id).write({field.inverse_name: owner_id})
        elif command.kind in (5, 6):
            wanted = list(command.value or ()) if command.kind == 6 else []
            current = getattr(owner, field.name)._ids
            cut(i for i in current if i not in set(wanted))
            added = [i for i in wanted if i not in set(current)]
            if added:
                target.browse(tuple(added)).write({field.inverse_name: owner_id})


def _apply_many2many(env: Env, field: Any, owner: Model, commands: Sequence[Command]) -> None:
    target: Any = env[field.comodel]
    current: dict[int, None] = dict.fromkeys(getattr(owner, field.name)._ids)
    for command in commands:
        if command.kind == 0:
            current[target.create(dict(command.value)).id] = None
        elif command.kind == 1:
            target.browse(command.id).write(command.value)
        elif command.kind == 2:
            current.pop(command.id, None)
            target.browse(command.id).unlink()
        elif command.kind == 3:
            current.pop(command.id, None)
        elif command.kind == 4:
            current[command.id] = None
        else:
            current = dict.fromkeys(command.value or ()) if command.kind == 6 else {}
    set_links(env, field, owner._ids, tuple(current))


def resulting(env: Env, field: Any, commands: Sequence[Command]) -> tuple[int, ...]:
    """The ids that commands on an empty list would leave, for values that are worked out."""
    ids: dict[int, None] = {}
    for command in commands:
        if command.kind == 4:
            ids[command.id] = None
        elif command.kind in (5, 6):
            ids = dict.fromkeys(command.value or ())
    return tuple(ids)


def set_links(env: Env, field: Any, owners: Sequence[int], wanted: tuple[int, ...]) -> None:
    """Make a many2many of each owner lead to exactly `wanted`, and note the difference for the flush."""
    tx = env.tx
    fetch_missing(env, field, owners)
    bucket = env.values[field.slot]
    name, here, _ = field.names()
    relation = tx.registry.relations[name]
    first = next(iter(relation.c)).name == here
    touched: set[int] = set()
    hides = not tx.draft and (field.limit is not TRUE or archived(tx, field, wanted))
    fetch.require(env, field.comodel, wanted)
    triggers = field.slot in tx.registry.triggers
    if triggers:
        compute.modified(tx, (field,), list(owners))
        fetch_missing(env, field, owners)
    noted = tx.links.setdefault(name, {})
    for owner in owners:
        before, after = set(bucket.get(owner, ())), set(wanted)
        for target in before ^ after:
            pair = (owner, target) if first else (target, owner)
            add = target in after
            if noted.get(pair) is (not add):
                del noted[pair]
            else:
                noted[pair] = add
            touched.add(target)
        for other in tx.by_slot.get(field.slot, ()):
            other.pop(owner, None)
        if not hides:
            bucket[owner] = wanted
    for mirror in tx.registry.relation_fields.get(name, ()):
        if mirror is field:
            continue
        for other in tx.by_slot.get(mirror.slot, ()):
            for target in (*touched, *owners):
                other.pop(target, None)
        if mirror.slot in tx.registry.triggers and touched:
            compute.modified(tx, (mirror,), list(touched))
    if triggers:
        compute.modified(tx, (field,), list(owners))


def fetch_missing(env: Env, field: Any, owners: Sequence[int]) -> None:
    """Load a to-many list of records where it is not cached."""
    bucket = env.values[field.slot]
    lacking = [i for i in owners if i not in bucket]
    if lacking:
        fetch.fill(env, field, lacking)
