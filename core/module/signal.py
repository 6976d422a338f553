"""Notices, without being asked by a request, that another process has changed the addons of a database."""

from __future__ import annotations

import logging
import threading

from core.errors import GrialError
from core.module.registries import Registries

log = logging.getLogger(__name__)

INTERVAL = 2.0
"""Seconds between two looks at the versions of the registries in use."""


class Watcher:
    """A thread that rebuilds outdated registries ahead of the next request.

    It saves that request the time; requests themselves check the version too, in their own transaction.
    """

    def __init__(self, registries: Registries, interval: float = INTERVAL) -> None:
        self.registries = registries
        self.interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="registry watcher", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching, and wait until the look under way has ended."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> list[str]:
        """Rebuild what is outdated; gives the names of those databases."""
        rebuilt = []
        for name in self.registries.loaded():
            try:
                if self.registries.refresh(name):
                    rebuilt.append(name)
            except GrialError as error:
                log.warning("database %s: %s", name, error)
        return rebuilt

    def _watch(self) -> None:
        while not self._stop.wait(self.interval):
            self.look()
