"""The job table: who takes a job, until when it is his, how far it is, and what happens when he fails.

A job is enqueued in the transaction of the business that needs it, and finished in the transaction of its own work, so
that either both happen or neither. Times are naive UTC.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from core.db.columns import JsonMap, UtcDateTime, id_column
from core.db.engine import begin, notify
from core.db.functions import id_in
from core.db.schema import sync
from core.db.shape import Type
from core.db.statements import fragment

CHANNEL = "grial_jobs"
"""PostgreSQL tells those who listen here that there is something to do."""

LEASE = 60.0
"""Seconds for which a job is its worker's, unless he sends a heartbeat."""

LONGEST_PAUSE = 6 * 3600.0

# ir.job in base describes the same table for people; types and defaults are those that its fields would give.
metadata = sa.MetaData()


def _number(name: str, kind: Type | None = None) -> sa.Column[Any]:  # Any: whole numbers and others
    return sa.Column(name, kind or sa.BigInteger(), nullable=False, server_default=fragment("0"))


jobs = sa.Table(
    "ir_job",
    metadata,
    id_column(),
    sa.Column("name", sa.Text()),
    sa.Column("model", sa.Text()),
    sa.Column("method", sa.Text()),
    sa.Column("arguments", JsonMap()),
    sa.Column("user_id", sa.Integer()),
    sa.Column("cron_id", sa.Integer()),
    sa.Column("state", sa.String()),
    _number("priority"),
    sa.Column("run_at", UtcDateTime()),
    _number("tries"),
    _number("max_tries"),
    _number("pause", sa.Double()),
    _number("time_limit", sa.Double()),
    sa.Column("key", sa.Text()),
    sa.Column("worker", sa.Text()),
    sa.Column("lease_until", UtcDateTime()),
    _number("done"),
    _number("total"),
    sa.Column("message", sa.Text()),
    sa.Column("error", sa.Text()),
    sa.Column("cancel_requested", sa.Boolean(), nullable=False, server_default=fragment("false")),
    sa.Column("enqueued_at", UtcDateTime()),
    sa.Column("started_at", UtcDateTime()),
    sa.Column("finished_at", UtcDateTime()),
    # Not named as the rules of models are, since no model asks for them.
    sa.UniqueConstraint("key", name="queue_ir_job_key"),
    sa.Index("queue_ir_job_due", "state", "priority", "run_at"),
)
_c = jobs.c

# ir.cron in base describes it as a whole.
crons = sa.table("ir_cron", sa.column("active", sa.Boolean()), sa.column("nextcall", UtcDateTime()))


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its worker gets it.

    Attributes:
        arguments: what the method is called with, as JSON.
        tries: how often it was begun, this time included.
        worker: whose it is now.
    """

    id: int
    name: str
    model: str
    method: str
    arguments: Any  # Any: JSON
    user_id: int | None
    cron_id: int | None
    tries: int
    max_tries: int
    pause: float
    time_limit: float
    worker: str


_JOB = tuple(_c[field.name] for field in fields(Job))


def bootstrap(connection: Connection) -> None:
    """Make the table, or what it lacks. Needs `begin(engine, write=True, schema=True)`."""
    sync(connection, metadata, [jobs.name])


def enqueue(
    connection: Connection,
    name: str,
    model: str,
    method: str,
    arguments: Any = None,  # Any: JSON
    *,
    user_id: int | None = None,
    cron_id: int | None = None,
    run_at: datetime | None = None,
    priority: int = 5,
    max_tries: int = 5,
    pause: float = 30,
    time_limit: float = 3600,
    key: str = "",
) -> int:
    """Put a job into the queue, once this transaction has ended well; gives its id.

    Args:
        name: what people read.
        run_at: not before this time; now when None.
        priority: 0 is the most urgent.
        max_tries: how often it is begun before it counts as failed.
        pause: seconds before the second try, doubled for each further one.
        time_limit: seconds it may take.
        key: while a job of this key is waiting or running there is no second one: the id is that of the first.
    """
    now = _now()
    values = {
        "name": name, "model": model, "method": method, "arguments": arguments, "user_id": user_id, "cron_id": cron_id,
        "state": "waiting", "priority": priority, "run_at": run_at or now, "max_tries": max_tries, "pause": pause,
        "time_limit": time_limit, "key": key or None, "enqueued_at": now,
    }  # fmt: skip
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(jobs)
    added = insert.values(values).on_conflict_do_nothing(index_elements=["key"]).returning(_c.id)
    job_id = connection.execute(added).scalar()
    if job_id is None:
        return int(connection.execute(sa.select(_c.id).where(_c.key == key)).scalar_one())
    notify(connection, CHANNEL)
    return int(job_id)


def claim(engine: Engine, worker: str, count: int = 1, lease: float = LEASE, now: datetime | None = None) -> list[Job]:
    """Take jobs that are due, the most urgent first; they are this worker's for `lease` seconds.

    A job whose worker has let his lease run out is due again; when it has used up its tries, it has failed.
    """
    now = now or _now()
    due = sa.or_(sa.and_(_c.state == "waiting", _c.run_at <= now), sa.and_(_c.state == "running", _c.lease_until < now))
    first = sa.select(_c.id).where(due).order_by(_c.priority, _c.run_at, _c.id).limit(count)
    with begin(engine, write=True, latest=True) as connection:
        ids = list(connection.execute(first.with_for_update(skip_locked=True)).scalars())
        if not ids:
            return []
        change = sa.update(jobs).where(id_in(_c.id, ids)).values(
            state="running", worker=worker, tries=_c.tries + 1, lease_until=now + timedelta(seconds=lease),
            started_at=now, finished_at=None, done=0, total=0, message=None,
        )  # fmt: skip
        taken = {row[0]: Job(*row) for row in connection.execute(change.returning(*_JOB))}
        for job in taken.values():
            if job.tries > job.max_tries:
                _end(connection, [job.id], "failed", now, "The worker stopped before it was done.")
    return [taken[i] for i in ids if taken[i].tries <= taken[i].max_tries]


def heartbeat(connection: Connection, job_ids: Sequence[int], worker: str, lease: float = LEASE) -> set[int]:
    """Keep jobs for `lease` more seconds; gives those that are still this worker's and that nobody wants to stop."""
    until = _now() + timedelta(seconds=lease)
    mine = sa.update(jobs).where(id_in(_c.id, job_ids), _c.state == "running", _c.worker == worker)
    rows = connection.execute(mine.values(lease_until=until).returning(_c.id, _c.cancel_requested))
    return {job_id for job_id, cancelled in rows if not cancelled}


def finish(connection: Connection, job: Job) -> bool:
    """The job is done; call it in the transaction of its work. False when the worker has lost it: roll back."""
    return _end(connection, [job.id], "done", _now(), None, job.worker)


def fail(connection: Connection, job: Job, error: str, again: bool = True) -> datetime | None:
    """The job did not succeed, and its work was rolled back; gives the time of the next try, None when there is none.

    Args:
        error: for people.
        again: False when a further try cannot succeed.
    """
    now = _now()
    if not again or job.tries >= job.max_tries:
        _end(connection, [job.id], "failed", now, error, job.worker)
        return None
    pause = min(job.pause * 2 ** (job.tries - 1), LONGEST_PAUSE) * random.uniform(0.9, 1.1)
    next_try = now + timedelta(seconds=pause)
    _release(connection, job, next_try, error=error)
    return next_try


def postpone(connection: Connection, job: Job, run_at: datetime) -> None:
    """Give a job back that could not be begun (a database that is busy); the try does not count."""
    _release(connection, job, run_at, tries=_c.tries - 1)


def report(connection: Connection, job_id: int, done: int, total: int, message: str = "") -> bool:
    """Note how far a job is; False when somebody wants it to stop."""
    change = sa.update(jobs).where(_c.id == job_id, _c.state == "running")
    change = change.values(done=done, total=total, message=message or None)
    return not connection.execute(change.returning(_c.cancel_requested)).scalar()


def cancel(connection: Connection, job_ids: Sequence[int]) -> None:
    """Stop jobs: those that wait or rest at once, those that run at their next step."""
    for state in ("waiting", "resting"):
        _end(connection, job_ids, "cancelled", _now(), None, state=state)
    running = sa.update(jobs).where(id_in(_c.id, job_ids), _c.state == "running")
    connection.execute(running.values(cancel_requested=True))


def stopped(connection: Connection, job: Job) -> bool:
    """The job has stopped as it was asked to, and its work was rolled back."""
    return _end(connection, [job.id], "cancelled", _now(), None, job.worker)


def rest(connection: Connection, job: Job) -> None:
    """Give a job back that may not run before somebody wakes the database; the try does not count."""
    _release(connection, job, _now(), state="resting", tries=_c.tries - 1)


def wake(connection: Connection) -> None:
    """Let the jobs that rest begin, and let workers look at once for what is due."""
    connection.execute(sa.update(jobs).where(_c.state == "resting").values(state="waiting"))
    notify(connection, CHANNEL)


def leave_to_original(connection: Connection) -> None:
    """Cancel the jobs that came along with a copy of a database: they are run where they were asked for."""
    open_jobs = sa.update(jobs).where(_c.state.in_(("waiting", "running", "resting")))
    error = "It came along with a copy of its database and was not run here."
    ended = {"finished_at": _now(), "key": None, "lease_until": None, "worker": None, "error": error}
    connection.execute(open_jobs.values(state="cancelled", **ended))


def retry(connection: Connection, job_ids: Sequence[int]) -> None:
    """Let jobs that have failed or were cancelled begin again, with all their tries."""
    again = sa.update(jobs).where(id_in(_c.id, job_ids), _c.state.in_(("failed", "cancelled")))
    fresh = {"state": "waiting", "tries": 0, "run_at": _now(), "finished_at": None, "cancel_requested": False}
    connection.execute(again.values(error=None, **fresh))
    notify(connection, CHANNEL)


def next_due(connection: Connection) -> datetime | None:
    """When the next job is due, or the lease of one runs out; None when there is none."""
    due = sa.case((_c.state == "waiting", _c.run_at), else_=_c.lease_until)
    query = sa.select(sa.func.min(due, type_=UtcDateTime())).where(_c.state.in_(("waiting", "running")))
    found: datetime | None = connection.execute(query).scalar()
    return found


def next_scheduled(connection: Connection, after: datetime | None = None) -> datetime | None:
    """When the next scheduled job is due, of those later than `after`; None when there is none."""
    query = sa.select(sa.func.min(crons.c.nextcall, type_=UtcDateTime())).where(crons.c.active)
    found: datetime | None = connection.execute(
        query if after is None else query.where(crons.c.nextcall > after)
    ).scalar()
    return found


def counts(connection: Connection) -> dict[str, int]:
    """How many jobs there are, by state."""
    rows = connection.execute(sa.select(_c.state, sa.func.count()).group_by(_c.state))
    return {state: count for state, count in rows if state}


def forget(connection: Connection, before: datetime) -> int:
    """Delete jobs that were done or cancelled before a time; gives their number. Failed ones stay for people to see."""
    old = sa.delete(jobs).where(_c.state.in_(("done", "cancelled")), _c.finished_at < before)
    return int(connection.execute(old).rowcount)


def _end(
    connection: Connection, job_ids: Sequence[int], to: str, now: datetime, error: str | None, worker: str = "",
    state: str = "running",
) -> bool:  # fmt: skip
    change = sa.update(jobs).where(id_in(_c.id, job_ids), _c.state == state)
    if worker:
        change = change.where(_c.worker == worker)
    # The key is free again for the next job.
    values = {"state": to, "finished_at": now, "key": None, "lease_until": None, "worker": None, "error": error}
    return connection.execute(change.values(values)).rowcount > 0


def _release(
    connection: Connection, job: Job, run_at: datetime, **values: Any
) -> None:  # Any: a column has its own type
    change = sa.update(jobs).where(_c.id == job.id, _c.state == "running", _c.worker == job.worker)
    values = {"state": "waiting", "run_at": run_at, "worker": None, "lease_until": None, **values}
    connection.execute(change.values(values))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
