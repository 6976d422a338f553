"""Databases are made, copied, dumped, restored on either backend, and dropped."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.db import admin
from core.db.engine import DatabaseServer, begin
from core.db.found import find_tables
from core.db.schema import sync
from core.db.types import JsonMap, Money, UtcDateTime, id_column, insert_rows, next_ids
from core.errors import UnknownName, UserError, ValidationError
from core.files.store import FileStore
from core.kernel.config import Settings
from core.testing.plugin import MakeServer

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(constraint_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def described() -> sa.MetaData:
    metadata = sa.MetaData(naming_convention=NAMING)
    key = sa.ForeignKey("partner.id", deferrable=True, initially="DEFERRED")
    table = sa.Table(
        "partner",
        metadata,
        id_column(),
        sa.Column("name", sa.Text(), index=True),
        sa.Column("ref", sa.String(8), server_default=sa.text("'it''s'")),
        sa.Column("amount", Money(), nullable=False, server_default=sa.text("2.5")),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("born", sa.Date()),
        sa.Column("seen", UtcDateTime()),
        sa.Column("extra", JsonMap()),
        sa.Column("weight", sa.Double()),
        sa.Column("big", sa.BigInteger(), nullable=False, server_default=sa.text("-7")),
        sa.Column("data", sa.LargeBinary()),
        sa.Column("parent_id", sa.Integer(), key, index=True),
    )
    table.append_constraint(sa.UniqueConstraint(table.c.ref, table.c.parent_id, name="ref"))
    table.append_constraint(sa.CheckConstraint(table.c.amount >= Decimal("-0.5"), name="amount"))
    here, there = (sa.ForeignKey("partner.id", deferrable=True, initially="DEFERRED") for _ in range(2))
    sa.Table(
        "partner_rel",
        metadata,
        sa.Column("a", sa.Integer(), here, primary_key=True, autoincrement=False),
        sa.Column("b", sa.Integer(), there, primary_key=True, autoincrement=False),
    )
    return metadata


ROWS: list[tuple[Any, ...]] = [
    (1, "Ávila \n\t\\N {x},\"q\" 日本", "a", Decimal("12.345678"), True, date(2024, 2, 29),
     datetime(2024, 1, 1, 2, 3, 4, 5), {"es": "ñ", "n": [1, 2.5, None]}, 0.1, 2**62, b"\x00\xff", None),
    (2, "", None, Decimal("-0.5"), False, None, None, "text", float("inf"), -1, b"", 1),
    (5, None, "b", Decimal("9000000000000"), True, date(1, 1, 1),
     datetime(9999, 12, 31, 23, 59, 59), [1], -1e300, 0, None, 5),
]  # fmt: skip


def fill(server: DatabaseServer, name: str) -> sa.MetaData:
    metadata = described()
    admin.create(server, name)
    with begin(server.engine(name), write=True, schema=True) as connection:
        sync(connection, metadata, metadata.tables)
        table = metadata.tables["partner"]
        insert_rows(connection, table, [c.name for c in table.columns], ROWS)
        insert_rows(connection, metadata.tables["partner_rel"], ["a", "b"], [(1, 2), (5, 1)])
    with begin(server.engine(name), write=True) as connection:
        next_ids(connection, table, 2 if server.backend == "sqlite" else 7)  # ids whose rows are gone by now
    return metadata


def contents(server: DatabaseServer, name: str) -> Any:
    metadata = described()
    with begin(server.engine(name), write=False) as connection:
        tables = metadata.tables.values()
        return [sorted(connection.execute(sa.select(t)).all(), key=lambda row: row[:2]) for t in tables]


def other(backend: str) -> str:
    return "postgresql" if backend == "sqlite" else "sqlite"


def test_create_and_drop(make_server: MakeServer, backend: str) -> None:
    server = make_server(backend)
    admin.create(server, "one.two-3")
    assert "one.two-3" in server.names()
    with pytest.raises(UserError, match="already"):
        admin.create(server, "one.two-3")
    FileStore(server.files_folder("one.two-3")).put(b"x")
    with server.engine("one.two-3").connect():
        pass
    admin.drop(server, "one.two-3")
    assert not server.exists("one.two-3")
    assert not server.files_folder("one.two-3").exists()
    assert not list(server.data_dir.glob("one*"))
    with pytest.raises(UnknownName):
        admin.drop(server, "one.two-3")


@pytest.mark.parametrize("name", ["", ".", "../x", "a/b", "a b", "-a", "a" * 64, 'x"; DROP DATABASE y', "ñ", "a\n"])
def test_bad_names_are_refused(make_server: MakeServer, backend: str, name: str) -> None:
    server = make_server(backend)
    assert not server.exists(name)
    for call in (admin.create, DatabaseServer.engine, DatabaseServer.files_folder):
        with pytest.raises(ValidationError):
            call(server, name)


@pytest.mark.case("J26")
@pytest.mark.parametrize("crosses", [False, True])
def test_a_restored_dump_equals_its_source(
    make_server: MakeServer, backend: str, crosses: bool, tmp_path: Path
) -> None:
    server = make_server(backend)
    metadata = fill(server, "source")
    blob = FileStore(server.files_folder("source")).put(b"picture")
    admin.dump(server, "source", tmp_path / "dump.zip")
    target = make_server(other(backend)) if crosses else server
    admin.restore(target, tmp_path / "dump.zip", "copy")
    assert contents(target, "copy") == contents(server, "source")
    assert FileStore(target.files_folder("copy")).read(blob.digest) == b"picture"
    with begin(target.engine("copy"), write=True, schema=True) as connection:
        changes = [str(change) for change in sync(connection, metadata, metadata.tables)]
        assert changes == ["check partner.ck_partner_amount"], "only checks are left to sync"
    with begin(target.engine("copy"), write=True) as connection:
        table = metadata.tables["partner"]
        new = connection.execute(table.insert().values(parent_id=1)).inserted_primary_key
        assert new is not None
        assert new[0] == 8, "deleted ids are not given again"
        row = connection.execute(sa.select(table).where(table.c.id == new[0])).one()
        assert (row.ref, row.amount, row.active, row.big) == ("it's", Decimal("2.5"), True, -7)
    with pytest.raises(sa.exc.IntegrityError), begin(target.engine("copy"), write=True) as connection:
        connection.execute(table.insert().values(parent_id=99))


def test_dumps_of_both_backends_are_the_same(make_server: MakeServer, backend: str) -> None:
    texts = []
    for each in (backend, other(backend)):
        server = make_server(each)
        fill(server, "source")
        admin.dump(server, "source", file := io.BytesIO())
        with zipfile.ZipFile(file) as archive:
            texts.append(archive.read("tables/partner.jsonl").decode())
    assert texts[0] == texts[1]


@pytest.mark.case("J26")
def test_a_copy_has_everything_while_others_work(make_server: MakeServer, backend: str) -> None:
    server = make_server(backend)
    metadata = fill(server, "source")
    blob = FileStore(server.files_folder("source")).put(b"picture")
    with begin(server.engine("source"), write=False) as connection:
        connection.execute(sa.select(metadata.tables["partner"])).all()
        admin.copy(server, "source", "busy")
    admin.copy(server, "source", "idle")
    for name in ("busy", "idle"):
        assert contents(server, name) == contents(server, "source")
        assert FileStore(server.files_folder(name)).read(blob.digest) == b"picture"
        with begin(server.engine(name), write=True, schema=True) as connection:
            assert sync(connection, metadata, metadata.tables) == []
            assert repr(find_tables(connection)["partner"].checks)
    admin.drop(server, "busy")
    assert FileStore(server.files_folder("source")).read(blob.digest) == b"picture"
    with pytest.raises(UserError, match="already"):
        admin.copy(server, "source", "idle")
    with pytest.raises(UnknownName):
        admin.copy(server, "gone", "new")


def damaged(change: str) -> io.BytesIO:
    """A small dump with one thing wrong."""
    column = {"name": "id", "kind": "integer", "length": None, "nullable": False, "default": None}
    table: dict[str, Any] = {
        "name": "t", "columns": [column], "key": ["id"], "key_name": "pk_t", "last_id": 0, "uniques": {}, "indexes": {},
        "checks": [], "foreign_keys": [],
    }  # fmt: skip
    manifest: dict[str, Any] = {"format": 1, "product": "Grial", "backend": "sqlite", "tables": [table]}
    lines = "[1]\n"
    match change:
        case "format":
            manifest["format"] = 2
        case "product":
            manifest["product"] = "Other"
        case "name":
            table["name"] = 't"; DROP TABLE x; --'
        case "column":
            column["name"] = "id) ; --"
        case "kind":
            column["kind"] = "xml"
        case "default":
            column["default"] = "1); DROP TABLE x; --"
        case "key":
            table["foreign_keys"] = [["fk", ["id"], "../etc", ["id"]]]
        case "value":
            lines = '["1"]\n'
        case "row":
            lines = "[1, 2]\n"
        case "json":
            lines = "[1\n"
        case "twice":
            lines = "[1]\n[1]\n"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        if change != "manifest":
            archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("tables/t.jsonl", lines)
        archive.writestr("files/../../escaped", "x")
    return file


WRONG = ["manifest", "format", "product", "name", "column", "kind", "default", "key", "value", "row", "json", "twice"]


@pytest.mark.case("E14")
@pytest.mark.parametrize("change", WRONG)
def test_nothing_stays_of_a_damaged_dump(make_server: MakeServer, backend: str, change: str) -> None:
    server = make_server(backend)
    with pytest.raises((ValidationError, UserError)):
        admin.restore(server, damaged(change), "copy")
    assert not server.exists("copy")
    assert not server.files_folder("copy").exists()


@pytest.mark.case("E07", "E14")
def test_a_dump_cannot_write_outside_of_its_folder(make_server: MakeServer, backend: str) -> None:
    server = make_server(backend)
    admin.restore(server, damaged(""), "copy")
    assert not list(server.data_dir.parent.rglob("escaped"))
    with pytest.raises(ValidationError):
        admin.restore(server, io.BytesIO(b"no zip"), "other")


def test_a_database_is_there_once_it_is_whole(make_server: MakeServer, backend: str) -> None:
    server = make_server(backend)
    with pytest.raises(ZeroDivisionError), admin.building(server, "whole") as working:  # noqa: PT012 - the block is the subject
        with server.engine(working).connect():
            assert not server.exists("whole")
            assert not server.exists(working)
            assert server.names() == []
        raise ZeroDivisionError
    assert server.names(working=True) == []
    with admin.building(server, "whole") as working:
        FileStore(server.files_folder(working)).put(b"x")
        admin.create(server, "quicker")
        with pytest.raises(UserError, match="already"), admin.building(server, "quicker"):
            raise AssertionError("the name is taken")
    assert server.names() == ["quicker", "whole"]
    assert server.names(working=True) == []
    assert [path.name for path in (server.data_dir / "files").iterdir()] == ["whole"]


def test_who_loses_the_race_for_a_name_leaves_the_winner_alone(make_server: MakeServer, backend: str) -> None:
    server = make_server(backend)
    with pytest.raises(UserError, match="already"), admin.building(server, "one"):  # noqa: PT012 - the block is the subject
        fill(server, "one")
        blob = FileStore(server.files_folder("one")).put(b"x")
    assert server.names() == ["one"]
    assert FileStore(server.files_folder("one")).read(blob.digest) == b"x"
    assert contents(server, "one")[0]


def test_what_a_killed_process_was_making_is_swept(make_server: MakeServer, backend: str) -> None:
    server = make_server(backend)
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    with admin.building(server, "first") as working:
        left = working.replace(f"-{os.getpid()}-", f"-{gone.pid}-")
        admin.create(server, left)
        assert server.names(working=True) == sorted([working, left])
        with admin.building(server, "second"):
            assert left not in server.names(working=True)
            assert working in server.names(working=True)
    assert server.names() == ["first", "second"]


def test_another_process_notices_a_database_that_was_dropped_and_made_anew(
    make_server: MakeServer, backend: str, tmp_path: Path
) -> None:
    server = make_server(backend)
    fill(server, "one")
    with begin(server.engine("one"), write=True) as connection:
        connection.execute(sa.text("DELETE FROM partner_rel"))
    admin.dump(server, "one", tmp_path / "dump.zip")
    with begin(server.engine("one"), write=True) as connection:
        connection.execute(sa.text("INSERT INTO partner_rel VALUES (1, 2)"))
    elsewhere = DatabaseServer(Settings.from_env({}, data_dir=server.data_dir, database_url=str_url(server)))
    assert contents(elsewhere, "one")[1] == [(1, 2)]
    admin.drop(server, "one")
    admin.restore(server, tmp_path / "dump.zip", "one")
    assert contents(elsewhere, "one")[1] == []
    with begin(elsewhere.engine("one"), write=True) as connection:
        connection.execute(sa.text("INSERT INTO partner_rel VALUES (5, 1)"))
    elsewhere.dispose("one")
    assert contents(server, "one")[1] == [(5, 1)]


def str_url(server: DatabaseServer) -> str:
    return server.url.render_as_string(hide_password=False) if server.url else ""
