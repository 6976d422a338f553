"""Puts tables and columns aside instead of dropping them, and brings them back; `purge` alone deletes for good."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db.alter import LONGEST_NAME, change_table, checked_now, differences, operations, rename
from core.db.columns import UtcDateTime, id_column
from core.db.found import find_tables
from core.db.shape import TableShape, without_columns
from core.errors import UnknownName

PREFIX = "zz_"

_metadata = sa.MetaData()
_archives = sa.Table(
    "ir_archive",
    _metadata,
    id_column(),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("table_name", sa.Text(), nullable=False),
    sa.Column("column_name", sa.Text(), nullable=False, server_default=""),
    sa.Column("archived_name", sa.Text(), nullable=False),
    sa.Column("module", sa.Text(), nullable=False),
    sa.Column("date", UtcDateTime(), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Archive:
    """A table or column that was put aside.

    Attributes:
        table: the table; of a column, the one it is in. Both are the names they had.
        column: "" for a table.
        archived_name: what it is called now.
        module: the addon it belonged to.
    """

    id: int
    kind: Literal["table", "column"]
    table: str
    column: str
    archived_name: str
    module: str
    date: datetime


def archive_table(connection: Connection, table: str, module: str) -> Archive:
    """Put a table aside: rename it, and take away what links it to others or keeps its names from being used again.

    Needs `begin(engine, write=True, schema=True)`. Raises UnknownName when there is no such table.
    """
    tables = find_tables(connection)
    found = _known(tables, table)
    with checked_now(connection):
        for other in tables.values():
            if other is not found and any(key.target == table for key in other.foreign_keys):
                target = copy.copy(other)
                target.foreign_keys = [key for key in other.foreign_keys if key.target != table]
                change_table(connection, differences(other, target))
        bare = copy.copy(found)
        bare.foreign_keys, bare.uniques, bare.indexes, bare.checks = [], {}, {}, {}
        change_table(connection, differences(found, bare))
        name = _new_name(table, tables)
        rename(connection, found, name)
    return _register(connection, "table", table, "", name, module)


def archive_column(connection: Connection, table: str, column: str, module: str) -> Archive:
    """Put a column aside: rename it, allow it to be empty, and drop the rules, indexes and links it takes part in.

    Needs `begin(engine, write=True, schema=True)`. Raises UnknownName when there is no such table or column.
    """
    found = _known(find_tables(connection, [table]), table)
    if column not in found.columns or column in found.key:
        raise UnknownName("Table {table} has no column {name}.", table=table, name=column, known=found.columns)
    with checked_now(connection):
        target = copy.copy(found)
        without_columns(target, [column])
        old = found.columns[column]
        loose = old if old.nullable else type(old)(old.name, old.type, True, old.default)
        target.columns = {**found.columns, column: loose}
        diff = differences(found, target)
        if diff:
            change_table(connection, diff)
        name = _new_name(column, found.columns)
        operations(connection).alter_column(table, column, new_column_name=name)
    return _register(connection, "column", table, column, name, module)


def restore_archived(connection: Connection, archive: Archive) -> bool:
    """Give a table or column its name back; False when the name is taken or the archive is gone.

    Call `sync` afterwards: it adds the rules and links again, and reports links that lead nowhere.
    """
    found = find_tables(connection, [archive.table, archive.archived_name])
    if archive.kind == "table":
        if archive.table in found or archive.archived_name not in found:
            return False
        with checked_now(connection):
            rename(connection, found[archive.archived_name], archive.table)
    else:
        columns = found[archive.table].columns if archive.table in found else {}
        if archive.column in columns or archive.archived_name not in columns:
            return False
        with checked_now(connection):
            operations(connection).alter_column(archive.table, archive.archived_name, new_column_name=archive.column)
    _forget(connection, archive)
    return True


def list_archives(connection: Connection, module: str = "") -> list[Archive]:
    """What was put aside, oldest first; of one addon when it is given."""
    if not sa.inspect(connection).has_table(_archives.name):
        return []
    query = sa.select(*_archives.c).order_by(_archives.c.id)
    if module:
        query = query.where(_archives.c.module == module)
    return [Archive(*row) for row in connection.execute(query)]


def purge(connection: Connection, archives: Iterable[Archive]) -> None:
    """Drop archived tables and columns for good. Needs `begin(engine, write=True, schema=True)`."""
    with checked_now(connection):
        for archive in archives:
            name = archive.archived_name if archive.kind == "table" else archive.table
            found = find_tables(connection, [name]).get(name)
            if found is not None and archive.kind == "table":
                operations(connection).drop_table(name)
            elif found is not None and archive.archived_name in found.columns:
                target = copy.copy(found)
                target.columns = {n: c for n, c in found.columns.items() if n != archive.archived_name}
                change_table(connection, differences(found, target))
            _forget(connection, archive)


def _known(tables: dict[str, TableShape], table: str) -> TableShape:
    if table not in tables:
        raise UnknownName("There is no table {name}.", name=table, known=tables)
    return tables[table]


def _new_name(name: str, taken: Iterable[str]) -> str:
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    used, number = set(taken), 0
    while True:
        ending = f"_{stamp}{f'_{number}' if number else ''}"
        found = f"{PREFIX}{name[: LONGEST_NAME - len(PREFIX) - len(ending)]}{ending}"
        if found not in used:
            return found
        number += 1


def _register(
    connection: Connection, kind: Literal["table", "column"], table: str, column: str, name: str, module: str
) -> Archive:
    _metadata.create_all(connection)
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    values = {"kind": kind, "table_name": table, "column_name": column, "archived_name": name, "module": module}
    key = connection.execute(_archives.insert().values(date=now, **values)).inserted_primary_key
    assert key is not None, "the database numbers archives"
    return Archive(key[0], kind, table, column, name, module, now)


def _forget(connection: Connection, archive: Archive) -> None:
    connection.execute(_archives.delete().where(_archives.c.id == archive.id))
