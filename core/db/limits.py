"""How long a statement may run: until the time limit of its work is over; without one for the seconds of its engine.

Work on the schema has no limit.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from core.db import statements
from core.kernel.limit import seconds_left

_STEPS_BETWEEN_LOOKS = 200_000
_CLOCK, _TOLD = "grial_clock", "grial_told"
_CONTROL = ("BEGIN", "ROLLBACK", "RELEASE", "SAVEPOINT")
_UNKNOWN = -1.0
_FAILED = 3
"""What the driver calls a transaction that takes no statements any more."""


def limit_statements(engine: Engine, seconds: float) -> None:
    """Stop statements of this engine that run too long; `seconds` is for work without a time limit of its own."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "before_cursor_execute", _SqliteLimit(seconds))
    else:
        limit = _PostgresqlLimit(seconds)
        sa.event.listen(engine, "begin", limit.begun)
        sa.event.listen(engine, "rollback_savepoint", limit.undone)
        sa.event.listen(engine, "before_cursor_execute", limit.tell)


def lift(connection: Connection) -> None:
    """Let the statements of a PostgreSQL transaction that has just begun run as long as they need."""
    _tell(connection.connection.cursor(), math.inf)
    connection.info[_TOLD] = None


def interrupter(connection: Connection) -> Callable[[], None]:
    """What stops the statement of a connection from another thread; call it only while the connection is ours."""
    raw: Any = connection.connection.driver_connection
    return raw.interrupt if connection.dialect.name == "sqlite" else raw.cancel  # type: ignore[no-any-return]


def watch(connection: sqlite3.Connection, info: MutableMapping[str, Any]) -> None:  # Any: what others keep there
    """Let a new connection of SQLite look at a clock while it works."""
    clock = info[_CLOCK] = _Clock()
    connection.set_progress_handler(clock, _STEPS_BETWEEN_LOOKS)


def unlimited(connection: Connection, is_schema_work: bool) -> None:
    """Say of a connection of SQLite whether the statements of its next transaction may take any time."""
    connection.info[_CLOCK].unlimited = is_schema_work


class _Clock:
    """Stops a statement that runs too long; SQLite asks it every so many steps."""

    def __init__(self) -> None:
        self.end = math.inf
        self.unlimited = False

    def __call__(self) -> bool:
        return time.monotonic() > self.end


class _SqliteLimit:
    """Sets the clock that SQLite looks at while it works."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, connection: Connection, *_: Any) -> None:  # Any: cursor, statement, parameters
        clock = connection.info[_CLOCK]
        left = seconds_left()
        clock.end = math.inf if clock.unlimited else time.monotonic() + (self._seconds if left is None else left)


class _PostgresqlLimit:
    """Tells the server how long a statement may take, where it was told otherwise: short work never needs that."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def begun(self, connection: Connection) -> None:
        """A transaction begins as its connection was opened: with the limit of the engine."""
        connection.info[_TOLD] = self._seconds

    def undone(self, connection: Connection, *_: Any) -> None:  # Any: name and state of the savepoint
        """What the server was told since the savepoint is forgotten."""
        if connection.info[_TOLD] is not None:
            connection.info[_TOLD] = _UNKNOWN

    def tell(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:  # Any: the driver's
        """Before each statement."""
        if statement.startswith(_CONTROL):
            return
        told = connection.info[_TOLD]
        if told is None:
            return
        left = seconds_left()
        wanted = self._seconds if left is None else max(left, 0)
        near = wanted == told or abs(wanted - told) < min(1.0, wanted / 50)
        if near:
            return
        if cursor.connection.info.transaction_status != _FAILED:
            _tell(cursor.connection.cursor(), wanted)
            connection.info[_TOLD] = wanted


def _tell(cursor: Any, seconds: float) -> None:  # Any: the driver's
    milliseconds = 0 if seconds == math.inf else max(1, int(seconds * 1000))
    with cursor:
        cursor.execute(statements.STATEMENT_TIMEOUT, (milliseconds,))
