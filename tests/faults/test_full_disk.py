"""The disk is full, or fails: people are told, nothing is lost or half written, and all is well when there is room."""

from __future__ import annotations

import base64
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from core.db.engine import begin
from core.module.install import install
from core.testing.clients import Refused as WebRefused
from core.testing.clients import WebClient
from core.testing.records import Database
from core.testing.serving import ServerProcess
from tests.faults.conftest import log_in
from tests.kill.client import Refused
from tests.kill.snapshot import bad_files, take

_FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END $$;
CREATE TRIGGER no_room BEFORE INSERT ON res_partner EXECUTE FUNCTION no_room();
"""


@contextmanager
def no_room(engine: Engine) -> Iterator[None]:
    """The database finds no room for a row: SQLite may have no more pages, PostgreSQL answers as with a full disk."""
    if engine.dialect.name == "postgresql":
        with begin(engine, write=True) as connection:
            connection.exec_driver_sql(_FULL)
        yield
        with begin(engine, write=True) as connection:
            connection.exec_driver_sql("DROP FUNCTION no_room() CASCADE")
        return

    def limit(connection: Any, *_: Any) -> None:  # Any: the driver's
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def lift(connection: Any, *_: Any) -> None:  # Any: the driver's
        connection.execute("PRAGMA max_page_count = 1000000000")

    sa.event.listen(engine, "checkout", limit)
    yield
    sa.event.remove(engine, "checkout", limit)
    sa.event.listen(engine, "checkout", lift)


@pytest.mark.case("J12")
def test_a_full_disk_of_the_database_is_told_and_nothing_is_saved(database: Database, client: WebClient) -> None:
    client.call("res.partner", "search_count", [])
    engine = client.app.registries.get(database.name).engine
    before = take(engine)
    many = [{"name": f"No room {number}", "comment": "x" * 2000} for number in range(200)]
    with no_room(engine):
        with pytest.raises(WebRefused, match="disk of the database is full"):
            client.call("res.partner", "create", many)
        with pytest.raises(WebRefused, match="disk of the database is full"):
            client.call("res.partner", "load", ["name", "comment"], [[row["name"], row["comment"]] for row in many])
        assert client.call("res.partner", "search_count", []) > 0
    assert take(engine).differences(before, frozenset({"res_users_session"})) == []
    assert len(client.call("res.partner", "create", many)) == 200


@pytest.mark.case("J12")
def test_an_installation_that_finds_no_room_never_happened(database: Database, application: Any) -> None:
    registries = database.databases.registries
    engine = registries.get(database.name).engine
    if engine.dialect.name == "postgresql":
        pytest.skip("its full disk is played by a trigger on one table")
    before = take(engine)
    with no_room(engine), pytest.raises(Exception, match="disk of the database is full"):
        install(registries, database.name, ["crm"])
    assert take(engine).differences(before) == []
    assert install(registries, database.name, ["crm"]).installed == ["crm"]


def limit_files(server: ServerProcess, most: int) -> None:
    """Let no file of the server and its workers grow beyond so many bytes: the system refuses as with a full disk."""
    for process in [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]:
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most if most >= 0 else hard, hard))


@pytest.mark.slow
@pytest.mark.case("J12")
@pytest.mark.case("J13")
def test_a_server_without_room_for_files_loses_nothing_and_recovers(
    database: Database, start: Callable[..., ServerProcess]
) -> None:
    server = start()
    client = log_in(server)
    folder = database.databases.server.files_folder(database.name)
    engine = database.databases.server.engine(database.name)

    def attach(name: str) -> Any:
        content = base64.b64encode(os.urandom(400_000)).decode()
        return client.call("ir.attachment", "create", {"name": name, "datas": content})

    kept = attach("before")
    limit_files(server, 100_000)
    for number in range(5):
        with pytest.raises(Refused, match="disk is full"):
            attach(f"full {number}")
    words = []
    for number in range(30):  # where SQLite has no room for its log any more
        try:
            client.call("res.partner", "create", {"name": f"Full {number}", "comment": "x" * 20_000})
        except Refused as error:
            words.append(str(error))
    refused = len(words)
    assert all("disk of the database" in text for text in words)
    assert refused == 0 if database.registry.backend == "postgresql" else refused > 0
    assert client.call("ir.attachment", "search", [["name", "like", "full"]]) == []
    limit_files(server, -1)
    again = attach("after")
    found = client.call("ir.attachment", "search", [["id", "in", [kept, again]]])
    assert sorted(found) == sorted([kept, again])
    saved = client.call("res.partner", "search_count", [["name", "like", "Full"]])
    assert saved == 30 - refused
    assert bad_files(engine, folder) == []
    assert not list(Path(folder).glob("draft-*")), "a half-written file stayed"
