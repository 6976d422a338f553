"""Waits until there is something to do: PostgreSQL tells it, SQLite is asked whether anybody has written."""

from __future__ import annotations

import os
import select
import time
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from core.db import statements

LOOK = 0.2
"""Seconds between two looks at an SQLite file; a look costs some microseconds."""


class Wakeups:
    """Wakes one thread when another connection, in any process, has done something.

    On PostgreSQL it holds a connection of its own and hears `notify` on its channels; on SQLite it wakes
    after every write. Use it as a context manager, or close it.
    """

    def __init__(self, engine: Engine, *channels: str) -> None:
        self._engine = engine
        self._channels = channels
        self._connection: Connection | None = None
        self._version = 0
        self._file = ("", (0, 0))

    def wait(self, timeout: float) -> bool:
        """Sleep until something happens, for at most `timeout` seconds; True when something has happened.

        A lost connection counts as something, since a message may have been lost with it.
        """
        end = time.monotonic() + timeout
        try:
            if self._connection is None:
                self._connect()
                return True
            happened = self._hear if self._engine.dialect.name == "postgresql" else self._look
            while not happened(max(0.0, end - time.monotonic())):
                if time.monotonic() >= end:
                    return False
            return True
        except (sa.exc.OperationalError, sa.exc.InterfaceError, self._driver_error):
            self.close()
            time.sleep(max(0.0, min(1.0, end - time.monotonic())))
            return True

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sa.exc.DBAPIError, self._driver_error):
                connection.invalidate()
                connection.close()

    def __enter__(self) -> Wakeups:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _driver_error(self) -> Any:  # Any: the class of the driver's errors
        return self._engine.dialect.loaded_dbapi.Error

    @property
    def _raw(self) -> Any:  # Any: the driver's connection
        assert self._connection is not None, "connected before"
        return self._connection.connection.driver_connection

    def _connect(self) -> None:
        self._connection = self._engine.connect()
        if self._engine.dialect.name == "postgresql":
            with self._raw.cursor() as cursor:
                for channel in self._channels:
                    cursor.execute(statements.listen(self._engine.dialect, channel))
        else:
            path = self._raw.execute(statements.DATABASE_FILE).fetchone()[2]
            self._file = (path, _identity(path))
            self._look(0)

    def _hear(self, timeout: float) -> bool:
        raw = self._raw
        if select.select([raw], [], [], timeout)[0]:
            raw.poll()
        heard = bool(raw.notifies)
        raw.notifies.clear()
        return heard

    def _look(self, timeout: float) -> bool:
        path, file = self._file
        if _identity(path) != file:  # it was dropped, and perhaps made again: we look at the old one
            self.close()
            return True
        version = int(self._raw.execute(statements.DATA_VERSION).fetchone()[0])
        changed, self._version = version != self._version, version
        if not changed:
            time.sleep(min(LOOK, timeout))
        return changed


def _identity(path: str) -> tuple[int, int]:
    """Which file a path means at this moment."""
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0)
    return found.st_dev, found.st_ino
