import logging
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.db import addon_rows, admin, queue, resting
from core.db.engine import DatabaseServer, begin
from core.errors import UnknownName, ValidationError
from core.job import cron, runner, work, workers
from core.job.runner import run_job
from core.job.workers import DatabaseWorker, Workers
from core.kernel import limit

CLOCK = {
    "__manifest__.py": "{}",
    "models/bell.py": """
        import time
        from core import Model, fields
        from core.errors import UserError
        from core.job.handlers import job
        from core.job.work import progress

        class Bell(Model):
            _name = "clock.bell"
            _description = "Bell"
            name = fields.Char("Name")
            rung = fields.Integer("Rung")

            @job()
            def ring(self, times=1, loud=False):
                for bell in self:
                    bell.rung += times
                    bell.name = f"{self.env.uid} {self.env.lang} {loud}"

            @job()
            def be_deaf(self, how):
                from tests.db.test_limits import ENDLESS
                self.write({"rung": 99})
                self.env.flush()
                while True:
                    if how == "loop":
                        continue
                    try:
                        self.env.tx.execute(ENDLESS)
                    except Exception:
                        if how == "statement":
                            raise

            @job(outside=True)
            def send(self):
                self.write({"name": "sent"})

            @job(tries=2, pause=0)
            def break_down(self, how):
                self.write({"rung": 99})
                self.env.flush()
                if how == "user":
                    raise UserError("The rope is torn.")
                1 / 0

            @job(limit=0.3)
            def ring_forever(self):
                self.write({"rung": 99})
                while True:
                    pass

            @job()
            def ring_slowly(self, steps):
                for step in range(steps):
                    self.write({"rung": step})
                    self.env.flush()
                    progress(self.env, step, steps, f"step {step}")
                    time.sleep(0.02)

            def silent(self):
                self.write({"rung": 99})

        class BigBell(Bell, extend=True):
            def ring(self, times=1, loud=False):
                super().ring(times * 10, loud)
    """,
}


@pytest.fixture
def clock(world):
    """A database with one bell."""
    world.folder.write_files("clock", CLOCK)
    world.create(addons=["clock"])
    world.bell = world.write(lambda env: env["clock.bell"].create({"name": "Big"}).id)
    world.engine = world.registries.server.engine("shop")
    world.worker = DatabaseWorker(world.registries, "shop")
    return world


def ask(clock, method, *args, **options):
    """Enqueue a method of the bell."""
    return clock.write(lambda env: work.enqueue(env, "clock.bell", method, args, ids=[clock.bell], **options))


def state(clock, job):
    with begin(clock.engine, write=False) as connection:
        columns = (queue.jobs.c.state, queue.jobs.c.error, queue.jobs.c.tries)
        return tuple(connection.execute(sa.select(*columns).where(queue.jobs.c.id == job)).one())


def rung(clock):
    return clock.read(lambda env: env["clock.bell"].browse(clock.bell).rung)


def test_a_job_runs_with_the_rights_and_language_of_who_asked(clock):
    job = clock.registries.run(
        "shop",
        lambda env: work.enqueue(env, "clock.bell", "ring", (2,), {"loud": True}, ids=[clock.bell]),
        uid=1,
        context={"lang": "es_ES", "secret": object},
    )
    assert clock.worker.work_off() == 1
    assert state(clock, job) == ("done", None, 1)
    assert rung(clock) == 20
    assert clock.read(lambda env: env["clock.bell"].browse(clock.bell).name) == "1 es_ES True"
    assert clock.worker.work_off() == 0


def test_only_marked_methods_run_in_the_background(clock):
    with pytest.raises(UnknownName, match="no method silent that may run in the background"):
        ask(clock, "silent")
    with begin(clock.engine, write=True) as connection:
        job = queue.enqueue(connection, "x", "clock.bell", "silent", {"ids": [clock.bell]})
    clock.worker.work_off()
    assert state(clock, job)[0] == "failed"
    assert rung(clock) == 0


def test_arguments_are_plain(clock):
    with pytest.raises(ValidationError, match="ring cannot run in the background"):
        ask(clock, "ring", {1, 2})


@pytest.mark.case("I23")
def test_a_job_of_a_transaction_that_fails_never_was(clock):
    def work_that_fails(env):
        work.enqueue(env, "clock.bell", "ring", ids=[clock.bell])
        raise ValidationError("No.")

    with pytest.raises(ValidationError):
        clock.write(work_that_fails)
    assert clock.worker.work_off() == 0


@pytest.mark.case("J23")
def test_a_failure_is_rolled_back_tried_again_and_told(clock, caplog):
    job = ask(clock, "break_down", "user")
    clock.worker.work_off()
    assert state(clock, job) == ("failed", "The rope is torn.", 2)
    assert rung(clock) == 0
    other = ask(clock, "break_down", "bug")
    with caplog.at_level(logging.CRITICAL, "core.job.runner"):
        clock.worker.work_off()
    assert state(clock, other) == ("failed", "ZeroDivisionError: division by zero", 2)


@pytest.mark.case("J23")
def test_a_job_that_never_ends_is_stopped(clock):
    job = ask(clock, "ring_forever")
    with begin(clock.engine, write=True) as connection:
        connection.execute(sa.update(queue.jobs).values(max_tries=1))
    clock.worker.work_off()
    assert state(clock, job) == ("failed", "It took longer than 0 s.", 1)
    assert rung(clock) == 0


def test_a_job_tells_how_far_it_is_and_stops_when_asked(clock):
    job = ask(clock, "ring_slowly", 1000)
    thread = threading.Thread(target=clock.worker.work_off)
    thread.start()
    deadline = time.monotonic() + 10
    found = None
    while found is None and time.monotonic() < deadline:
        found = clock.read(lambda env: work.progress_of(env, job))
        time.sleep(0.02)
    assert found is not None
    assert found.total == 1000
    clock.registries.board.cancel("shop", work.work_name(job))
    thread.join(10)
    assert not thread.is_alive()
    assert state(clock, job)[0] == "cancelled"
    assert rung(clock) == 0
    assert clock.read(lambda env: work.progress_of(env, job)) is None


@pytest.mark.parametrize("how", ["loop", "statement", "swallow"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_job_that_does_not_listen_is_stopped_where_it_is(clock, monkeypatch, how):
    monkeypatch.setattr(runner, "LOOK", 0.05)
    monkeypatch.setattr(runner, "STUBBORN", 0.1)
    monkeypatch.setattr(limit, "GRACE", 0.1)
    job = ask(clock, "be_deaf", how)
    thread = threading.Thread(target=clock.worker.work_off)
    thread.start()
    until(lambda: work.running)
    clock.registries.board.cancel("shop", work.work_name(job))
    thread.join(60)
    assert not thread.is_alive()
    assert state(clock, job)[0] == "cancelled"
    assert rung(clock) == 0
    ask(clock, "ring")
    assert clock.worker.work_off() == 1


def test_a_waiting_job_is_cancelled_and_begun_again(clock):
    job = ask(clock, "ring")
    clock.write(lambda env: work.cancel(env, [job]))
    assert clock.worker.work_off() == 0
    assert state(clock, job)[0] == "cancelled"
    clock.write(lambda env: work.retry(env, [job]))
    assert clock.worker.work_off() == 1
    assert rung(clock) == 10


def test_a_job_that_another_worker_took_over_changes_nothing(clock):
    job = ask(clock, "ring")
    (mine,) = queue.claim(clock.engine, "slow", lease=-1)
    (yours,) = queue.claim(clock.engine, "quick")
    assert run_job(clock.registries, "shop", yours)
    assert not run_job(clock.registries, "shop", mine)
    assert rung(clock) == 10
    assert state(clock, job)[0] == "done"


@pytest.mark.case("J23")
def test_two_workers_run_every_job_once(clock):
    for _ in range(6):
        ask(clock, "ring")
    workers = [DatabaseWorker(clock.registries, "shop") for _ in range(2)]
    threads = [threading.Thread(target=worker.work_off) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    while clock.worker.work_off():
        pass
    assert rung(clock) == 60


def plan(clock, **values):
    def create(env):
        now = env.now() - timedelta(days=365)
        defaults = {
            "name": "Ring",
            "model": "clock.bell",
            "function": "ring",
            "nextcall": now,
            "user_id": 1,
            "args": "()",
        }
        return env["ir.cron"].create({**defaults, **values}).id

    return clock.write(create)


def look(clock, ids):
    return clock.read(lambda env: [(c.active, c.failures, c.nextcall > env.now()) for c in env["ir.cron"].browse(ids)])


@pytest.mark.case("J17")
def test_a_scheduled_job_that_missed_a_year_runs_once(clock):
    cron_id = plan(clock, args="(3,)")
    assert clock.worker.work_off() == 1
    assert look(clock, [cron_id]) == [(True, 0, True)]
    assert 3000 < clock.worker.idle_seconds() + 3600 < 3700
    assert clock.worker.work_off() == 0


def test_a_scheduled_job_is_never_begun_while_it_runs(clock):
    cron_id = plan(clock)
    first = clock.write(cron.enqueue_due)
    clock.write(lambda env: env["ir.cron"].browse(cron_id).write({"nextcall": env.now() - timedelta(1)}))
    assert clock.write(cron.enqueue_due) == first
    assert clock.worker.work_off() == 1


def test_a_scheduled_job_that_keeps_failing_is_switched_off(clock, monkeypatch):
    monkeypatch.setattr(runner, "FAILURES", 2)
    cron_id = plan(clock, function="break_down", args="('user',)")
    clock.worker.work_off()
    assert look(clock, [cron_id]) == [(True, 1, True)]
    clock.write(lambda env: env["ir.cron"].browse(cron_id).write({"nextcall": env.now() - timedelta(1)}))
    clock.worker.work_off()
    assert look(clock, [cron_id]) == [(False, 2, True)]


def test_a_scheduled_job_that_works_again_is_forgiven(clock):
    cron_id = plan(clock, failures=3)
    clock.worker.work_off()
    assert look(clock, [cron_id]) == [(True, 0, True)]


def test_a_scheduled_job_that_cannot_run_does_not_stop_the_others(clock):
    unknown = plan(clock, function="silent")
    sleeping = plan(clock, model="gone.model")
    good = plan(clock)
    assert clock.worker.work_off() == 1
    assert look(clock, [unknown, sleeping, good]) == [(False, 0, False), (True, 0, False), (True, 0, True)]


def test_the_threads_of_a_server_run_what_comes(clock):
    workers = Workers(clock.registries)
    workers.start()
    try:
        job = ask(clock, "ring")
        deadline = time.monotonic() + 20
        while state(clock, job)[0] != "done" and time.monotonic() < deadline:
            time.sleep(0.05)
        assert state(clock, job)[0] == "done"
    finally:
        workers.stop()
    assert rung(clock) == 10


def test_a_scheduled_job_whose_addon_sleeps_keeps_nobody_busy(clock):
    plan(clock, model="gone.model")
    assert clock.worker.work_off() == 0
    assert clock.worker.idle_seconds() == workers.LONGEST_SLEEP


def test_an_idle_database_is_not_loaded(clock):
    clock.registries.forget("shop")
    worker = DatabaseWorker(clock.registries, "shop")
    assert worker.work_off() == 0
    assert worker.idle_seconds() > 0
    assert clock.registries.loaded() == []


def until(true):
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_somebody_elses_database_is_left_alone_until_it_is_ours(clock, monkeypatch, caplog):
    server = clock.registries.server
    admin.create(server, "strange")
    with begin(server.engine("strange"), write=True, schema=True) as connection:
        sa.Table("invoices", sa.MetaData(), sa.Column("id", sa.Integer)).create(connection)
    server.dispose("strange")
    keeper = Workers(clock.registries)
    try:
        with caplog.at_level(logging.WARNING):
            asked = []
            monkeypatch.setattr(addon_rows, "exists", lambda connection: asked.append(1) or exists(connection))
            for _ in range(5):
                keeper.look()
            assert len(asked) == 1, "once, and the one in use not at all"
            assert connections_to(server, "strange") == 0
            assert keeper.databases() == ["shop"]
        assert not caplog.messages
        with begin(server.engine("strange"), write=True, schema=True) as connection:
            addon_rows.bootstrap(connection)
            queue.bootstrap(connection)
        clock.registries._own._strange.update(strange=(0.0, 1.0))
        keeper.look()
        assert "strange" in keeper._threads
    finally:
        keeper.stop()


exists = addon_rows.exists


def connections_to(server, name):
    if server.url is None:
        return 0
    seen = sa.table("pg_stat_activity", sa.column("datname"))
    with server.maintenance() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(seen).where(seen.c.datname == name)).scalar()


def test_a_worker_whose_database_is_dropped_ends_without_a_word(clock, caplog, tmp_path):
    keeper = Workers(clock.registries)
    keeper.look()
    (thread,) = keeper._threads.values()
    ask(clock, "ring")
    until(lambda: rung(clock) == 10)
    url = clock.registries.server.url
    settings = clock.registries.settings
    other = DatabaseServer(replace(settings, database_url=url.render_as_string(hide_password=False) if url else ""))
    with caplog.at_level(logging.WARNING):
        admin.drop(other, "shop")
        until(lambda: keeper.look() or not thread.is_alive())
    assert keeper.databases() == []
    assert clock.registries.loaded() == []
    assert not caplog.messages


def test_a_database_that_rests_runs_what_people_ask_for_and_nothing_else(clock):
    waiting = ask(clock, "send")
    cron_id = plan(clock)
    with begin(clock.engine, write=True) as connection:
        resting.rest(connection)
        resting.rest(connection)
    assert state(clock, waiting)[0] == "cancelled"
    asked, sent = ask(clock, "ring"), ask(clock, "send")
    assert clock.worker.work_off() == 2
    assert clock.worker.work_off() == 0
    assert clock.worker.idle_seconds() == workers.LONGEST_SLEEP
    assert [state(clock, job)[0] for job in (asked, sent)] == ["done", "resting"]
    assert look(clock, [cron_id]) == [(True, 0, False)]
    assert rung(clock) == 10
    with begin(clock.engine, write=True) as connection:
        assert resting.wake(connection)
        assert not resting.wake(connection)
    assert clock.worker.work_off() == 2
    assert state(clock, sent) == ("done", None, 1)
    assert look(clock, [cron_id]) == [(True, 0, True)]
    assert state(clock, waiting)[0] == "cancelled"


def test_what_rests_can_be_cancelled(clock):
    with begin(clock.engine, write=True) as connection:
        resting.rest(connection)
    sent = ask(clock, "send")
    clock.worker.work_off()
    clock.write(lambda env: work.cancel(env, [sent]))
    with begin(clock.engine, write=True) as connection:
        resting.wake(connection)
    assert clock.worker.work_off() == 0
    assert state(clock, sent)[0] == "cancelled"
