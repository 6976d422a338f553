"""Brings the tables of a database to what the models want: adds and widens, and never drops a table or column."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection, Dialect

from core.db.alter import (
    Difference,
    SchemaChange,
    add_keys,
    change_table,
    checked_now,
    create_tables,
    cut_danglers,
    differences,
    mark_of,
    operations,
    rename,
)
from core.db.archive import (
    Archive,
    archive_column,
    archive_table,
    list_archives,
    purge,
    restore_archived,
)
from core.db.found import find_tables
from core.db.shape import ColumnShape, TableShape, must_widen, shape_of

__all__ = [
    "Archive",
    "SchemaChange",
    "archive_column",
    "archive_table",
    "fingerprint",
    "list_archives",
    "purge",
    "rename_column",
    "rename_table",
    "restore_archived",
    "sync",
]


def sync(
    connection: Connection,
    metadata: sa.MetaData,
    owned: Iterable[str],
    renames: Mapping[str, str] | None = None,
    drop_rules: bool = False,
) -> list[SchemaChange]:
    """Make the tables named in `owned` as `metadata` describes them, in the transaction of `connection`.

    Tables and columns that are missing are added; types are widened; NOT NULL is set where a default can fill the rows;
    indexes, unique constraints, checks and foreign keys are added or replaced. What the database has besides stays.
    A new column is NOT NULL only with a default. Links that a new foreign key would refuse are emptied and reported.

    Args:
        connection: from `begin(engine, write=True, schema=True)`.
        renames: `{"crm_claim": "help_claim", "crm_claim.date": "opened"}`; columns go by the old name of their table.
            What was renamed before is passed over.
        drop_rules: drop constraints and indexes that follow our naming and are not wanted any more. Only right
            when `metadata` holds the models of every addon of the database.

    Raises:
        ValidationError: a type would have to be narrowed, or rows break a new rule; the column or rows are named.
    """
    told = _rename(connection, renames or {})
    wanted = [metadata.tables[name] for name in sorted(set(owned)) if name in metadata.tables]
    found = find_tables(connection, [table.name for table in wanted])
    missing: list[TableShape] = []
    changed: list[Difference] = []
    for table in wanted:
        shape = shape_of(table, connection.dialect)
        if table.name not in found:
            missing.append(shape)
            continue
        diff = differences(found[table.name], _merged(found[table.name], shape, connection.dialect, drop_rules))
        if diff:
            changed.append(diff)
    if not missing and not changed:
        return told
    with checked_now(connection):
        create_tables(connection, missing)
        told += [SchemaChange("table", shape.name) for shape in missing]
        for diff in changed:
            told += cut_danglers(connection, diff)
            change_table(connection, diff)
            told += diff.changes()
        add_keys(connection, [*(Difference(one, one, keys_added=one.foreign_keys) for one in missing), *changed])
    return told


def fingerprint(tables: Iterable[sa.Table]) -> str:
    """A short text that changes with the tables: when it is that of the last `sync`, there is nothing to do."""
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
    digest = blake2b(digest_size=16)
    for table in sorted(tables, key=lambda table: table.name):
        shape = shape_of(table, dialect)
        columns = [(c.name, c.type.compile(dialect), c.nullable, c.default) for c in shape.columns.values()]
        rules = (shape.key, shape.uniques, shape.indexes, shape.checks, shape.foreign_keys)
        digest.update(repr((table.name, columns, rules)).encode())
    return digest.hexdigest()


def rename_table(connection: Connection, old: str, new: str) -> None:
    """Give a table another name. Its constraints and indexes get theirs with the next `sync`."""
    with checked_now(connection):
        _drop_named(connection, old, f"_{old}_")
        rename(connection, find_tables(connection, [old])[old], new)


def rename_column(connection: Connection, table: str, old: str, new: str) -> None:
    """Give a column another name; what it takes part in follows it."""
    with checked_now(connection):
        _drop_named(connection, table, f"_{table}_{old}", only_indexes=True)
        operations(connection).alter_column(table, old, new_column_name=new)


def _rename(connection: Connection, renames: Mapping[str, str]) -> list[SchemaChange]:
    if not renames:
        return []
    told: list[SchemaChange] = []
    names = {name.partition(".")[0] for name in renames} | {new for name, new in renames.items() if "." not in name}
    found = find_tables(connection, names)
    for key in sorted(renames, key=lambda key: "." not in key):
        table, _, column = key.partition(".")
        new = renames[key]
        if column and table in found and column in found[table].columns and new not in found[table].columns:
            rename_column(connection, table, column, new)
            told.append(SchemaChange("rename", table, column, new))
        elif not column and table in found and new not in found:
            rename_table(connection, table, new)
            told.append(SchemaChange("rename", table, "", new))
    return told


def _drop_named(connection: Connection, table: str, part: str, only_indexes: bool = False) -> None:
    """Drop rules and indexes that carry an old name in theirs; the next `sync` makes them again."""
    found = find_tables(connection, [table])[table]
    target = copy.copy(found)
    if only_indexes:
        target.indexes = {name: index for name, index in found.indexes.items() if name != f"ix{part}"}
    else:
        target.indexes = {name: index for name, index in found.indexes.items() if part not in name}
        target.uniques = {name: columns for name, columns in found.uniques.items() if part not in name}
        target.checks = {name: text for name, text in found.checks.items() if part not in name}
    diff = differences(found, target)
    if diff:
        change_table(connection, diff)


def _merged(found: TableShape, wanted: TableShape, dialect: Dialect, drop_rules: bool) -> TableShape:
    """What the table is to be: all that is wanted, and what it has besides."""
    target = copy.copy(found)
    target.columns = dict(found.columns)
    for column in wanted.columns.values():
        if column.name not in found.columns:
            target.columns[column.name] = ColumnShape(
                column.name, column.type, column.nullable or not column.default, column.default
            )
        elif column.name not in found.key:
            target.columns[column.name] = _merged_column(found, column, dialect)
    marks = {name: mark_of(text) for name, text in wanted.checks.items()} if dialect.name == "postgresql" else {}
    obsolete = tuple(f"{kind}_{found.name}_" for kind in ("uq", "ck", "ix")) if drop_rules else ()
    target.uniques = {n: v for n, v in found.uniques.items() if not n.startswith(obsolete)} | wanted.uniques
    target.checks = {n: v for n, v in found.checks.items() if not n.startswith(obsolete)} | wanted.checks
    target.indexes = {n: v for n, v in found.indexes.items() if not n.startswith(obsolete)} | wanted.indexes
    target.marks = found.marks | marks
    others = [key for key in found.foreign_keys if not set(key.columns) & set(wanted.columns)]
    target.foreign_keys = others + wanted.foreign_keys
    return target


def _merged_column(found: TableShape, wanted: ColumnShape, dialect: Dialect) -> ColumnShape:
    have = found.columns[wanted.name]
    widened = must_widen(found.name, have, wanted, dialect)
    nullable = wanted.nullable or (have.nullable and not wanted.default)
    return ColumnShape(have.name, wanted.type if widened else have.type, nullable, wanted.default or have.default)
