"""The databases of a server: their names and engines, and `begin`, the one way to a transaction."""

from __future__ import annotations

import math
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine

from core.db import postgresql, sqlite
from core.db.limits import limit_statements
from core.db.retry import explain, too_large, with_retry
from core.errors import Busy, ValidationError
from core.kernel.trace import enabled, trace

__all__ = ["DatabaseServer", "advisory_lock", "begin", "notify", "try_advisory_lock", "with_retry"]

Backend = Literal["sqlite", "postgresql"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_NOT_OURS = frozenset({"postgres", "template0", "template1"})
_LOCKS = "grial_locks"
WORKING = "grial-building-"
"""Begins the name of a database that is being made."""


class ServerSettings(Protocol):
    """What a server must be told: `core.kernel.config.Settings` has it."""

    @property
    def data_dir(self) -> Path: ...

    @property
    def database_url(self) -> str: ...

    @property
    def time_limit(self) -> float: ...


class DatabaseServer:
    """All databases of one server: SQLite files in the data folder, or those of a PostgreSQL server.

    Engines are kept for the life of the process; use it from any thread.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.data_dir = Path(settings.data_dir)
        self.url: URL | None = postgresql.normalised(settings.database_url) if settings.database_url else None
        self._seconds = settings.time_limit or math.inf
        self._engines: dict[str, Engine] = {}
        self._guard = threading.Lock()
        self._process = os.getpid()

    @property
    def backend(self) -> Backend:
        """`sqlite` or `postgresql`."""
        return "sqlite" if self.url is None else "postgresql"

    def names(self, working: bool = False) -> list[str]:
        """The names of the databases that belong to us, sorted; or, with `working`, of those that are being made.

        Raises Busy when the server cannot be reached.
        """
        if self.url is None:
            found = [path.stem for path in self.data_dir.glob("*.db") if path.is_file()]
        else:
            names = sa.table("pg_database", *map(sa.column, ("datname", "datistemplate", "datallowconn", "datdba")))
            owner = sa.func.pg_get_userbyid(names.c.datdba) == sa.func.current_user()
            query = sa.select(names.c.datname).where(owner, names.c.datallowconn, sa.not_(names.c.datistemplate))
            with self.maintenance() as connection:
                found = list(connection.execute(query).scalars())
        ours = (name for name in found if _NAME.fullmatch(name) and name not in _NOT_OURS)
        return sorted(name for name in ours if name.startswith(WORKING) == working)

    def exists(self, name: str) -> bool:
        """Is there a database of this name? False for what cannot be a name, and for one that is still being made."""
        if not _NAME.fullmatch(name) or name.startswith(WORKING):
            return False
        return self.path(name).is_file() if self.url is None else name in self.names()

    def engine(self, name: str) -> Engine:
        """The engine of a database. It does not connect yet: a missing database shows when a transaction begins.

        Raises ValidationError for what cannot be a name.
        """
        if self._process != os.getpid():
            self._after_fork()
        found = self._engines.get(name)
        if found is not None:
            return found
        check_name(name)
        with self._guard:
            if name not in self._engines:
                self._engines[name] = self._make(name)
            return self._engines[name]

    def dispose(self, name: str) -> None:
        """Close the connections to a database that nobody uses at this moment, and forget its engine."""
        with self._guard:
            engine = self._engines.pop(name, None)
        if engine is not None:
            engine.dispose()

    def path(self, name: str) -> Path:
        """The file of an SQLite database."""
        check_name(name)
        return self.data_dir / f"{name}.db"

    def files_folder(self, name: str) -> Path:
        """The folder for the files (attachments, pictures) of a database, on either backend."""
        check_name(name)
        return self.data_dir / "files" / name

    @contextmanager
    def maintenance(self) -> Iterator[Connection]:
        """A connection to the PostgreSQL server itself, each statement on its own.

        Raises Busy when the server cannot be reached.
        """
        if self.url is None:
            raise TypeError("SQLite has no server to connect to")
        try:
            with postgresql.connect_to_server(self.url) as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            explained = explain(error)
            if explained is None:
                raise
            raise explained from error

    def _make(self, name: str) -> Engine:
        if self.url is None:
            engine = sqlite.make_engine(self.path(name))
        else:
            engine = postgresql.make_engine(self.url.set(database=name), self._seconds)
        limit_statements(engine, self._seconds)
        sa.event.listen(engine, "before_cursor_execute", _trace)
        sa.event.listen(engine, "handle_error", _refuse_overflow)
        sa.event.listen(engine, "invalidate", _let_go)
        return engine

    def _after_fork(self) -> None:
        """Connections belong to the process that opened them: leave the parent's alone."""
        with self._guard:
            if self._process != os.getpid():
                for engine in self._engines.values():
                    engine.dispose(close=False)
                self._engines = {}
                self._process = os.getpid()


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a database. Raises ValidationError."""
    if not _NAME.fullmatch(name):
        raise ValidationError(
            "{name} cannot be the name of a database: use up to 63 letters, digits, dots, dashes and underscores, "
            "with a letter or digit first.",
            name=repr(name)[:80],
        )


@contextmanager
def begin(engine: Engine, write: bool, schema: bool = False, latest: bool = False) -> Iterator[Connection]:
    """Open a transaction: commit at the end of the block, roll back on any error.

    Args:
        engine: from `DatabaseServer.engine`.
        write: False opens a transaction in which nothing can be changed.
        schema: tables are changed: no limit on time; on SQLite foreign keys are off and are checked at the end.
        latest: each statement sees what others have committed by then (READ COMMITTED), which fits a queue that many
            take from. On SQLite a writing transaction sees the latest anyway.

    Raises:
        Busy: the database is locked by others, or cannot be reached.
        GrialError: another trouble of the database itself (full disk, missing or damaged file).
    """
    backend = sqlite if engine.dialect.name == "sqlite" else postgresql
    locks: tuple[int, ...] = ()
    try:
        with backend.begin(engine, write or schema, schema, latest) as connection:
            notes = connection.info  # out of reach once the connection is lost
            try:
                yield connection
            finally:
                locks = tuple(notes.pop(_LOCKS, ()))
    except sa.exc.DBAPIError as error:
        explained = explain(error, locks)
        if explained is None:
            raise
        raise explained from error
    except sa.exc.TimeoutError as error:
        raise Busy("Too many people use this database at this moment.") from error


def advisory_lock(connection: Connection, key: str) -> None:
    """Wait until nobody else holds the lock `key`, and hold it until the transaction ends.

    On SQLite a writing transaction is alone anyway. Raises Busy (when `begin` ends) if the wait takes too long.
    """
    if connection.dialect.name == "postgresql":
        number = lock_number(key)
        # Noted first: a race is lost by those who wait, too.
        connection.info.setdefault(_LOCKS, []).append(number)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def try_advisory_lock(connection: Connection, key: str) -> bool:
    """Take the lock `key` until the transaction ends, if it is free. On SQLite it always is."""
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(lock_number(key)))).scalar())


def lock_number(key: str) -> int:
    """The 64-bit number under which PostgreSQL knows a lock."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def notify(connection: Connection, channel: str, payload: str = "") -> None:
    """Wake those who listen to `channel`, once this transaction has ended well. On SQLite nobody listens: they look."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(channel, payload)))


def _trace(
    _connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any
) -> None:  # Any: DBAPI values
    if enabled("sql"):
        shown = repr(dict(parameters) if isinstance(parameters, Mapping) else parameters)
        trace("sql", f"{' '.join(statement.split())}  {shown[:300]}")


def _let_go(connection: Any, *_: Any) -> None:  # Any: the driver's, and why it is given up
    """Undo what a connection that is given up has begun: SQLite keeps its locks while anybody still holds a cursor."""
    with suppress(Exception):
        connection.rollback()


def _refuse_overflow(context: sa.engine.ExceptionContext) -> None:
    explained = too_large(context.original_exception)
    if explained is not None:
        raise explained from context.original_exception
