"""Remembers links to records that an uninstall deletes, by external id, since the records come back with other ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db.columns import id_column

_CHUNK = 500

_metadata = sa.MetaData()
_links = sa.Table(
    "ir_archive_link",
    _metadata,
    id_column(),
    sa.Column("table", sa.Text(), nullable=False),
    sa.Column("column1", sa.Text(), nullable=False),
    sa.Column("record1", sa.BigInteger(), nullable=False),
    sa.Column("name1", sa.Text(), nullable=False),
    sa.Column("column2", sa.Text(), nullable=False),
    sa.Column("record2", sa.BigInteger(), nullable=False),
    sa.Column("name2", sa.Text(), nullable=False),
)


@dataclass(frozen=True, slots=True)
class ArchivedLink:
    """Two columns of one row; where the first is `id` it is a row with a link, else a pair of a many2many.

    Attributes:
        name1: the external id of the first record, where that record goes; else "".
        name2: that of the second.
    """

    table: str
    column1: str
    record1: int
    name1: str
    column2: str
    record2: int
    name2: str
    id: int = 0


def pairs(
    connection: Connection, table: str, column1: str, column2: str, ids1: Collection[int], ids2: Collection[int]
) -> set[tuple[int, int]]:
    """The values of two columns in the rows where the first is one of `ids1` or the second one of `ids2`."""
    first, second = sa.column(column1, sa.BigInteger()), sa.column(column2, sa.BigInteger())
    filled = sa.select(first, second).select_from(sa.table(table)).where(first.is_not(None), second.is_not(None))
    found: set[tuple[int, int]] = set()
    for column, ids in ((first, sorted(ids1)), (second, sorted(ids2))):
        for start in range(0, len(ids), _CHUNK):
            rows = connection.execute(filled.where(column.in_(ids[start : start + _CHUNK])))
            found.update((row[0], row[1]) for row in rows)
    return found


def keep(connection: Connection, links: Iterable[ArchivedLink]) -> None:
    """Remember links."""
    rows: list[dict[str, Any]] = []  # Any: names and ids
    for link in links:
        row = asdict(link)
        del row["id"]
        rows.append(row)
    if rows:
        _metadata.create_all(connection)
        connection.execute(_links.insert(), rows)


def kept(connection: Connection, addon: str) -> list[ArchivedLink]:
    """The links that were remembered to records of an addon."""
    if not sa.inspect(connection).has_table(_links.name):
        return []
    c, start = _links.c, f"{addon}."
    mine = c.name1.startswith(start, autoescape=True) | c.name2.startswith(start, autoescape=True)
    names = ("table", "column1", "record1", "name1", "column2", "record2", "name2", "id")
    query = sa.select(*(c[name] for name in names)).where(mine).order_by(c.id)
    return [ArchivedLink(*row) for row in connection.execute(query)]


def forget(connection: Connection, links: Collection[ArchivedLink]) -> None:
    """Remember links no longer."""
    ids = sorted(link.id for link in links)
    for start in range(0, len(ids), _CHUNK):
        connection.execute(_links.delete().where(_links.c.id.in_(ids[start : start + _CHUNK])))


def restore(connection: Connection, link: ArchivedLink, record1: int, record2: int) -> None:
    """Write a link again, unless it is there or a row has another one by now."""
    first, second = sa.column(link.column1, sa.BigInteger()), sa.column(link.column2, sa.BigInteger())
    table = sa.table(link.table, first, second)
    if link.column1 == "id":
        empty = table.update().where(first == record1, second.is_(None))
        connection.execute(empty.values({link.column2: record2}))
        return
    there = sa.select(first).select_from(table).where(first == record1, second == record2)
    if connection.execute(there).first() is None:
        connection.execute(table.insert().values({link.column1: record1, link.column2: record2}))
