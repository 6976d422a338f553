"""The threads of a server process that run jobs: one a database, and one that looks for new databases."""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import UTC, datetime, timedelta

from core.db import addon_rows, queue
from core.db.engine import begin
from core.db.resting import is_resting
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
    """Runs the jobs of one database, one after the other, and ends by itself when that is gone.

    It also sees that its process notices a change of addons before somebody asks.
    """

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
        with Wakeups(engine, queue.CHANNEL, addon_rows.CHANNEL) as wakeups:
            while not self._stop_wanted.is_set():
                pause = self._round()
                if pause is None:
                    return
                self._sleep(wakeups, pause)

    def _round(self) -> float | None:
        """Do all there is to do; gives the seconds until there is more, or None when the database is gone."""
        try:
            if _now() - self._cleared > CLEARING:
                forget_old(self.home, self.database)
                self._cleared = _now()
            self.home.refresh(self.database)
            self.work_off()
            return self.idle_seconds()
        except Busy:
            return 1.0
        except GrialError as error:
            if self._gone():
                log.info("database %s is gone", self.database)
                return None
            log.warning("database %s: jobs rest: %s", self.database, error)
        except Exception:
            log.exception("database %s: jobs rest", self.database)
        return AFTER_TROUBLE

    def work_off(self) -> int:
        """Put due scheduled jobs into the queue and run everything that is due; gives how many jobs were begun."""
        engine = self.home.server.engine(self.database)
        count = 0
        while not self._stop_wanted.is_set():
            with begin(engine, write=False) as connection:
                due = queue.next_due(connection)
                planned = None if is_resting(connection) else queue.next_scheduled(connection)
            if planned is not None and planned <= _now():
                self.home.run(self.database, cron.enqueue_due)
            elif due is None or due > _now():
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
            # One that is due by now and still not begun cannot be: its addon is disabled, or it is at work.
            planned = None if is_resting(connection) else queue.next_scheduled(connection, after=_now())
        moments = [moment for moment in (due, planned) if moment is not None]
        if not moments:
            return LONGEST_SLEEP
        return min(max((min(moments) - _now()).total_seconds(), 0.05), LONGEST_SLEEP)

    def _gone(self) -> bool:
        try:
            return not self.home.server.exists(self.database)
        except GrialError:
            return False

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

    def databases(self) -> list[str]:
        """The databases whose jobs are run."""
        return sorted(name for name, thread in self._threads.items() if thread.is_alive())

    def look(self) -> None:
        """Begin with new databases, and leave those that are gone."""
        try:
            names = self.home.databases()
        except GrialError as error:
            log.warning("the databases cannot be listed: %s", error)
            return
        for name in self._threads.keys() - names:
            self._threads.pop(name).stop()
            self.home.forget(name)
        for name in names:
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
