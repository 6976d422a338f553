"""Keeps computed values right: marks what a change reaches, and works it out once, in batches, in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import id_in
from core.errors import UserError
from core.kernel.trace import enabled, trace

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.model import Model
    from core.orm.transaction import Transaction


def modified(tx: Transaction, fields: Iterable[Field[Any, Any]], ids: Sequence[int]) -> None:
    """Mark what depends on `fields` of the records `ids`: stored values to compute, cached ones to forget."""
    triggers = tx.registry.triggers
    waiting: list[tuple[Field[Any, Any], Sequence[int]]] = [(field, ids) for field in fields]
    while waiting:  # and not a call for each step: a tree may be deeper than Python's stack
        field, changed = waiting.pop()
        for trigger in triggers.get(field.slot, ()):
            if trigger.path and not trigger.target.stored and not tx.draft:
                _forget(tx, trigger.target)
                continue
            reached: Iterable[int] = changed
            for step in reversed(trigger.path):
                reached = owners(tx, step, list(reached))
                if not reached:
                    break
            fresh = _marked(tx, trigger.target, reached) if reached else []
            if fresh:
                waiting.append((trigger.target, fresh))


def _forget(tx: Transaction, target: Field[Any, Any]) -> None:
    """Drop every cached value of a field that is worked out when read: finding the right ones would cost a query."""
    running = tx.computing.get(target.slot)
    for bucket in tx.by_slot.get(target.slot, ()):
        if not running:
            bucket.clear()
            continue
        for record_id in [i for i in bucket if i not in running]:
            del bucket[record_id]


def mark(tx: Transaction, target: Field[Any, Any], ids: Iterable[int]) -> None:
    """Note that `target` must be computed again for these records, and so what depends on it."""
    fresh = _marked(tx, target, ids)
    if fresh:
        modified(tx, (target,), fresh)


def _marked(tx: Transaction, target: Field[Any, Any], ids: Iterable[int]) -> list[int]:
    """Note it for the target alone; those records of a stored one of which it was not known yet."""
    if not target.stored:
        for bucket in tx.by_slot.get(target.slot, ()):
            for record_id in ids:
                bucket.pop(record_id, None)
        return []
    running = tx.computing.get(target.slot)
    known = tx.pending.setdefault(target.slot, set())
    fresh = [i for i in ids if i not in known and not (running and i in running)]
    known.update(fresh)
    return fresh


def owners(tx: Transaction, step: Field[Any, Any], ids: list[int]) -> set[int]:
    """The records whose link `step` leads to any of `ids`."""
    if step.type == "one2many":
        inverse = tx.registry[step.comodel].fields[step.inverse_name]  # type: ignore[attr-defined]  # of a one2many
        return {owner for owner in raw_values(tx, inverse, ids) if owner}
    if step.type == "many2many":
        return _linked(tx, step, ids)
    found: set[int] = set()
    new = tx.new.get(step.comodel, {})  # type: ignore[attr-defined]  # a link
    stored = [i for i in ids if i > 0 and i not in new]
    wanted = set(ids)
    bucket = tx.bucket(step.slot)
    dirty = tx.dirty.get(step.model, {}).get(step.slot, set())
    fresh = tx.new.get(step.model, {})
    if stored and step.info.stored and not tx.draft:
        if tx.pending.get(step.slot):
            recompute(tx, step)
        table = step.info.table
        rows = tx.execute(sa.select(table.c.id).where(id_in(table.c[step.name], stored))).scalars()
        found.update(i for i in rows if i not in dirty)
    for record_id in (*dirty, *fresh):
        if bucket.get(record_id) in wanted:
            found.add(record_id)
    if tx.draft:
        found.update(i for i, target in bucket.items() if target in wanted and i < 0)
    return found


def raw_values(tx: Transaction, field: Field[Any, Any], ids: Sequence[int]) -> list[Any]:
    """Raw values of a stored field, loading those that are not cached."""
    from core.orm.fetch import load_columns

    bucket = tx.bucket(field.slot)
    lacking = [i for i in ids if i > 0 and i not in bucket]
    if lacking:
        load_columns(tx, field.info, (field,), lacking)
    return [bucket.get(i) for i in ids]


def _linked(tx: Transaction, step: Any, ids: list[int]) -> set[int]:
    name, here, there = step.names()
    relation = tx.registry.relations[name]
    found: set[int] = set()
    stored = [i for i in ids if i > 0]
    if stored:
        rows = tx.execute(sa.select(relation.c[here]).where(id_in(relation.c[there], stored))).scalars()
        found.update(rows)
    wanted = set(ids)
    first = next(iter(relation.c)).name == here
    for (a, b), added in tx.links.get(name, {}).items():
        owner, target = (a, b) if first else (b, a)
        if target in wanted:
            (found.add if added else found.discard)(owner)
    if tx.draft:
        for bucket in tx.by_slot.get(step.slot, ()):
            found.update(i for i, targets in bucket.items() if i < 0 and not wanted.isdisjoint(targets))
    return found


def recompute(tx: Transaction, field: Field[Any, Any], record_id: int | None = None) -> None:
    """Compute the pending values of a field; of a recursive one only those needed for `record_id`."""
    pending = tx.pending.get(field.slot)
    if not pending:
        return
    if field.recursive:
        running = tx.computing.get(field.slot, set())
        waiting = tuple(i for i in pending if i not in running) if record_id is None else (record_id,)
        together = _existing(tx, field, waiting) if record_id is None else ()  # what one needs is read for all
        for one in waiting:
            if one in pending:
                _run(tx, field, (one,), together)
        return
    _run(tx, field, tuple(pending))


def _run(tx: Transaction, field: Field[Any, Any], ids: tuple[int, ...], together: tuple[int, ...] = ()) -> None:
    """Call the compute method for records of a stored field and keep what it assigned.

    `together` are records whose values are read at once with theirs.
    """
    assert tx.root is not None
    env = tx.root.super_env
    group = [f for f in (field.companions or (field,)) if f.stored]
    for one in group:
        waiting = tx.pending.get(one.slot)
        if waiting is not None:
            waiting.difference_update(ids)
            if not waiting:
                del tx.pending[one.slot]
    live = _existing(tx, field, ids)
    if live:
        _call(env, field, group, live, together)


def _existing(tx: Transaction, field: Field[Any, Any], ids: tuple[int, ...]) -> tuple[int, ...]:
    """Leave out records deleted since they were marked."""
    new = tx.new.get(field.model, {})
    unsure = [i for i in ids if i > 0 and i not in new]
    if not unsure or not field.info.stored:
        return ids
    version = field.info.fields["row_version"]
    bucket = tx.bucket(version.slot)
    raw_values(tx, version, unsure)
    return tuple(i for i in ids if i < 0 or i in new or i in bucket)


def compute_unstored(env: Env, field: Field[Any, Any], ids: Sequence[int]) -> None:
    """Work out values that are not stored, for this reader."""
    group = [f for f in (field.companions or (field,)) if not f.stored]
    _call(env, field, group, tuple(ids))


def _call(
    env: Env, field: Field[Any, Any], group: Sequence[Field[Any, Any]], ids: tuple[int, ...],
    together: tuple[int, ...] = (),
) -> None:  # fmt: skip
    tx = env.tx
    if enabled("compute"):
        trace("compute", f"{field.model}.{field.name} for {len(ids)} records")
    records = env.classes[field.model]._make(env, ids, together or ids)
    held = {one.slot: tx.computing.setdefault(one.slot, set()) for one in group}
    added = {slot: set(ids) - running for slot, running in held.items()}
    for slot, running in held.items():
        running |= added[slot]
    buckets = [(one, env.values[one.slot]) for one in group]
    before = {one.slot: {i: bucket[i] for i in ids if i in bucket} for one, bucket in buckets if one.stored}
    try:
        if field.related:
            _related(records, field)
        else:
            getattr(records, field.compute_method)()
    finally:
        for slot, running in held.items():
            running -= added[slot]
            if not running:
                tx.computing.pop(slot, None)
    for one, bucket in buckets:
        null = one.null()
        for record_id in ids:
            if record_id not in bucket:
                bucket[record_id] = null
        if one.stored and not tx.draft:
            old = before[one.slot]
            changed = [i for i in ids if i not in old or old[i] != bucket[i]]
            if changed:
                tx.mark_dirty(one, changed, touched=False)


def _related(records: Any, field: Field[Any, Any]) -> None:
    *links, last = field.related
    env = records.env
    if not env.tx.draft and _related_at_once(records, field):
        return
    bucket = env.values[field.slot]
    for record in records:
        target = record
        for link in links:
            target = getattr(target, link).readable()
        shown = target._info.fields[last]
        if not target._ids:
            bucket[record._ids[0]] = field.null()
            continue
        value = shown.__get__(target, None)
        if shown.relational:
            ids = value._ids
            bucket[record._ids[0]] = ids if field.to_many else (ids[0] if ids else None)
        elif shown.type in ("binary", "image", "reference"):
            bucket[record._ids[0]] = target.env.values[shown.slot][target._ids[0]]
        else:
            bucket[record._ids[0]] = value


def _related_at_once(records: Any, field: Field[Any, Any]) -> bool:
    """Fill a related field column by column; False where its path or its end is not of the plain kind."""
    from core.orm import columnwise

    *links, last = field.related
    env = records.env
    followed = columnwise.follow(records, links, last)
    if followed is None:
        return False
    at, reached = followed
    shown = reached._info.field(last)
    if shown.to_many or shown.type in ("binary", "image", "reference") or not env.field_open(shown):
        return False
    if shown.relational and shown.mapped:
        return False
    raws = columnwise.raws(reached, shown)
    if not shown.relational:
        raws = [shown.to_record(raw, one) for raw, one in zip(raws, reached, strict=True)]
    values = dict(zip(reached._ids, raws, strict=True))
    null = field.null()
    env.values[field.slot].update(
        (i, null if to is None else values[to]) for i, to in zip(records._ids, at, strict=True)
    )
    return True


def inverse_related(records: Model, field: Field[Any, Any], raw_by_id: dict[int, Any]) -> None:
    """Carry assigned values of a related field to the records it shows them from."""
    *links, last = field.related
    groups: dict[Any, list[Any]] = {}
    for record in records:
        target: Any = record
        for link in links:
            target = getattr(target, link)
        if not target:
            raise UserError(
                "{field} cannot be set: {link} is empty.",
                field=field.string,
                link=records._info.fields[links[0]].string,
            )
        groups.setdefault(repr(raw_by_id[record.id]), []).append((target, raw_by_id[record.id]))
    for pairs in groups.values():
        union = pairs[0][0].browse([target.id for target, _ in pairs])
        union.write({last: pairs[0][1]})


def recompute_all(tx: Transaction) -> None:
    """Compute every pending stored value, in the order they need each other."""
    rounds = 0
    while tx.pending:
        slot = next(iter(tx.pending))
        if not tx.pending[slot]:
            del tx.pending[slot]
            continue
        recompute(tx, tx.registry.slots[slot])
        rounds += 1
        if rounds > 10_000:
            names = ", ".join(repr(tx.registry.slots[s]) for s in tx.pending)
            raise UserError("The computed fields {names} never come to rest.", names=names)
