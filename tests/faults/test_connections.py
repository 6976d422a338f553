"""A connection to the database is lost: idle, in the middle of a transaction, or while it saves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db.engine import begin
from core.errors import Busy, GrialError
from core.testing.clients import WebClient
from core.testing.records import Database
from core.testing.serving import ServerProcess
from tests.faults.conftest import get, log_in, visitors


@pytest.fixture(autouse=True)
def postgresql_only(backend: str) -> None:
    if backend == "sqlite":
        pytest.skip("SQLite has no connection to lose")


def end_others(connection: Connection) -> None:
    """End every other connection to this database, as an administrator or a failing network does."""
    pids = sa.table("pg_stat_activity", sa.column("pid"), sa.column("datname"))
    others = (pids.c.datname == sa.func.current_database(), pids.c.pid != sa.func.pg_backend_pid())
    connection.execute(sa.select(sa.func.pg_terminate_backend(pids.c.pid)).where(*others)).all()


def end_all(database: Database) -> None:
    with begin(database.databases.server.engine(database.name), write=True) as connection:
        end_others(connection)


def partners(database: Database) -> list[str]:
    with database.transaction(write=False) as env:
        found: list[str] = env["res.partner"].search([("name", "like", "Lost")]).mapped("name")
        return found


@pytest.fixture
def losing(database: Database) -> Iterator[Callable[[str], None]]:
    """`losing("commit")`: the connection is lost before the next event of this kind of an engine, once."""
    engine = database.registry.engine
    undo: list[tuple[str, Any]] = []

    def make(event: str) -> None:
        fired = False

        def lose(connection: Connection, *_: Any) -> None:
            nonlocal fired
            if not fired:
                fired = True
                pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
                with database.databases.server.maintenance() as other:
                    other.execute(sa.select(sa.func.pg_terminate_backend(pid))).all()

        sa.event.listen(engine, event, lose)
        undo.append((event, lose))

    yield make
    for event, lose in undo:
        sa.event.remove(engine, event, lose)


@pytest.mark.case("J10")
def test_idle_connections_are_replaced_and_nobody_notices(database: Database, new_client: Callable[..., Any]) -> None:
    clients: list[WebClient] = [new_client() for _ in range(3)]
    for _ in range(3):
        for client in clients:
            assert client.call("res.partner", "search_count", []) > 0
        end_all(database)
    assert clients[0].get("/web").status_code in (200, 303)


@pytest.mark.case("J10")
def test_a_transaction_whose_connection_is_lost_is_refused_and_undone(database: Database) -> None:
    def work(env: Any) -> None:
        env["res.partner"].create({"name": "Lost 1"})
        env.flush()
        end_all(database)
        env["res.partner"].create({"name": "Lost 2"})

    with pytest.raises(Busy, match="cannot be reached"):
        database.databases.registries.run(database.name, work)
    assert partners(database) == []


@pytest.mark.case("J10")
def test_a_connection_that_is_lost_while_it_saves_is_not_called_undone(
    database: Database, losing: Callable[[str], None]
) -> None:
    """Nobody knows whether it was saved: it is not done again, and the person is told to look."""
    tries = []

    def work(env: Any) -> None:
        tries.append(1)
        env["res.partner"].create({"name": "Lost 3"})

    database.registry.run(lambda env: env["res.partner"].search_count([]), write=False)
    losing("commit")
    with pytest.raises(GrialError, match="whether it was saved") as lost:
        database.databases.registries.run(database.name, work)
    assert not isinstance(lost.value, Busy), "a program would send it again"
    assert len(tries) == 1
    assert partners(database) == []


@pytest.mark.slow
@pytest.mark.case("J10")
def test_people_are_told_to_try_again_and_the_server_recovers(
    database: Database, start: Callable[..., ServerProcess]
) -> None:
    server = start(workers=2)
    client = log_in(server)
    with visitors(server, ["/web/preferences"]) as found:
        for _ in range(6):
            end_all(database)
    assert {status for status, _, _ in found.refusals} <= {503, 422}
    for status, _, text in found.refusals:
        assert status == 503 or "whether it was saved" in text
    for _ in range(20):
        assert get(server, client, "/web/preferences")[0] == 200
        assert client.call("res.partner", "search_count", []) > 0
