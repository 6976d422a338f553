"""Runs one job: its work and the note that it is done are one transaction."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from core.db import queue
from core.db.engine import DatabaseServer, begin
from core.db.limits import interrupter
from core.db.resting import is_resting
from core.errors import AccessError, Busy, GrialError, TookTooLong, UnknownName
from core.job.board import Board
from core.job.handlers import handling
from core.job.work import JobStopped, Running, running
from core.kernel.limit import time_limit
from core.orm.registry import SUPERUSER_ID

if TYPE_CHECKING:
    from core.orm.env import Env

log = logging.getLogger(__name__)
R = TypeVar("R")

HEARTBEAT = queue.LEASE / 3
LOOK = 1.0
"""Seconds between two looks whether somebody wants the job to stop."""

STUBBORN = 5.0
"""Seconds after which a job that was asked to stop is stopped where it is."""

BUSY_PAUSE = 10.0
"""Seconds before a job is tried again that the database was too busy for."""

FAILURES = 10
"""Failures in a row after which a scheduled job is switched off."""


class Home(Protocol):
    """The databases of a server, as a job needs them; `core.module.registries.Registries` is one."""

    @property
    def server(self) -> DatabaseServer: ...

    @property
    def board(self) -> Board: ...

    def run(
        self,
        name: str,
        work: Callable[[Env], R],
        uid: int = ...,
        context: Mapping[str, Any] | None = ...,
        write: bool = ...,
    ) -> R:
        """Run `work` in a transaction of a database, again when that is asked for."""
        ...

    def databases(self) -> list[str]:
        """The names of the databases that are Grial's."""
        ...

    def refresh(self, name: str) -> bool:
        """Notice, in a database in use, that another process has changed its addons."""
        ...

    def forget(self, name: str) -> None:
        """The database is gone."""
        ...


class _Rests(Exception):  # it is no error: the database is a copy
    """The job may not run before somebody wakes the database."""


class LostJob(GrialError):
    """The job is another worker's by now; what was done for it is rolled back."""


def run_job(home: Home, database: str, job: queue.Job) -> bool:
    """Run a job that was claimed, and note how it ended; True when it is done.

    Its work is rolled back unless it is done. One that was too long or failed is tried again as long as it has tries.
    """
    log.info("database %s: job %s begins: %s", database, job.id, job.name)
    try:
        with _noted(home, database, job) as here:
            home.run(
                database,
                lambda env: _work(env, job, here),
                job.user_id or SUPERUSER_ID,
                {**_part(job, "context", dict), "job_id": job.id},
            )
    except JobStopped:
        _end(home, database, lambda connection: queue.stopped(connection, job))
    except _Rests:
        _end(home, database, lambda connection: queue.rest(connection, job))
    except LostJob:
        log.warning("database %s: job %s was taken over by another worker", database, job.id)
    except TookTooLong:
        _failed(home, database, job, f"It took longer than {job.time_limit:.0f} s.", again=True)
    except Busy as error:
        log.info("database %s: job %s waits: %s", database, job.id, error)
        later = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=BUSY_PAUSE)
        _end(home, database, lambda connection: queue.postpone(connection, job, later))
    except Exception as error:  # a job may fail in any way, and others must go on
        log.warning("database %s: job %s failed", database, job.id, exc_info=not isinstance(error, GrialError))
        text = str(error) if isinstance(error, GrialError) else f"{type(error).__name__}: {error}"
        _failed(home, database, job, text, again=not isinstance(error, (UnknownName, AccessError)))
    else:
        return True
    return False


def _work(env: Env, job: queue.Job, here: Running) -> None:
    if handling(env, job.model, job.method).outside and is_resting(env.tx.connection):
        raise _Rests
    records = env[job.model].browse(_part(job, "ids", list))
    method = getattr(records, job.method)
    with here.guard:
        here.interrupts = interrupter(env.tx.connection)
    try:
        method(*_part(job, "args", list), **_part(job, "kwargs", dict))
        env.flush()
    finally:
        with here.guard:
            here.interrupts = None
    if job.cron_id:
        _count_failures(env, job.cron_id, failed=False)
        env.flush()
    if not queue.finish(env.tx.connection, job):
        raise LostJob("The job was taken over by another worker.")


def _part(job: queue.Job, name: str, kind: type[R]) -> R:
    found = (job.arguments or {}).get(name)
    return found if isinstance(found, kind) else kind()


@contextmanager
def _noted(home: Home, database: str, job: queue.Job) -> Iterator[Running]:
    """While the block runs, the job is known to `progress`, its lease is kept, and it is stopped when it has to be."""
    here = Running(home.board, database, job.id, job.name)
    running[database, job.id] = here
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(home, job, here, ended), name="job keeper", daemon=True)
    keeper.start()
    try:
        with time_limit(job.time_limit) as here.deadline:
            yield here
    except TookTooLong:
        if here.stop:
            raise JobStopped from None
        raise
    finally:
        ended.set()
        keeper.join()
        running.pop((database, job.id), None)
        home.board.clear(database, here.work)


def _keep(home: Home, job: queue.Job, here: Running, ended: threading.Event) -> None:
    started = beat = time.monotonic()
    patient_until = math.inf
    while not ended.wait(LOOK):
        now = time.monotonic()
        # On SQLite the job's own transaction keeps everybody else from the queue.
        if (
            home.server.backend == "postgresql"
            and now - beat > HEARTBEAT
            and now - started < job.time_limit + HEARTBEAT
        ):
            beat = now
            _beat(home, job, here)
        here.stop = here.stop or here.board.cancelled(here.database, here.work)
        if here.stop:
            patient_until = min(patient_until, now + STUBBORN)
        if now >= patient_until:
            here.end()


def _beat(home: Home, job: queue.Job, here: Running) -> None:
    try:
        with begin(home.server.engine(here.database), write=True) as connection:
            here.stop = here.stop or job.id not in queue.heartbeat(connection, [job.id], job.worker)
    except GrialError as error:
        log.warning("job %s: no heartbeat: %s", job.id, error)


def _failed(home: Home, database: str, job: queue.Job, error: str, again: bool) -> None:
    def note(connection: Any) -> None:
        next_try = queue.fail(connection, job, error, again)
        if next_try is not None:
            log.info("database %s: job %s is tried again at %s", database, job.id, next_try)

    _end(home, database, note)
    cron = job.cron_id
    if cron:
        try:
            home.run(database, lambda env: _count_failures(env, cron, failed=True))
        except GrialError:
            log.exception("database %s: scheduled job %s", database, cron)


def _end(home: Home, database: str, note: Callable[[Any], object]) -> None:  # Any: a connection, which only db knows
    try:
        with begin(home.server.engine(database), write=True) as connection:
            note(connection)
    except GrialError as error:
        # Its lease runs out, and somebody takes it again.
        log.warning("database %s: the end of a job could not be noted: %s", database, error)


def _count_failures(env: Env, cron: int, failed: bool) -> None:
    record: Any = env.super_env["ir.cron"].browse(cron).exists()
    if not record or not (failed or record.failures):
        return
    failures = record.failures + 1 if failed else 0
    record.write({"failures": failures, **({"active": False} if failures >= FAILURES else {})})
    if failures >= FAILURES:
        log.error("scheduled job %s is switched off after %s failures", record.display_name, failures)
