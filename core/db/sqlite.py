"""SQLite as Grial uses it: the file, the settings of a connection, and the functions that SQL has on PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry

from core.db import limits, statements
from core.db.scaled import Average, divide, money_text, multiply, to_scaled
from core.errors import ValidationError
from core.kernel.text import fold
from core.kernel.zones import to_local

BUSY_TIMEOUT = 10.0
_WRITES = "grial_writes"
_UNDOING = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM)


def create_file(path: Path) -> None:
    """Make an empty database in WAL mode; FileExistsError where there is a file already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.open("xb").close()
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def remove_file(path: Path) -> None:
    """Delete a database. Who is connected goes on in the dark, and finds out when the next transaction begins."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def rename_file(path: Path, new_path: Path) -> None:
    """Give the file of a database that nobody uses another name; FileExistsError where there is a file already."""
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # all of it is in the one file, then
    os.link(path, new_path)
    path.unlink()


class _Connection(sqlite3.Connection):
    """A connection that knows which file its path meant when it was opened."""

    file: tuple[int, int] | None = None


def make_engine(path: Path) -> Engine:
    """The engine of one file. It never makes the file: a missing database must not come back empty."""

    def connect() -> _Connection:
        file = _identity(path)
        connection = sqlite3.connect(
            f"file:{quote(str(path.resolve()))}?mode=rw",
            uri=True,
            timeout=BUSY_TIMEOUT,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            factory=_Connection,
        )
        connection.file = file
        return connection

    def refuse_replaced(connection: _Connection, *_: Any) -> None:  # Any: the pool's own
        if connection.file != _identity(path):  # its log would be mixed with that of the file which is there now
            raise sa.exc.DisconnectionError

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.QueuePool, pool_size=5, max_overflow=15)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "checkout", refuse_replaced)
    sa.event.listen(engine, "begin", _emit_begin)
    sa.event.listen(engine, "handle_error", _give_up_undone)
    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file a path means at this moment."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    for pragma in statements.SQLITE_ON_CONNECT:
        connection.execute(pragma)
    functions: tuple[tuple[str, int, Callable[..., Any]], ...] = (
        ("grial_fold", 1, _fold),
        ("grial_tz", 2, local_text),
        ("grial_multiply", 3, multiply),
        ("grial_divide", 3, divide),
        ("grial_scaled", 1, to_scaled),
        ("grial_money_text", 1, money_text),
    )
    for name, arguments, function in functions:
        connection.create_function(name, arguments, function, deterministic=True)
    connection.create_window_function("grial_average", 1, Average)
    limits.watch(connection, record.info)


def _emit_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    statements.run(connection, statements.BEGIN_IMMEDIATE if writes else statements.BEGIN)


def _give_up_undone(context: sa.engine.ExceptionContext) -> None:
    """Let a connection go whose transaction SQLite has undone by itself, since its disk is full or fails.

    Whatever came next on it would be outside of any transaction, and stay.
    """
    error, connection = context.original_exception, context.connection
    code: int = getattr(error, "sqlite_errorcode", None) or 0
    if code & 0xFF in _UNDOING and connection is not None and not connection.invalidated:
        raw: Any = connection.connection.driver_connection
        if not raw.in_transaction:
            context.is_disconnect = True
            context.invalidate_pool_on_disconnect = False


@contextmanager
def begin(engine: Engine, write: bool, schema: bool, _latest: bool = False) -> Iterator[Connection]:
    """One transaction: a writing one locks from its first moment on, since a later upgrade of the lock fails at once.

    With `schema`, foreign keys are off, since a rebuilt table would take its children along, and checked at the end.
    """
    with engine.connect() as connection:
        connection = connection.execution_options(**{_WRITES: write})
        limits.unlimited(connection, schema)
        raw: Any = connection.connection.driver_connection
        if schema:
            raw.execute(statements.FOREIGN_KEYS_OFF)
        elif not write:
            raw.execute(statements.QUERY_ONLY_ON)
        try:
            with connection.begin():
                yield connection
                if schema:
                    check_foreign_keys(connection)
        finally:
            if connection.invalidated:  # stopped in the middle of a statement: it is closed, and not used again
                pass
            elif schema:
                raw.execute(statements.FOREIGN_KEYS_ON)
            elif not write:
                raw.execute(statements.QUERY_ONLY_OFF)


def check_foreign_keys(connection: Connection) -> None:
    """Refuse a database in which a row links to another that is not there. Raises ValidationError, with examples."""
    broken = statements.run(connection, statements.FOREIGN_KEY_CHECK).fetchmany(5)
    if broken:
        shown = [f"{table} {row} -> {target}" for table, row, target, _ in broken]
        raise ValidationError("Rows link to others that do not exist: {rows}.", rows=shown)


def _fold(text: Any) -> Any:
    return fold(text) if isinstance(text, str) else text


@lru_cache(maxsize=4096)
def local_text(text: str | None, tz: str) -> str | None:
    """The local wall clock, to the second, of a stored UTC datetime; both as text."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return to_local(min(max(moment, EARLIEST), LATEST), tz).isoformat(sep=" ", timespec="seconds")


EARLIEST = datetime(1, 1, 2)
LATEST = datetime(9999, 12, 30)
"""Between these every zone has a wall clock within the years that a date can have."""
