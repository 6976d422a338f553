"""Deletes records, and does to the records that link to them what their fields say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import id_in
from core.errors import AccessError, ValidationError
from core.orm import compute, links, write
from core.orm.domain import Leaf
from core.orm.errors_sql import explain_integrity

if TYPE_CHECKING:
    from core.orm.model import Model
    from core.orm.transaction import Transaction


def remove(records: Model) -> None:
    """Delete the records of a set.

    Raises:
        AccessError, MissingError: when the user may not.
        ValidationError: when a record that must keep its link points here.
    """
    env = records.env
    info = write.writable_info(env, records)
    ids = records._ids
    if not ids:
        return
    env.check(info.name, "unlink")
    write.check_records(env, info, ids, "unlink")
    env.registry.ports.unlinking(records)
    tx = env.tx
    _release(records)
    tx.flush()
    compute.modified(tx, info.fields.values(), ids)
    for many in info.fields.values():
        if many.type == "many2one" and many.stored and many.slot in tx.registry.inverses:
            owners = compute.raw_values(tx, many, ids)
            links.relink(tx, many, [(i, owner, None) for i, owner in zip(ids, owners, strict=True) if owner])
    for slot, waiting in tx.pending.items():
        if tx.registry.slots[slot].model == info.name:
            waiting.difference_update(ids)
    try:
        for name, fields in tx.registry.relation_fields.items():
            _drop_links(tx, name, fields, info.name, list(ids))
        tx.execute(sa.delete(info.table).where(id_in(info.table.c.id, list(ids))))
    except sa.exc.IntegrityError as error:
        tx.discard()
        raise explain_integrity(tx.registry, error) from error
    for field in info.fields.values():
        for bucket in tx.by_slot.get(field.slot, ()):
            for record_id in ids:
                bucket.pop(record_id, None)
    for readable in (env.readable, env.super_env.readable):
        known = readable.get(info.name)
        if isinstance(known, set):
            known.difference_update(ids)
    env.registry.ports.unlinked(env, info.name, ids)


def _release(records: Model) -> None:
    """Treat the records that link here: refuse, delete with, or cut."""
    env, ids = records.env, list(records._ids)
    for field in env.registry.references.get(records._name, ()):
        target: Any = field
        pointing = env.super_env.with_context(active_test=False)[field.model]
        if field.mapped:
            continue
        found = pointing.search(Leaf(field.name, "in", ids))
        if field.model == records._name:
            found = found - pointing.browse(records._ids)
        if not found:
            continue
        if target.ondelete == "cascade":
            found.unlink()
        elif target.ondelete == "restrict":
            raise _still_used(records, field, found)
        else:
            found.write({field.name: None})


def _still_used(records: Model, field: Any, users: Model) -> ValidationError:
    """The error for a record that others need; it counts and names those that the caller may see."""
    env, info = records.env, field.info
    try:
        seen = env[info.name].with_context(active_test=False).search(Leaf("id", "in", users.ids))
    except AccessError:
        seen = env.nothing
    if not seen:
        return ValidationError(
            "Records that you may not see still use {record}; archive it instead.", record=records[:1].display_name
        )
    return ValidationError(
        "{count} {model} still use {record} in their field {field}; change or archive them first.",
        count=len(seen), model=env.translate_term(info.description, info.addon),
        record=records[:1].display_name, field=env.translate_term(field.string, field.addon),
    )  # fmt: skip


def _drop_links(tx: Transaction, name: str, fields: list[Any], model: str, ids: list[int]) -> None:
    relation = tx.registry.relations[name]
    columns = set()
    for field in fields:
        _, here, there = field.names()
        if field.model == model:
            columns.add(here)
        if field.comodel == model:
            columns.add(there)
    for column in sorted(columns):
        tx.execute(sa.delete(relation).where(id_in(relation.c[column], ids)))
    if columns:
        for field in fields:
            for bucket in tx.by_slot.get(field.slot, ()):
                bucket.clear()
