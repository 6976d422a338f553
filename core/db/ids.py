"""The numbers of rows: ids in advance, and where the numbering of a table stands."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db import statements


def next_ids(connection: Connection, table: sa.Table, count: int) -> list[int]:
    """Ids for rows that will be inserted in this transaction, ascending; nobody else gets them."""
    if count <= 0:
        return []
    if connection.dialect.name == "postgresql":
        found = statements.run(connection, statements.POSTGRESQL_NEXT_IDS, (table.name, count))
        return sorted(found.scalars())
    last = statements.run(connection, statements.SQLITE_NEXT_IDS, (count, table.name)).scalar()
    if last is None:
        top = connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
        statements.run(connection, statements.SQLITE_FIRST_IDS, (table.name, top + count))
        last = top + count
    return list(range(last - count + 1, last + 1))


def can_return(connection: Connection) -> bool:
    """Can ids that were not used be given back? Where one transaction writes at a time, nobody has taken later ones."""
    return connection.dialect.name == "sqlite"


def return_ids(connection: Connection, table: sa.Table, unused: range) -> None:
    """Give back ids of `next_ids`, the last that were given out; nothing happens where later ones are in use."""
    statements.run(connection, statements.SQLITE_RETURN_IDS, (unused.start - 1, table.name, unused.stop - 1))


def last_id(connection: Connection, table: str, key: str) -> int:
    """The last id that was given out for a table, even if its row is gone; 0 when none was."""
    if connection.dialect.name == "sqlite":
        return int(statements.run(connection, statements.SQLITE_LAST_ID, (table,)).scalar() or 0)
    return int(statements.run(connection, statements.POSTGRESQL_LAST_ID, (table, key)).scalar() or 0)


def set_last_id(connection: Connection, table: str, key: str, last: int) -> None:
    """Go on with the ids of a table behind `last`."""
    if connection.dialect.name == "sqlite":
        statements.run(connection, statements.SQLITE_FORGET_ID, (table,))
        statements.run(connection, statements.SQLITE_FIRST_IDS, (table, last))
    else:
        statements.run(connection, statements.POSTGRESQL_SET_ID, (table, key, last))
