"""Another process holds the write lock of a SQLite file: people wait, and are told when it takes too long."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from core.db import sqlite
from core.errors import Busy
from core.module.install import install
from core.testing.clients import Refused, WebClient
from core.testing.records import Database

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 0.3


@pytest.fixture(autouse=True)
def impatient(backend: str, database: Database, application: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections of this test wait a moment instead of ten seconds."""
    if backend != "sqlite":
        pytest.skip("other processes lock rows of PostgreSQL, never the whole database")
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", PATIENCE)
    monkeypatch.setattr("core.db.retry.PATIENCE", 0.0)


def file_of(database: Database) -> Path:
    return database.databases.server.path(database.name)


@contextmanager
def locked(database: Database, begin: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """The lock is somebody else's."""
    with closing(sqlite3.connect(file_of(database), isolation_level=None, check_same_thread=False)) as other:
        other.execute(begin)
        yield other


def counted(database: Database) -> tuple[int, ...]:
    with closing(sqlite3.connect(file_of(database))) as other:
        tables = [row[0] for row in other.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return tuple(other.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in sorted(tables))


@pytest.mark.case("J14")
def test_a_lock_that_is_held_too_long_is_told_and_nothing_is_half_written(
    database: Database, client: WebClient
) -> None:
    client.call("res.partner", "search_count", [])
    before = counted(database)
    with locked(database):
        assert client.call("res.partner", "search_count", []) > 0, "who reads does not wait"
        with pytest.raises(Refused, match="Others are changing"):
            client.call("res.partner", "create", {"name": "Kept waiting"})
        call = {"model": "res.partner", "method": "create", "args": [{"name": "x"}], "kwargs": {}}
        answer = client.post("/web/dataset/call_kw", json={"jsonrpc": "2.0", "id": 1, "params": call})
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        with pytest.raises(Busy):
            install(database.databases.registries, database.name, ["crm"])
    assert counted(database) == before
    assert client.call("res.partner", "create", {"name": "At last"})


@pytest.mark.case("J14")
def test_a_lock_that_ends_in_time_is_waited_for(
    database: Database, client: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 20.0)
    database.databases.server.dispose(database.name)
    client.app.registries.forget(database.name)
    client.call("res.partner", "search_count", [])
    with locked(database) as other:
        over = threading.Timer(0.5, lambda: other.execute("COMMIT"))
        over.start()
        assert client.call("res.partner", "create", {"name": "It was worth it"})
        over.join()


@pytest.mark.case("J15")
@pytest.mark.parametrize(
    ("damage", "told"),
    [("empty", "was not made by Grial"), ("short", "damaged"), ("other", "damaged")],
    ids=["empty", "short", "other"],
)
def test_a_server_does_not_start_on_a_damaged_file(database: Database, damage: str, told: str) -> None:
    file, settings = file_of(database), database.databases.settings
    database.databases.registries.forget(database.name)
    whole = file.read_bytes()
    content = {"empty": b"", "short": whole[: len(whole) // 2], "other": b"Another file. " * 9_000}[damage]
    file.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", "from core.cli import main; main()", "run", "-d", database.name, "--port", "0"],
        env={**os.environ, "GRIAL_DATA_DIR": str(settings.data_dir), "GRIAL_DATABASE_URL": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert damage == "empty" or file.read_bytes() == content, "it was touched"
    file.write_bytes(whole)


@pytest.mark.case("J15")
def test_a_file_that_is_gone_is_not_made_again(database: Database, client: WebClient) -> None:
    """An empty database in the place of a lost one would look as if all were well."""
    assert client.call("res.partner", "search_count", []) > 0
    file = file_of(database)
    aside = file.rename(file.with_suffix(".aside"))
    with pytest.raises(Refused, match=r"missing|no such database|has ended"):
        client.call("res.partner", "search_count", [])
    assert not file.exists()
    aside.rename(file)
    assert client.call("res.partner", "search_count", []) > 0
