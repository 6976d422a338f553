"""Transactions: isolated, retried, limited in time, and told to people when the database is the trouble."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from core.db import admin, postgresql, sqlite
from core.db.engine import DatabaseServer, advisory_lock, begin, notify, try_advisory_lock, with_retry
from core.db.retry import Contended
from core.db.types import id_column
from core.errors import Busy, GrialError, UserError, ValidationError
from core.kernel import trace
from core.testing.plugin import MakeServer
from tests.db.conftest import undone

metadata = sa.MetaData()
counters = sa.Table("counters", metadata, id_column(), sa.Column("value", sa.Integer(), nullable=False))
links = sa.Table(
    "links", metadata, id_column(), sa.Column("to", sa.ForeignKey("counters.id", deferrable=True, initially="DEFERRED"))
)


@pytest.fixture
def counter(engine: Engine) -> Engine:
    with begin(engine, write=True, schema=True) as connection:
        metadata.create_all(connection)
        connection.execute(counters.insert().values(value=0))
    return engine


def count(engine: Engine) -> int:
    with begin(engine, write=False) as connection:
        return int(connection.execute(sa.select(counters.c.value)).scalar_one())


def in_parallel(number: int, work: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(number) as pool:
        return [future.result() for future in [pool.submit(work) for _ in range(number)]]


def test_a_block_is_saved_whole_or_not_at_all(counter: Engine) -> None:
    with begin(counter, write=True) as connection:
        connection.execute(counters.update().values(value=1))
    with undone(counter) as connection:
        connection.execute(counters.update().values(value=2))
    assert count(counter) == 1


@pytest.mark.case("K09")
def test_tables_are_part_of_a_transaction(counter: Engine) -> None:
    table = sa.Table("new", sa.MetaData(), id_column())
    with undone(counter, schema=True) as connection:
        table.create(connection)
    with begin(counter, write=False) as connection:
        assert not sa.inspect(connection).has_table("new")


def test_nothing_is_written_in_a_reading_transaction(counter: Engine) -> None:
    with pytest.raises(UserError, match="only be read"), begin(counter, write=False) as connection:
        connection.execute(counters.update().values(value=2))
    with begin(counter, write=True) as connection:
        connection.execute(counters.update().values(value=3))
    assert count(counter) == 3


def test_a_reader_sees_one_moment(counter: Engine) -> None:
    with begin(counter, write=False) as connection:
        query = sa.select(counters.c.value)
        before = connection.execute(query).scalar()
        with begin(counter, write=True) as other:
            other.execute(counters.update().values(value=9))
        assert connection.execute(query).scalar() == before == 0


@pytest.mark.case("I02")
def test_increments_are_not_lost(counter: Engine) -> None:
    """Everybody reads, thinks and writes: 20 at once add up to 20."""

    def increment() -> None:
        def work() -> None:
            with begin(counter, write=True) as connection:
                value = connection.execute(sa.select(counters.c.value)).scalar_one()
                time.sleep(0.002)
                connection.execute(counters.update().values(value=value + 1))

        with_retry(work, attempts=50)

    in_parallel(20, increment)
    assert count(counter) == 20


@pytest.mark.case("I22")
def test_a_lost_race_takes_its_lock_before_it_tries_again(counter: Engine) -> None:
    """A gapless series: each lost race is followed by a try that cannot lose."""
    tries: list[int] = []

    def take() -> int:
        mine = 0

        def work() -> int:
            nonlocal mine
            mine += 1
            with begin(counter, write=True) as connection:
                connection.execute(sa.select(sa.func.count()).select_from(links)).all()
                advisory_lock(connection, "series")
                value = connection.execute(sa.select(counters.c.value)).scalar_one() + 1
                connection.execute(counters.update().values(value=value))
                time.sleep(0.005)
                return int(value)

        number = with_retry(work)
        tries.append(mine)
        return number

    assert sorted(in_parallel(12, take)) == list(range(1, 13))
    assert max(tries) <= 2
    with begin(counter, write=True) as connection:
        assert try_advisory_lock(connection, "series"), "no lock stays behind"


@pytest.mark.case("I22")
def test_a_deadlock_is_tried_again(counter: Engine) -> None:
    with begin(counter, write=True) as connection:
        connection.execute(counters.insert().values(value=0))
    meeting = threading.Barrier(2)

    def cross(order: list[int]) -> None:
        first = True

        def work() -> None:
            nonlocal first
            with begin(counter, write=True) as connection:
                for step, key in enumerate(order):
                    connection.execute(counters.update().where(counters.c.id == key).values(value=counters.c.value + 1))
                    if step == 0 and first:
                        first = False
                        if connection.dialect.name == "postgresql":
                            meeting.wait(5)

        with_retry(work)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(cross, order) for order in ([1, 2], [2, 1])]:
            future.result()
    with begin(counter, write=False) as connection:
        assert connection.execute(sa.select(counters.c.value).order_by(counters.c.id)).scalars().all() == [2, 2]


@contextmanager
def holding(engine: Engine) -> Iterator[None]:
    """Somebody who has changed the row and does not come to an end."""
    with undone(engine) as connection:
        connection.execute(counters.update().values(value=99))
        yield


@pytest.mark.case("J14")
def test_who_waits_too_long_is_told(counter: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(connection: Connection) -> None:
        connection.execute(counters.update().values(value=counters.c.value + 1))

    def work() -> None:
        with begin(counter, write=True) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.set_config("lock_timeout", "50", True)))
            add(connection)

    if counter.dialect.name == "sqlite":
        monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.1)
        counter.dispose()
    with holding(counter), pytest.raises(Busy, match="Others are changing") as refusal:
        with_retry(work, attempts=2)
    assert refusal.value.status == 503
    counter.dispose()
    work()
    assert count(counter) == 1


def test_other_errors_are_not_tried_again() -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        raise UserError("No.")

    with pytest.raises(UserError, match="No"):
        with_retry(work)
    assert len(tries) == 1


def test_attempts_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        raise Contended

    monkeypatch.setattr(time, "sleep", lambda _: None)
    with pytest.raises(Busy):
        with_retry(work, attempts=3)
    assert len(tries) == 3


@pytest.mark.case("I18")
def test_links_are_enforced_on_every_connection(counter: Engine) -> None:
    def break_it() -> bool:
        try:
            with begin(counter, write=True) as connection:
                connection.execute(links.insert().values(to=99))
        except sa.exc.IntegrityError:
            return True
        return False

    assert all(in_parallel(4, break_it))
    with begin(counter, write=True, schema=True) as connection:
        connection.execute(sa.select(1))
    assert break_it(), "a change of the schema switches them on again"


def test_a_schema_change_may_not_leave_broken_links(counter: Engine) -> None:
    with pytest.raises((ValidationError, sa.exc.IntegrityError)), begin(counter, write=True, schema=True) as connection:
        connection.execute(links.insert().values(to=99))
    with begin(counter, write=False) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(links)).scalar() == 0


def test_advisory_locks(counter: Engine) -> None:
    with begin(counter, write=True) as connection:
        assert try_advisory_lock(connection, "import")
        advisory_lock(connection, "import")
        if connection.dialect.name == "postgresql":
            with begin(counter, write=True) as other:
                assert not try_advisory_lock(other, "import")
                assert try_advisory_lock(other, "another")
    with begin(counter, write=True) as connection:
        assert try_advisory_lock(connection, "import")


def test_notify_does_no_harm(counter: Engine) -> None:
    with begin(counter, write=True) as connection:
        notify(connection, "jobs", "it's")


@pytest.mark.case("J15")
def test_a_missing_database_is_told_and_not_made(make_server: MakeServer, backend: str) -> None:
    server = make_server(backend)
    with pytest.raises(GrialError, match=r"missing|not exist"), begin(server.engine("gone"), write=True):
        pass
    assert not server.exists("gone")
    assert not list(server.data_dir.glob("gone*"))


@pytest.mark.case("J15")
def test_a_damaged_file_is_told(make_server: MakeServer) -> None:
    server = make_server("sqlite")
    server.path("bad").write_bytes(b"This is not a database. " * 100)
    with pytest.raises(GrialError, match="damaged"), begin(server.engine("bad"), write=True):
        pass


@pytest.mark.case("J11")
def test_a_server_that_cannot_be_reached_is_busy(tmp_path: Path) -> None:
    url = "postgres://nobody@127.0.0.1:1/x?connect_timeout=2"
    settings = SimpleNamespace(data_dir=tmp_path, database_url=url, time_limit=60)
    server = DatabaseServer(settings)
    with pytest.raises(Busy, match="cannot be reached"):
        server.names()
    with pytest.raises(Busy, match="cannot be reached"), begin(server.engine("any"), write=False):
        pass


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"])
def test_every_spelling_means_psycopg2(url: str) -> None:
    assert postgresql.normalised(url).render_as_string() == "postgresql+psycopg2://h/d"


@pytest.mark.case("J10")
def test_a_lost_connection_is_replaced(counter: Engine) -> None:
    if counter.dialect.name != "postgresql":
        pytest.skip("SQLite has no connection to lose")
    with counter.connect() as connection:
        own = connection.execute(sa.select(sa.func.pg_backend_pid())).scalar()
    with begin(counter, write=True) as connection:
        pids = sa.table("pg_stat_activity", sa.column("pid"), sa.column("datname"))
        kill = sa.select(sa.func.pg_terminate_backend(pids.c.pid)).where(
            pids.c.datname == sa.func.current_database(), pids.c.pid != sa.func.pg_backend_pid()
        )
        connection.execute(kill).all()
        mine = connection.execute(sa.select(sa.func.pg_backend_pid())).scalar()
    assert own is not None
    assert in_parallel(4, lambda: count(counter)) == [0] * 4

    def lose_it() -> None:
        with begin(counter, write=True) as connection:
            with begin(counter, write=True) as other:
                pid = connection.execute(sa.select(sa.func.pg_backend_pid())).scalar()
                other.execute(sa.select(sa.func.pg_terminate_backend(pid))).all()
            connection.execute(counters.update().values(value=5))

    with pytest.raises(Busy):
        lose_it()
    assert count(counter) == 0
    assert mine is not None


def test_a_transaction_sends_nothing_besides_its_work_but_its_begin_and_its_end(counter: Engine) -> None:
    if counter.dialect.name != "postgresql":
        pytest.skip("counts what is sent to a server of PostgreSQL; SQLite is a library in the process")

    @sa.event.listens_for(counter, "connect")
    def tell(raw: Any, _record: object) -> None:
        with raw.cursor() as cursor:
            cursor.execute("SET log_statement = 'all'; SET client_min_messages = 'log'")

    counter.dispose()
    sent: list[str] = []
    heard = SimpleNamespace(append=lambda notice: sent.append(" ".join(notice.split()[2:])))
    try:
        with begin(counter, write=True) as connection:
            raw: Any = connection.connection.driver_connection
        raw.notices = heard  # a list would be emptied after each statement
        with begin(counter, write=False) as connection:
            assert connection.connection.driver_connection is raw
            connection.execute(sa.select(counters.c.value)).all()
    finally:
        sa.event.remove(counter, "connect", tell)
        counter.dispose()
    assert [text.split()[0] for text in sent] == ["BEGIN", "SELECT", "COMMIT"]
    assert sent[0] == "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def test_statements_are_traced(counter: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    trace.configure({"sql"})
    try:
        count(counter)
    finally:
        trace.configure(())
    assert "SELECT counters.value" in capsys.readouterr().err


def test_engines_are_kept_and_disposed(shared_server: DatabaseServer) -> None:
    engine = shared_server.engine("db-tests")
    assert shared_server.engine("db-tests") is engine
    shared_server.dispose("db-tests")
    assert shared_server.engine("db-tests") is not engine


def test_a_forked_process_opens_its_own_connections(shared_server: DatabaseServer, counter: Engine) -> None:
    before = shared_server.engine("db-tests")
    child = os.fork()
    if child == 0:
        try:
            assert shared_server.engine("db-tests") is not before
            os._exit(0 if count(shared_server.engine("db-tests")) == 0 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert count(counter) == 0


@pytest.mark.case("I18")
def test_sqlite_files_are_set_up(make_server: MakeServer) -> None:
    server = make_server("sqlite")
    admin.create(server, "one")
    with begin(server.engine("one"), write=False) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "query_only")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000, "query_only": 1}
    with pytest.raises(sqlite3.OperationalError), sqlite3.connect(server.path("one")) as plain:
        plain.execute("SELECT grial_fold('x')")
    plain.close()


def test_a_new_database_is_ordered_by_code_point(make_server: MakeServer, backend: str) -> None:
    server = make_server(backend)
    admin.create(server, "one")
    with begin(server.engine("one"), write=False) as connection:
        values = sa.union_all(*(sa.select(sa.literal(text).label("x")) for text in "aB_")).subquery()
        assert connection.execute(sa.select(values.c.x).order_by(values.c.x)).scalars().all() == ["B", "_", "a"]
        if backend == "postgresql":
            assert connection.exec_driver_sql("SHOW server_encoding").scalar() == "UTF8"
            assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "repeatable read"
            assert connection.exec_driver_sql("SHOW timezone").scalar() == "UTC"
