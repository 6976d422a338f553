"""Servers that start and stop again and again leave nothing behind: no process, no file, no connection, no lock."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from core.db.engine import begin
from core.testing.records import Database
from core.testing.serving import ServerProcess
from tests.faults.conftest import log_in
from tests.kill.client import Client, Refused

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("GRIAL_RESTARTS", "6"))
LONGEST_STOP = 30.0
NO_LEFTOVERS = (".log", "-wal", "-shm")
"""Logs of the servers, and what belongs to a file of SQLite: whoever opens that next takes it in."""

OTHERS = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
LOCKS = sa.text(
    "SELECT pid, locktype, mode FROM pg_locks WHERE pid <> pg_backend_pid() "
    "AND (locktype = 'advisory' OR database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


def processes_of(group: int) -> set[int]:
    """The processes of a group that live still; what has ended and waits for its parent to notice is gone."""
    alive = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, owner = stat.read_text().rpartition(")")[2].split()[:3]
            if int(owner) == group and state != "Z":
                alive.add(int(stat.parent.name))
    return alive


def left(database: Database, temporary: Path) -> dict[str, set[str]]:
    """What a server might have left behind: files of the data folder, temporary files, connections and locks."""
    data = database.databases.settings.data_dir
    files = {str(path.relative_to(data)) for path in data.rglob("*") if not path.name.endswith(NO_LEFTOVERS)}
    links = sorted(name for name in files if name.startswith(".login-links/"))  # of the newest start, by its secret
    files = files.difference(links) | {f"login link {number}" for number in range(len(links))}
    kept = {"files": files, "temporary": {path.name for path in temporary.iterdir()}}
    if database.registry.backend == "postgresql":
        database.registry.engine.dispose()
        with begin(database.registry.engine, write=False) as connection:
            kept["connections"] = {str(row) for row in connection.execute(OTHERS)}
            kept["locks"] = {str(row) for row in connection.execute(LOCKS)}
    return kept


@contextmanager
def people(server: ServerProcess, made: list[int]) -> Iterator[None]:
    """Three people who create partners until the server is gone; `made` gets the ids that they were told."""
    clients = [log_in(server) for _ in range(3)]

    def work(client: Client) -> None:
        with suppress(OSError, Refused):
            while True:
                made.append(client.call("res.partner", "create", {"name": "Made under way"}))

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.case("J27")
def test_servers_that_start_and_stop_leave_nothing(
    database: Database, start_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    """Under load, by every signal that ends a server, and every other time at once after it answers."""
    made: list[int] = []
    before: dict[str, set[str]] = {}
    for turn in range(ROUNDS):
        server = start_server(database.name, GRIAL_WORKERS="2", TMPDIR=str(tmp_path))
        group = server.process.pid
        if turn % 2 == 0:
            with people(server, made):
                time.sleep(0.5)
                assert len(processes_of(group)) >= 2
                server.process.send_signal(signal.SIGINT if turn % 4 else signal.SIGTERM)
        else:
            server.process.terminate()
        server.process.wait(LONGEST_STOP)
        assert not processes_of(group), f"round {turn}"
        address = urlsplit(server.url)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((str(address.hostname), address.port or 0), timeout=1).close()
        if turn == 1:  # the first of each kind may make folders that stay
            before = left(database, tmp_path)
        elif turn > 1:
            now = left(database, tmp_path)
            assert {kind: now[kind] - before[kind] for kind in now} == {kind: set() for kind in now}, f"round {turn}"
    with database.transaction() as env:
        assert len(made) > ROUNDS
        assert set(made) <= set(env["res.partner"].search([("name", "=", "Made under way")]).ids), (
            "nothing told is lost"
        )
        env["res.partner"].browse(made[:1]).write({"name": "Still written"})
    with begin(database.registry.engine, write=False) as connection:
        if database.registry.backend == "sqlite":
            assert connection.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
