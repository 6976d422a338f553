"""Which databases of a server are Grial's: beside them there may be those of other programs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection

from core.db import addon_rows
from core.db.engine import DatabaseServer, begin

log = logging.getLogger(__name__)

PAUSES = 20.0, 600.0
"""Seconds until a database that is not ours is looked into again, at first and at most: it may become ours."""


class OwnDatabases:
    """Looks into each database of a server once, and remembers what it is."""

    def __init__(self, server: DatabaseServer) -> None:
        self._server = server
        self._own: set[str] = set()
        self._strange: dict[str, tuple[float, float]] = {}
        self._guard = threading.Lock()

    def names(self, certain: Collection[str] = ()) -> list[str]:
        """The names of those that are Grial's, sorted; those in `certain` are known to be.

        Raises Busy when the server cannot be reached.
        """
        found = self._server.names()
        with self._guard:
            self._own.intersection_update(found)
            self._strange = {name: known for name, known in self._strange.items() if name in found}
            return [name for name in found if name in certain or name in self._own or self._has_become_ours(name)]

    def _has_become_ours(self, name: str) -> bool:
        again, pause = self._strange.get(name, (0.0, PAUSES[0]))
        if time.monotonic() < again:
            return False
        if self._has_addons(name):
            self._own.add(name)
            self._strange.pop(name, None)
            return True
        if name not in self._strange:
            log.info("database %s is not Grial's", name)
        self._strange[name] = (time.monotonic() + pause, min(2 * pause, PAUSES[1]))
        self._server.dispose(name)
        return False

    def _has_addons(self, name: str) -> bool:
        try:
            with begin(self._server.engine(name), write=False) as connection:
                return addon_rows.exists(connection)
        except Exception:  # somebody else's database may refuse us in any way
            log.debug("database %s cannot be looked into", name, exc_info=True)
            return False
