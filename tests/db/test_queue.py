"""Jobs are taken once, survive their workers, wait between tries, stop when asked to."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from core.db import admin, queue
from core.db.engine import begin, with_retry
from core.db.queue import Job, jobs
from core.db.wakeups import Wakeups
from core.testing.plugin import MakeServer
from tests.db.conftest import undone


@pytest.fixture
def store(engine: Engine) -> Engine:
    with begin(engine, write=True, schema=True) as connection:
        queue.bootstrap(connection)
        queue.bootstrap(connection)
    return engine


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def add(engine: Engine, name: str = "job", **options: Any) -> int:
    with begin(engine, write=True) as connection:
        return queue.enqueue(connection, name, "res.partner", "tidy", {"ids": [1]}, **options)


def take(engine: Engine, worker: str = "w1", **options: Any) -> Job:
    (job,) = queue.claim(engine, worker, **options)
    return job


def row(engine: Engine, job_id: int) -> Any:
    with begin(engine, write=False) as connection:
        return connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).one()


def test_a_job_from_beginning_to_end(store: Engine) -> None:
    job_id = add(store, "Tidy", user_id=2, time_limit=5)
    job = take(store)
    assert (job.id, job.name, job.model, job.method) == (job_id, "Tidy", "res.partner", "tidy")
    assert (job.arguments, job.user_id, job.tries, job.max_tries, job.time_limit) == ({"ids": [1]}, 2, 1, 5, 5)
    assert queue.claim(store, "w2") == []
    with begin(store, write=True) as connection:
        assert queue.report(connection, job.id, 3, 10, "three")
        assert queue.finish(connection, job)
    found = row(store, job_id)
    assert (found.state, found.done, found.total, found.message) == ("done", 3, 10, "three")
    assert found.finished_at is not None
    assert queue.claim(store, "w2", now=now() + timedelta(days=1)) == []


def test_a_job_exists_only_if_its_business_does(store: Engine) -> None:
    with undone(store) as connection:
        queue.enqueue(connection, "job", "m", "f")
    assert queue.claim(store, "w1") == []


def test_the_most_urgent_comes_first_and_none_before_its_time(store: Engine) -> None:
    add(store, "late", priority=0, run_at=now() + timedelta(hours=1))
    add(store, "second")
    add(store, "first", priority=1)
    assert [job.name for job in queue.claim(store, "w1", count=5)] == ["first", "second"]
    assert [job.name for job in queue.claim(store, "w1", now=now() + timedelta(hours=2))] == ["late"]


@pytest.mark.parametrize("workers", [8])
def test_each_job_is_taken_once(store: Engine, workers: int) -> None:
    ids = {add(store) for _ in range(60)}
    taken: list[int] = []

    def work(number: int) -> None:
        while True:
            found = with_retry(lambda: queue.claim(store, f"w{number}", count=3))
            if not found:
                return
            for job in found:
                with begin(store, write=True) as connection:
                    assert queue.finish(connection, job)
                taken.append(job.id)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
    assert sorted(taken) == sorted(ids)
    with begin(store, write=False) as connection:
        assert queue.counts(connection) == {"done": 60}


def test_others_take_the_job_of_a_dead_worker(store: Engine) -> None:
    add(store, max_tries=2)
    lost = take(store, "dead")
    later = now() + timedelta(seconds=61)
    again = take(store, "alive", now=later)
    assert (again.id, again.tries) == (lost.id, 2)
    with begin(store, write=True) as connection:
        assert not queue.finish(connection, lost), "what the dead one did later does not count"
        assert queue.heartbeat(connection, [lost.id], "dead") == set()
        assert queue.heartbeat(connection, [lost.id], "alive") == {lost.id}
    assert queue.claim(store, "third", now=now() + timedelta(seconds=200)) == [], "no tries are left"
    assert row(store, lost.id).state == "failed"


def test_a_heartbeat_keeps_a_job(store: Engine) -> None:
    add(store)
    job = take(store, lease=1)
    with begin(store, write=True) as connection:
        assert queue.heartbeat(connection, [job.id], "w1", lease=300) == {job.id}
    assert queue.claim(store, "w2", now=now() + timedelta(seconds=100)) == []


def test_a_failed_job_waits_longer_each_time(store: Engine) -> None:
    job_id = add(store, max_tries=3, pause=10)
    pauses = []
    moment = now()
    for _ in range(3):
        job = take(store, now=moment)
        with begin(store, write=True) as connection:
            next_try = queue.fail(connection, job, "no answer")
        if next_try is not None:
            pauses.append((next_try - now()).total_seconds())
            assert queue.claim(store, "w2", now=next_try - timedelta(seconds=1)) == []
            moment = next_try
    assert [round(pause / 10) for pause in pauses] == [1, 2]
    found = row(store, job_id)
    assert (found.state, found.error, found.tries) == ("failed", "no answer", 3)
    with begin(store, write=True) as connection:
        queue.retry(connection, [job_id])
    assert take(store).tries == 1


def test_some_failures_are_final(store: Engine) -> None:
    job_id = add(store)
    job = take(store)
    with begin(store, write=True) as connection:
        assert queue.fail(connection, job, "never", again=False) is None
    assert row(store, job_id).state == "failed"


def test_a_postponed_job_keeps_its_tries(store: Engine) -> None:
    add(store)
    job = take(store)
    with begin(store, write=True) as connection:
        queue.postpone(connection, job, now())
    assert take(store).tries == 1


def test_jobs_are_cancelled(store: Engine) -> None:
    waiting, running = add(store, "waiting", priority=9), add(store, "running")
    job = take(store)
    assert job.id == running
    with begin(store, write=True) as connection:
        queue.cancel(connection, [waiting, running])
        assert not queue.report(connection, running, 1, 2)
        assert queue.heartbeat(connection, [running], "w1") == set()
    assert row(store, waiting).state == "cancelled"
    assert row(store, running).state == "running"
    with begin(store, write=True) as connection:
        assert queue.stopped(connection, job)
        assert queue.counts(connection) == {"cancelled": 2}
        assert queue.forget(connection, now() + timedelta(seconds=1)) == 2


def test_one_job_of_a_key_at_a_time(store: Engine) -> None:
    first = add(store, key="cron 1")
    assert add(store, key="cron 1") == first
    assert add(store, key="cron 2") != first
    job = take(store)
    assert add(store, key="cron 1") == first, "it runs still"
    with begin(store, write=True) as connection:
        queue.finish(connection, job)
    assert add(store, key="cron 1") != first


def test_a_key_holds_against_many_at_once(store: Engine) -> None:
    with ThreadPoolExecutor(6) as pool:
        ids = list(pool.map(lambda _: with_retry(lambda: add(store, key="once"), attempts=20), range(6)))
    assert len(set(ids)) == 1


def test_when_the_next_job_is_due(store: Engine) -> None:
    with begin(store, write=False) as connection:
        assert queue.next_due(connection) is None
    moment = datetime(2030, 1, 1)
    add(store, run_at=moment)
    with begin(store, write=False) as connection:
        assert queue.next_due(connection) == moment
    add(store)
    job = take(store, lease=30)
    with begin(store, write=False) as connection:
        due = queue.next_due(connection)
    assert due is not None
    assert 20 < (due - now()).total_seconds() < 31
    assert job.worker == "w1"


def test_a_worker_wakes_when_there_is_a_job(store: Engine) -> None:
    with Wakeups(store, queue.CHANNEL) as wakeups:
        assert wakeups.wait(0), "the first time it looks for itself"
        assert not wakeups.wait(0.3)
        timer = threading.Timer(0.2, add, [store])
        timer.start()
        assert wakeups.wait(10)
        timer.join()
        assert not wakeups.wait(0.1)


def test_a_worker_notices_that_the_file_of_its_database_was_replaced(make_server: MakeServer) -> None:
    server = make_server("sqlite")
    admin.create(server, "one")
    with Wakeups(server.engine("one"), queue.CHANNEL) as wakeups:
        wakeups.wait(0)
        assert not wakeups.wait(0.1)
        admin.drop(server, "one")
        admin.create(server, "one")
        assert wakeups.wait(0)
        assert wakeups.wait(0), "it looks for itself again"
        with begin(server.engine("one"), write=True, schema=True) as connection:
            queue.bootstrap(connection)
        assert wakeups.wait(5)


def test_a_worker_survives_a_lost_connection(store: Engine) -> None:
    if store.dialect.name != "postgresql":
        pytest.skip("SQLite has no connection to lose")
    with Wakeups(store, queue.CHANNEL) as wakeups:
        wakeups.wait(0)
        activity = sa.table("pg_stat_activity", sa.column("pid"), sa.column("query"))
        kill = sa.select(sa.func.pg_terminate_backend(activity.c.pid)).where(activity.c.query.like("LISTEN%"))
        with begin(store, write=True) as connection:
            assert connection.execute(kill).all() == [(True,)]
        assert wakeups.wait(1)
        assert wakeups.wait(1)
        add(store)
        assert wakeups.wait(5)
