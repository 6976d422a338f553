"""A copied or restored database rests: no scheduled job runs in it and nothing leaves it, until somebody wakes it.

The mark is a system parameter, so that it travels with every copy and every dump.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db import queue
from core.db.table_rows import has_table

KEY = "database.resting"

_parameters = sa.table("ir_config_parameter", sa.column("key", sa.Text()), sa.column("value", sa.Text()))
_mark = _parameters.c.key == KEY


def rest(connection: Connection) -> None:
    """Let a database that was copied or restored rest. Jobs that came along are the original's: they are cancelled.

    Call it in a writing transaction, before anybody else sees the database. One that is not Grial's is left alone.
    """
    if has_table(connection, _parameters.name):
        if not is_resting(connection):
            connection.execute(_parameters.insert().values(key=KEY, value="1"))
        queue.leave_to_original(connection)


def wake(connection: Connection) -> bool:
    """End the rest, and put what has waited for that into the queue; False when the database was awake."""
    if not connection.execute(_parameters.delete().where(_mark)).rowcount:
        return False
    queue.wake(connection)
    return True


def is_resting(connection: Connection) -> bool:
    """Does this database rest?"""
    return connection.execute(sa.select(_parameters.c.key).where(_mark)).first() is not None
