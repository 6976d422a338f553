"""Guards against two people at once: row locks, compare-and-set, and the version a form was opened with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import id_in
from core.errors import ConflictError
from core.orm import compute, fetch, links
from core.orm.write import note_changes, writable_info

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.model import Model


def lock(records: Model) -> None:
    """Lock the rows of records, in id order, and forget what is cached of them.

    Raises:
        MissingError: when one of them is gone.
    """
    env, info = records.env, writable_info(records.env, records)
    tx = env.tx
    tx.flush()
    table = info.table
    ids = sorted(records._ids)
    statement = sa.select(table.c.id).where(id_in(table.c.id, ids)).order_by(table.c.id).with_for_update(key_share=True)
    found = set(tx.execute(statement).scalars())
    for record_id in ids:
        if record_id not in found:
            raise fetch.missing(env, info, record_id)
    for field in info.columns:
        for bucket in tx.by_slot.get(field.slot, ()):
            for record_id in ids:
                bucket.pop(record_id, None)


def compare_and_set(records: Model, field: Field[Any, Any], expected: Any, value: Any) -> tuple[int, ...]:
    """Change a stored field of those rows that still hold `expected`; gives their ids.

    The comparison is the database's, so that of two processes only one succeeds.
    """
    env = records.env
    info = writable_info(env, records)
    tx = env.tx
    raw, old = field.to_raw(value, env), field.to_raw(expected, env)
    tx.flush()
    table, column = info.table, info.table.c[field.name]
    compute.modified(tx, (field,), records._ids)
    was = field.to_column(old)
    statement = (
        sa.update(table)
        .where(id_in(table.c.id, records._ids), column.is_(None) if was is None else column == was)
        .values(
            {field.name: field.to_column(raw), "row_version": table.c.row_version + 1, "write_uid": env.uid,
             "write_date": env.now()}
        )
        .returning(table.c.id)
    )  # fmt: skip
    done = set(tx.execute(statement).scalars())
    ids = tuple(i for i in records._ids if i in done)
    before = [(i, old, raw) for i in ids]
    tx.bucket(field.slot).update(dict.fromkeys(ids, raw))
    for name in ("row_version", "write_uid", "write_date"):
        bucket = tx.bucket(info.fields[name].slot)
        for record_id in ids:
            bucket.pop(record_id, None)
    if field.type == "many2one":
        links.relink(tx, field, before)
    compute.modified(tx, (field,), ids)
    if field.tracking and ids:
        note_changes(records._make(env, ids, ids), {field.name: dict.fromkeys(ids, old)})
    return ids


def check_versions(records: Model, version: int, mine: Mapping[str, Any], original: Mapping[str, Any]) -> None:
    """Refuse to overwrite what somebody else saved since a form was opened.

    Args:
        records: one record.
        version: the `row_version` the form was opened with.
        mine: the values about to be written.
        original: the values the form was opened with, by field.

    Raises:
        ConflictError: with my value and theirs for each field both changed.
    """
    records.ensure_one()
    current: Any = records
    if current.row_version == version:
        return
    conflicts: dict[str, tuple[object, object]] = {}
    for name, value in mine.items():
        field = records._info.field(name)
        theirs = (
            field.to_edge(compute.raw_values(records.env.tx, field, records._ids)[0], records)
            if (field.stored and field.has_column)
            else original.get(name)
        )
        if theirs != original.get(name) and theirs != value:
            conflicts[name] = (value, theirs)
    if conflicts:
        labels = [
            records.env.translate_term(records._info.fields[n].string, records._info.fields[n].addon) for n in conflicts
        ]
        raise ConflictError(
            "Somebody saved {record} after you opened it. Look at {fields} and save again.",
            record=records.display_name, fields=labels, conflicts=conflicts,
        )  # fmt: skip
