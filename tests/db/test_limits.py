"""Statements that run too long are stopped, and their connections go on working."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from core.db import admin
from core.db.engine import begin
from core.errors import TookTooLong
from core.kernel.limit import time_limit, unlimited
from core.testing.plugin import MakeServer

_start = sa.select(sa.literal(1).label("n")).cte("walk", recursive=True)
_walk = _start.union_all(sa.select(_start.c.n % 1000 + 1))
ENDLESS = sa.select(sa.func.count()).select_from(_walk)

_short = sa.select(sa.literal(1).label("n")).cte("short", recursive=True)
SHORT = sa.select(sa.func.count()).select_from(_short.union_all(sa.select(_short.c.n + 1).where(_short.c.n < 400_000)))


@pytest.fixture
def quick(make_server: MakeServer, backend: str) -> Engine:
    """A database whose statements may take a twentieth of a second."""
    server = make_server(backend, time_limit=0.05)
    admin.create(server, "quick")
    return server.engine("quick")


@pytest.fixture
def patient(make_server: MakeServer, backend: str) -> Engine:
    server = make_server(backend)
    admin.create(server, "patient")
    return server.engine("patient")


def works(engine: Engine) -> bool:
    """Does every connection of the pool answer, and is nothing of ours at work?"""
    with begin(engine, write=True) as connection:
        if engine.dialect.name == "postgresql":
            seen = sa.table("pg_stat_activity", *map(sa.column, ("datname", "state", "pid")))
            active = sa.select(sa.func.count()).select_from(seen).where(
                seen.c.datname == sa.func.current_database(), seen.c.state == "active",
                seen.c.pid != sa.func.pg_backend_pid(),
            )  # fmt: skip
            assert connection.execute(active).scalar() == 0
        return connection.execute(sa.select(sa.literal(1))).scalar() == 1


@pytest.mark.case("H17")
@pytest.mark.parametrize("write", [False, True])
def test_a_statement_without_end_is_stopped(quick: Engine, write: bool) -> None:
    with pytest.raises(TookTooLong), begin(quick, write=write) as connection:
        connection.execute(ENDLESS)
    assert works(quick)


def test_work_on_the_schema_may_take_its_time(quick: Engine) -> None:
    with time_limit(0.05), begin(quick, write=True, schema=True) as connection:
        assert connection.execute(SHORT).scalar() == 400_000
        with connection.begin_nested():
            assert connection.execute(SHORT).scalar() == 400_000
    with pytest.raises(TookTooLong), begin(quick, write=True) as connection:
        connection.execute(SHORT)


def test_work_with_a_limit_of_its_own_has_that(quick: Engine, patient: Engine) -> None:
    with unlimited(), begin(quick, write=False) as connection:
        assert connection.execute(SHORT).scalar() == 400_000
    with time_limit(3600), begin(quick, write=False) as connection:
        assert connection.execute(SHORT).scalar() == 400_000
    with pytest.raises(TookTooLong), time_limit(0.05), begin(patient, write=False) as connection:
        connection.execute(ENDLESS)
    with begin(patient, write=False) as connection:
        assert connection.execute(SHORT).scalar() == 400_000


def test_many_statements_share_the_limit_of_their_work(patient: Engine) -> None:
    def work() -> None:
        with time_limit(0.5), begin(patient, write=True) as connection:
            while True:
                connection.execute(SHORT)

    with pytest.raises(TookTooLong):
        work()
    assert works(patient)


def swallowing(connection: Connection) -> None:
    with pytest.raises(sa.exc.DBAPIError), connection.begin_nested():
        connection.execute(ENDLESS)


@pytest.mark.parametrize("first", [swallowing, lambda connection: None])
def test_a_savepoint_that_is_undone_changes_no_limit(patient: Engine, first: Callable[[Connection], None]) -> None:
    def work() -> None:
        with time_limit(0.2), begin(patient, write=True) as connection:
            first(connection)
            savepoint = connection.begin_nested()
            connection.execute(sa.select(sa.literal(1)))
            savepoint.rollback()
            connection.execute(ENDLESS)

    with pytest.raises(TookTooLong):
        work()
    assert works(patient)
