"""Says which database errors pass when the work is done again, does it again, and words the others for people."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

import sqlalchemy as sa

from core.errors import Busy, GrialError, TookTooLong, UserError, ValidationError

R = TypeVar("R")

PATIENCE = 5.0
"""Seconds after which a failed attempt is not followed by another: whoever waited for a lock that long is told."""

_POSTGRESQL_AGAIN = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock not available
_POSTGRESQL_AWAY = frozenset({"53300", "57P01", "57P02", "57P03"})  # too many connections, shutting down, starting up
_NO_DATABASE = re.compile(r'database ".*" does not exist')
_SQLITE_BUSY, _SQLITE_LOCKED, _SQLITE_READONLY, _SQLITE_INTERRUPT = 5, 6, 8, 9
_SQLITE_IOERR, _SQLITE_CORRUPT, _SQLITE_FULL, _SQLITE_CANTOPEN, _SQLITE_NOTADB = 10, 11, 13, 14, 26

held_locks: ContextVar[tuple[int, ...]] = ContextVar("held_locks", default=())
"""Advisory locks that the next transaction takes before it begins, since it lost a race while it held them."""


class Contended(Busy):
    """Somebody else was faster; the same work, done again from the start, may well succeed.

    `locks` are the advisory locks that the lost transaction had taken.
    """

    def __init__(self, locks: tuple[int, ...] = ()) -> None:
        super().__init__("Others are changing the same records just now. Please try again.")
        self.locks = locks


def with_retry(work: Callable[[], R], attempts: int = 5) -> R:
    """Run `work`, and run it again when the database lost a race in it.

    `work` opens its own transaction with `begin` and starts from its input each time: nothing it keeps outside may have
    changed. A lost race that took advisory locks takes them before its next transaction begins, so that it cannot lose
    the same race twice.

    Raises:
        Busy: others kept the records locked for longer than a person waits, or `attempts` attempts have failed.
    """
    started = time.monotonic()
    locks: tuple[int, ...] = ()
    for attempt in range(1, attempts + 1):
        token = held_locks.set(locks)
        try:
            return work()
        except sa.exc.DBAPIError as error:
            if not is_retryable(error):
                raise
            contended = Contended()
            contended.__cause__ = error
        except Contended as error:
            contended = error
        finally:
            held_locks.reset(token)
        if attempt == attempts or time.monotonic() - started > PATIENCE:
            raise contended
        locks = tuple(sorted({*locks, *contended.locks}))
        time.sleep(random.uniform(0, 0.01 * 2**attempt))
    raise ValueError("attempts must be at least 1")


def is_retryable(error: sa.exc.DBAPIError) -> bool:
    """Does the same work stand a chance when done again: a lost race, a deadlock, a lock that was not to be had?"""
    return sqlstate(error) in _POSTGRESQL_AGAIN or sqlite_code(error) in (_SQLITE_BUSY, _SQLITE_LOCKED)


def sqlstate(error: sa.exc.DBAPIError) -> str:
    """PostgreSQL's code for an error, such as 40001; "" where there is none."""
    return getattr(error.orig, "pgcode", None) or ""


def sqlite_code(error: sa.exc.DBAPIError) -> int:
    """SQLite's primary result code; 0 where there is none."""
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return (code or 0) & 0xFF


def explain(error: sa.exc.DBAPIError, locks: tuple[int, ...] = ()) -> GrialError | None:
    """The error for a person where the database itself is the trouble, or None where the caller knows better."""
    if is_retryable(error):
        return Contended(locks)
    code, state = sqlite_code(error), sqlstate(error)
    if state == "57014" or code == _SQLITE_INTERRUPT:
        return TookTooLong()
    if code == _SQLITE_FULL or state == "53100":
        return GrialError("The disk of the database is full. Nothing was saved.")
    if code == _SQLITE_IOERR or state == "58030":
        return GrialError("The disk of the database fails. Nothing was saved.")
    if code == _SQLITE_READONLY or state == "25006":
        return UserError("The database can only be read here, so nothing was saved.")
    if code in (_SQLITE_CORRUPT, _SQLITE_NOTADB):
        return GrialError("The file of the database is damaged. Restore it from a backup.")
    if code == _SQLITE_CANTOPEN:
        return GrialError(
            "The file of the database cannot be opened: it is missing, or its folder may not be written to."
        )
    if no_such_database(error):
        return GrialError("The database does not exist on the server.")
    if error.connection_invalidated or state in _POSTGRESQL_AWAY or _never_connected(error):
        return Busy("The database server cannot be reached just now.")
    return None


def no_such_database(error: sa.exc.DBAPIError) -> bool:
    """Has the PostgreSQL server no database of this name? It gives no code for it while one connects."""
    return sqlstate(error) == "3D000" or (_never_connected(error) and bool(_NO_DATABASE.search(str(error.orig))))


def too_large(error: BaseException | None) -> ValidationError | None:
    """The error for a sum or product that leaves the range of numbers, on either database."""
    text = str(error)
    if (
        getattr(error, "pgcode", None) == "22003"
        or "integer overflow" in text
        or "user-defined function raised" in text
    ):
        return ValidationError("A number is too large to be calculated or stored.")
    return None


def _never_connected(error: sa.exc.DBAPIError) -> bool:
    return isinstance(error, sa.exc.OperationalError) and error.statement is None and not sqlstate(error)
