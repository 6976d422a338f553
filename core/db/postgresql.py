"""PostgreSQL as Grial uses it: the engine, one transaction, and the locks that outlive a lost race."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2
import sqlalchemy as sa
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy.engine import URL, Connection, Engine, RootTransaction

from core.db import statements
from core.db.limits import lift
from core.db.retry import held_locks, no_such_database
from core.errors import GrialError, ValidationError

LOCK_TIMEOUT = 5.0
_BEGIN = "grial_begin"
MAINTENANCE = "postgres"
"""The database that every server has, to connect to when one is created or dropped."""


def normalised(url: str) -> URL:
    """The URL with the driver we use, whatever spelling came in (`postgres://`, `postgresql://`).

    Raises ValidationError for what is no such address; it is not repeated, since a password may be in it.
    """
    try:
        parsed = sa.make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    except (sa.exc.ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() != "postgresql":
        raise ValidationError(
            "The address of the PostgreSQL server is not of the form postgresql://USER:PASSWORD@HOST:PORT."
        )
    return parsed.set(drivername="postgresql+psycopg2")


class _Connection(psycopg2.extensions.connection):
    """A connection whose transactions begin with a statement of ours: where that fails, nothing is lost yet.

    The driver would begin them with the first statement of the work, and ask twice before how they are to be.
    """

    def cursor(self, name: Any = None, *args: Any, **options: Any) -> Any:  # Any: the driver's
        # The driver sees no transaction, and gives rows in parts only where they may outlive one.
        make: Any = super().cursor  # Any: as above
        return make(name, *args, **options, **({"withhold": True} if name else {}))

    def commit(self) -> None:
        with self.cursor() as cursor:
            cursor.execute(statements.COMMIT)

    def rollback(self) -> None:
        if self.info.transaction_status != TRANSACTION_STATUS_IDLE:
            with self.cursor() as cursor:
                cursor.execute(statements.ROLLBACK)


def make_engine(url: URL, seconds: float) -> Engine:
    """The engine of one database: REPEATABLE READ, limited waiting, UTC. A pooler in between must pass `options` on.

    `seconds` is what a statement may take, `math.inf` for no limit.
    """
    settings = {
        "lock_timeout": int(LOCK_TIMEOUT * 1000),
        "statement_timeout": 0 if seconds == math.inf else max(1, int(seconds * 1000)),
        "timezone": "UTC",
        "datestyle": "ISO",
        "standard_conforming_strings": "on",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    given = url.query.get("options", "")
    engine = sa.create_engine(
        url.difference_update_query(["options"]),
        isolation_level="AUTOCOMMIT",  # for the driver; see `_Connection`
        connect_args={
            "connection_factory": _Connection,
            "options": f"{given if isinstance(given, str) else ' '.join(given)} {options}".strip(),
            "client_encoding": "utf8",
            "connect_timeout": 10,
            "application_name": "grial",
        },
        use_native_hstore=False,
        pool_size=5,
        max_overflow=15,
        pool_timeout=10,
        pool_recycle=1800,
    )
    sa.event.listen(engine, "begin", _emit_begin)
    return engine


def _emit_begin(connection: Connection) -> None:
    statements.run(connection, connection.get_execution_options().get(_BEGIN, statements.BEGIN_WRITING))


def connect_to_server(url: URL) -> Connection:
    """A connection for creating and dropping databases: every statement is its own transaction.

    The database in the URL is tried first, since some servers let a user into his own only.
    """
    names = list(dict.fromkeys((url.database or MAINTENANCE, MAINTENANCE)))
    for name in names:
        engine = sa.create_engine(
            url.set(database=name),
            isolation_level="AUTOCOMMIT",
            poolclass=sa.NullPool,
            use_native_hstore=False,
            connect_args={"connect_timeout": 10},
        )
        try:
            return engine.connect()
        except sa.exc.OperationalError as error:
            if name == names[-1] or not no_such_database(error):
                raise
    raise ValueError("a URL has at least one database to try")


@contextmanager
def begin(engine: Engine, write: bool, schema: bool, latest: bool = False) -> Iterator[Connection]:
    """One transaction. A change of the schema may take long; after a lost race the locks come before the snapshot."""
    locks = held_locks.get()
    held_locks.set(())
    text = statements.BEGIN_LATEST if latest else statements.BEGIN_WRITING if write else statements.BEGIN_READING
    connection, transaction = _begun(engine, text, locks)
    with connection:
        saving = False
        try:
            with _released(connection, locks), transaction:
                if schema:
                    lift(connection)
                yield connection
                saving = write
        except sa.exc.DBAPIError as error:
            if saving and error.connection_invalidated:
                raise GrialError(
                    "The connection to the database was lost while it saved. "
                    "Look whether it was saved before you do it again."
                ) from error
            raise


def _begun(engine: Engine, text: str, locks: tuple[int, ...]) -> tuple[Connection, RootTransaction]:
    """A connection in a new transaction; session locks are taken first, so that its snapshot is newer than they are.

    A connection may have been lost while nobody used it. It is then replaced, since nothing was asked of it yet.
    """
    for last in (False, True):
        connection = engine.connect().execution_options(**{_BEGIN: text})
        taken: list[int] = []
        try:
            for lock in locks:
                _outside(connection, statements.SESSION_LOCK, lock)
                taken.append(lock)
            return connection, connection.begin()
        except BaseException as error:
            lost = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
            if lost:
                connection.invalidate()
            _give_back(connection, taken)
            connection.close()
            if last or not lost:
                raise
    raise AssertionError("the loop returns or raises")


@contextmanager
def _released(connection: Connection, locks: Sequence[int]) -> Iterator[None]:
    """Give session locks back after a transaction."""
    try:
        yield
    finally:
        _give_back(connection, locks)


def _give_back(connection: Connection, locks: Sequence[int]) -> None:
    if connection.invalidated:
        return
    try:
        for lock in locks:
            _outside(connection, statements.SESSION_UNLOCK, lock)
    except sa.exc.DBAPIError:
        connection.invalidate()  # with it goes what it may still hold


def _outside(connection: Connection, statement: str, lock: int) -> None:
    """Run a statement about a lock outside of any transaction. Raises as SQLAlchemy does."""
    raw: Any = connection.connection.driver_connection
    try:
        with raw.cursor() as cursor:
            cursor.execute(statement, (lock,))
    except psycopg2.Error as error:
        raise sa.exc.DBAPIError.instance(
            statement, (lock,), error, psycopg2.Error, connection_invalidated=bool(raw.closed)
        ) from error
