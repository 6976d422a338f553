"""The threads of a server process that run jobs: one a database, and one that looks for new databases."""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import UTC, datetime, timedelta

from core.db import queue
from core.db.engine import begin
from core.db.wakeups import Wakeups
from core.errors import Busy, GrialError
from core.job import cron
from core.job.runner import Home, run_job

log = logging.getLogger(__name__)

LONGEST_SLEEP = 60.0
NEW_DATABASES = 10.0
"""Seconds between two looks for databases."""

AFTER_TROUBLE = 30.0
CLEARING = timedelta(days=1)
KEPT = timedelta(days=30)
"""How long jobs that are done stay for people to see."""


class DatabaseWorker(threading.Thread):
    """Runs the jobs of one database, one after the other."""

    def __init__(self, home: Home, database: str) -> None:
        super().__init__(name=f"jobs of {database}", daemon=True)
        self.home = home
        self.database = database
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{id(self)}"
        self._cleared = datetime.min
        self._stop_wanted = threading.Event()

    def stop(self) -> None:
        """End after the job at work."""
        self._stop_wanted.set()

    def run(self) -> None:
        """Wait for something to do, and do it, until `stop`."""
        engine = self.home.server.engine(self.database)
        with Wakeups(engine, queue.CHANNEL) as wakeups:
            while not self._stop_wanted.is_set():
                try:
                    if _now() - self._cleared > CLEARING:
                        forget_old(self.home, self.database)
                        self._cleared = _now()
                    self.work_off()
                    pause = self.idle_seconds()
                except Busy:
                    pause = 1.0
                except GrialError as error:
                    log.warning("database %s: jobs rest: %s", self.database, error)
                    pause = AFTER_TROUBLE
                except Exception:
                    log.exception("database %s: jobs rest", self.database)
                    pause = AFTER_TROUBLE
                self._sleep(wakeups, pause)

    def work_off(self) -> int:
        """Put due scheduled jobs into the queue and run everything that is due; gives how many jobs were begun."""
        engine = self.home.server.engine(self.database)
        count = 0
        while not self._stop_wanted.is_set():
            if self._cron_is_due():
                self.home.run(self.database, cron.enqueue_due)
            with begin(engine, write=False) as connection:
                due = queue.next_due(connection)
            if due is None or due > _now():
                break
            claimed = queue.claim(engine, self.worker)
            if not claimed:
                break
            for job in claimed:
                run_job(self.home, self.database, job)
                count += 1
        return count

    def idle_seconds(self) -> float:
        """How long there is nothing to do, unless somebody wakes us."""
        with begin(self.home.server.engine(self.database), write=False) as connection:
            due = queue.next_due(connection)
        planned = self.home.run(self.database, cron.next_call, write=False)
        moments = [moment for moment in (due, planned) if moment is not None]
        if not moments:
            return LONGEST_SLEEP
        return min(max((min(moments) - _now()).total_seconds(), 0.05), LONGEST_SLEEP)

    def _cron_is_due(self) -> bool:
        planned = self.home.run(self.database, cron.next_call, write=False)
        return planned is not None and planned <= _now()

    def _sleep(self, wakeups: Wakeups, seconds: float) -> None:
        """Wait in short steps, so that `stop` is heard."""
        end = _now() + timedelta(seconds=seconds)
        while not self._stop_wanted.is_set():
            left = (end - _now()).total_seconds()
            if left <= 0 or wakeups.wait(min(left, 0.5)):
                return


class Workers:
    """All job threads of a server process."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._threads: dict[str, DatabaseWorker] = {}
        self._stop_wanted = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="job keeper", daemon=True)

    def start(self) -> None:
        """Begin to run jobs."""
        self._keeper.start()

    def stop(self, patience: float = 20.0) -> None:
        """End after the jobs at work, or after `patience` seconds; what is at work then is done again later."""
        self._stop_wanted.set()
        for thread in self._threads.values():
            thread.stop()
        if self._keeper.is_alive():
            self._keeper.join(patience)
        for thread in self._threads.values():
            thread.join(patience)

    def look(self) -> None:
        """Begin with new databases, and leave those that are gone."""
        try:
            names = set(self.home.server.names())
        except GrialError as error:
            log.warning("the databases cannot be listed: %s", error)
            return
        for name in set(self._threads) - names:
            self._threads.pop(name).stop()
        for name in sorted(names):
            if name not in self._threads or not self._threads[name].is_alive():
                self._threads[name] = DatabaseWorker(self.home, name)
                self._threads[name].start()

    def _keep(self) -> None:
        self.look()
        while not self._stop_wanted.wait(NEW_DATABASES):
            self.look()


def forget_old(home: Home, database: str) -> int:
    """Delete jobs that were done long ago; gives their number."""
    with begin(home.server.engine(database), write=True) as connection:
        return queue.forget(connection, _now() - KEPT)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
