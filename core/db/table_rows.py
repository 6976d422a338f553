"""Counts, fills and rewrites rows of tables known by name alone: what changes of addons need and no model describes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db.columns import FOLDED, JsonMap
from core.db.functions import fold_sql

_CHUNK = 500
_FETCH = 2000


def has_table(connection: Connection, table: str) -> bool:
    """Is there a table of this name?"""
    return sa.inspect(connection).has_table(table)


def has_column(connection: Connection, table: str, column: str) -> bool:
    """Is there a table with this column?"""
    inspector = sa.inspect(connection)
    return inspector.has_table(table) and column in {found["name"] for found in inspector.get_columns(table)}


def all_columns(connection: Connection) -> dict[str, set[str]]:
    """The names of all columns by table, in one statement."""
    found: dict[str, set[str]] = {}
    if connection.dialect.name == "sqlite":
        tables = sa.table("sqlite_master", sa.column("name"), sa.column("type"))
        inside = sa.func.pragma_table_info(tables.c.name).table_valued("name", joins_implicitly=True).alias("found")
        query = sa.select(tables.c.name, inside.c.name).where(tables.c.type == "table")
    else:
        tables = sa.table("pg_class", *map(sa.column, ("oid", "relname", "relkind")))
        columns = sa.table("pg_attribute", *map(sa.column, ("attrelid", "attname", "attnum", "attisdropped")))
        query = sa.select(tables.c.relname, columns.c.attname).where(
            columns.c.attrelid == tables.c.oid,
            tables.c.relkind.in_(("r", "p")),
            columns.c.attnum > 0,
            sa.not_(columns.c.attisdropped),
            sa.func.pg_table_is_visible(tables.c.oid),
        )
    for table, column in connection.execute(query):
        found.setdefault(table, set()).add(column)
    return found


def existing_records(connection: Connection, table: str, records: Iterable[int]) -> set[int]:
    """Those ids of `records` that are in the table; none when there is no such table."""
    if not has_table(connection, table):
        return set()
    column = sa.column("id", sa.Integer())
    found: set[int] = set()
    for chunk in _chunks(sorted(records)):
        found.update(
            connection.execute(sa.select(column).select_from(sa.table(table)).where(column.in_(chunk))).scalars()
        )
    return found


def referenced(connection: Connection, table: str, column: str, records: Iterable[int]) -> list[int]:
    """Those ids of `records` that rows hold in a column, sorted."""
    link = sa.column(column, sa.Integer())
    held: set[int] = set()
    for chunk in _chunks(sorted(records)):
        held.update(connection.execute(sa.select(link).select_from(sa.table(table)).where(link.in_(chunk))).scalars())
    return sorted(held)


def distinct(connection: Connection, table: str, column: str) -> Iterator[Any]:
    """The different values of a column, NULL left out."""
    held: sa.ColumnClause[Any] = sa.column(column)
    query = sa.select(held).distinct().select_from(sa.table(table)).where(held.is_not(None))
    yield from connection.execute(query).scalars()


def records(connection: Connection, table: str) -> list[int]:
    """The ids of all rows; none when there is no such table."""
    if not has_table(connection, table):
        return []
    key = sa.column("id", sa.Integer())
    return list(connection.execute(sa.select(key).select_from(sa.table(table)).order_by(key)).scalars())


def count_rows(connection: Connection, table: str) -> int:
    """How many rows a table has."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(sa.table(table))).scalar() or 0)


def count_filled(connection: Connection, table: str, column: str) -> int:
    """How many rows of a table have a value in a column."""
    place: sa.ColumnClause[Any] = sa.column(column)
    query = sa.select(sa.func.count()).select_from(sa.table(table)).where(place.is_not(None))
    return int(connection.execute(query).scalar() or 0)


def fill_column(connection: Connection, column: Any, value: Any) -> None:  # Any: a column of any type and its value
    """Set a column that has just been added to the same value in every row."""
    connection.execute(column.table.update().values({column.name: value}))


def fill_folded(connection: Connection, column: Any) -> None:  # Any: a column of text
    """Fill the folded companion of a column, which has just been added."""
    connection.execute(column.table.update().values({f"{column.name}{FOLDED}": fold_sql(column)}))


def read_column(
    connection: Connection, table: str, column: str
) -> Iterator[tuple[int, Any]]:  # Any: of the column's type
    """Id and value of every row that has a value in a column."""
    columns = {found["name"]: found["type"] for found in sa.inspect(connection).get_columns(table)}
    place: sa.ColumnClause[Any] = sa.column(column, columns[column])
    key = sa.column("id", sa.Integer())
    query = sa.select(key, place).select_from(sa.table(table)).where(place.is_not(None)).order_by(key)
    for row in connection.execute(query).yield_per(_FETCH):
        yield row[0], row[1]


def replace(
    connection: Connection, table: str, column: str, old: str, new: str, where: Mapping[str, str] | None = None
) -> None:
    """Change a text in a column of a table, if there are such a table and column."""
    if not has_column(connection, table, column):
        return
    place = sa.column(column, sa.Text())
    target = sa.table(table, place, *(sa.column(name, sa.Text()) for name in where or {}))
    change = sa.update(target).where(place == old).values({column: new})
    for name, value in (where or {}).items():
        change = change.where(target.c[name] == value)
    connection.execute(change)


def replace_prefix(connection: Connection, table: str, column: str, old: str, new: str) -> None:
    """Change how texts in a column begin."""
    place = sa.column(column, sa.Text())
    rest = sa.func.substr(place, len(old) + 1)
    change = sa.update(sa.table(table, place)).where(place.startswith(old, autoescape=True))
    connection.execute(change.values({column: sa.literal(new, sa.Text()).concat(rest)}))


def json_columns(connection: Connection, table: str) -> dict[str, bool]:
    """The columns of a table, and whether each holds JSON; none when there is no such table."""
    inspector = sa.inspect(connection)
    if not inspector.has_table(table):
        return {}
    return {found["name"]: isinstance(found["type"], (sa.JSON, JsonMap)) for found in inspector.get_columns(table)}


def empty_records(connection: Connection, table: str, column: str, limit: int) -> list[int]:
    """Ids of the first rows that have no value in a column."""
    key, place = sa.column("id", sa.Integer()), sa.column(column, sa.Text())
    query = sa.select(key).select_from(sa.table(table)).where(place.is_(None)).order_by(key).limit(limit)
    return list(connection.execute(query).scalars())


def _chunks(items: list[int]) -> list[list[int]]:
    return [items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK)]
