"""Writes what a transaction holds: one INSERT for a batch, one UPDATE for a set of columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import delete_pairs, id_in, insert_rows, values_update
from core.orm import compute
from core.orm.errors_sql import explain_integrity

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo
    from core.orm.transaction import Transaction


def flush(tx: Transaction) -> None:
    """Compute what is pending and send every change to the database.

    Raises:
        ValidationError: a rule of the database is broken; the message is the addon's own.
    """
    # A query inside a compute method must see what was written, but what is being computed is not there yet: the
    # values still pending then wait for the flush after it.
    nested = any(tx.computing.values())
    while (tx.pending and not nested) or tx.new or tx.dirty or tx.links:
        if not nested:
            compute.recompute_all(tx)
        new, tx.new = tx.new, {}
        dirty, tx.dirty = tx.dirty, {}
        touched, tx.touched = tx.touched, {}
        links, tx.links = tx.links, {}
        try:
            tx.stock.give_back(tx)
            for model, ids in new.items():
                _insert(tx, tx.registry.models[model], list(ids))
            for model, slots in dirty.items():
                _update(tx, tx.registry.models[model], slots, new.get(model, {}), touched.get(model, set()))
            for name, changes in links.items():
                _link(tx, tx.registry.relations[name], changes)
        except sa.exc.IntegrityError as error:
            tx.discard()
            raise explain_integrity(tx.registry, error) from error
        except BaseException:
            tx.discard()
            raise


def _columns_of(field: Field[Any, Any], raws: Iterable[Any]) -> list[list[Any]]:
    """Column values of a field, and those of its folded companion."""
    from core.kernel.text import fold

    to_column = field.to_column
    if field.mapped:
        return [[raw or None for raw in raws]]
    values = [to_column(raw) for raw in raws]
    return [values, [fold(v) if v else v for v in values]] if field.folded else [values]


def _names_of(field: Field[Any, Any]) -> list[str]:
    return [field.name, f"{field.name}_fold"] if field.folded else [field.name]


def _insert(tx: Transaction, info: ModelInfo, ids: list[int]) -> None:
    names, columns = ["id"], [ids]
    for field in info.columns:
        bucket = tx.bucket(field.slot)
        null = None if field.mapped else field.null()
        raws = [bucket.get(i, null) for i in ids]
        names += _names_of(field)
        columns += _columns_of(field, raws)
    insert_rows(tx.connection, info.table, names, list(zip(*columns, strict=True)))
    tx.statements += 1


def _update(
    tx: Transaction, info: ModelInfo, slots: dict[int, set[int]], new: dict[int, None], touched: set[int]
) -> None:
    """Group records by the columns they change: one statement a group."""
    by_columns: dict[tuple[int, ...], set[int]] = {}
    sets = [(slot, ids.difference(new) if new else ids) for slot, ids in slots.items()]
    sets = [(slot, ids) for slot, ids in sets if ids]
    if not sets:
        return
    first = sets[0][1]
    if all(ids == first for _, ids in sets[1:]):
        by_columns[tuple(slot for slot, _ in sets)] = first
    else:
        of_record: dict[int, list[int]] = {}
        for slot, ids in sets:
            for record_id in ids:
                of_record.setdefault(record_id, []).append(slot)
        for record_id, found in of_record.items():
            by_columns.setdefault(tuple(found), set()).add(record_id)
    for columns, ids in by_columns.items():
        by_hand = ids & touched
        if by_hand:
            _update_group(tx, info, columns, sorted(by_hand), stamp=True)
        if len(by_hand) < len(ids):
            _update_group(tx, info, columns, sorted(ids - by_hand), stamp=False)


def _update_group(tx: Transaction, info: ModelInfo, slots: tuple[int, ...], ids: list[int], stamp: bool) -> None:
    table = info.table
    names: list[str] = []
    columns: list[list[Any]] = []
    constant = True
    for slot in slots:
        field = tx.registry.slots[slot]
        bucket = tx.bucket(slot)
        raws = [bucket[i] for i in ids]
        constant = constant and all(raw == raws[0] and type(raw) is type(raws[0]) for raw in raws)
        names += _names_of(field)
        columns += _columns_of(field, raws)
    stamps: dict[str, Any] = {}
    if stamp and tx.root is not None:
        stamps = {"write_uid": tx.author, "write_date": tx.root.now()}
        versions = tx.bucket(info.fields["row_version"].slot)
        for record_id in ids:
            if record_id in versions:
                versions[record_id] += 1
        for name, value in stamps.items():
            tx.bucket(info.fields[name].slot).update(dict.fromkeys(ids, value))
    tx.statements += 1
    if constant:
        values: dict[str, Any] = {name: column[0] for name, column in zip(names, columns, strict=True)} | stamps
        if stamp:
            values["row_version"] = table.c.row_version + 1
        tx.connection.execute(sa.update(table).where(id_in(table.c.id, ids)).values(values))
        return
    bump = "row_version" if stamp else ""
    values_update(tx.connection, table, names, list(zip(ids, *columns, strict=True)), bump, stamps)


def _link(tx: Transaction, relation: Any, changes: dict[tuple[int, int], bool]) -> None:
    first, second = relation.c
    added = [pair for pair, add in changes.items() if add]
    removed = [pair for pair, add in changes.items() if not add]
    if removed:
        delete_pairs(tx.connection, relation, removed)
        tx.statements += 1
    if added:
        insert_rows(tx.connection, relation, [first.name, second.name], added, ignore_duplicates=True)
        tx.statements += 1
