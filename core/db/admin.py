"""Makes, drops and copies whole databases, with their files; `dump` and `restore` are the way to another server."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from core.db import sqlite, statements
from core.db.dump import open_dump, read_dump, shapes_of, write_dump
from core.db.engine import DatabaseServer, check_name
from core.db.retry import sqlstate
from core.errors import UnknownName, UserError

__all__ = ["copy", "create", "drop", "dump", "names", "restore"]

_BLOB = re.compile(r"[0-9a-f]{64}")
_DUPLICATE_DATABASE, _DATABASE_IN_USE = "42P04", "55006"


def names(server: DatabaseServer) -> list[str]:
    """The names of the databases, sorted."""
    return server.names()


def create(server: DatabaseServer, name: str) -> None:
    """Make an empty database.

    Raises:
        ValidationError: this cannot be a name.
        UserError: there is a database of this name.
    """
    check_name(name)
    if server.url is None:
        try:
            sqlite.create_file(server.path(name))
        except FileExistsError:
            raise _taken(name) from None
        return
    with server.maintenance() as connection:
        try:
            connection.execute(statements.CreateDatabase(name))
        except sa.exc.DBAPIError as error:
            if sqlstate(error) == _DUPLICATE_DATABASE:
                raise _taken(name) from error
            raise


def drop(server: DatabaseServer, name: str) -> None:
    """Delete a database and its files for good. On PostgreSQL those who are connected are cut off.

    Raises UnknownName when there is none of this name.
    """
    if not server.exists(name):
        raise UnknownName("There is no database {name}.", name=name, known=server.names())
    server.dispose(name)
    if server.url is None:
        for ending in ("", "-wal", "-shm"):
            server.path(name).with_name(f"{name}.db{ending}").unlink(missing_ok=True)
    else:
        with server.maintenance() as connection:
            connection.execute(statements.DropDatabase(name))
    shutil.rmtree(server.files_folder(name), ignore_errors=True)


def copy(server: DatabaseServer, source: str, target: str) -> None:
    """Copy a database as it is at this moment, with its files, while others work in it.

    Raises:
        UnknownName: there is no database `source`.
        UserError: there is one called `target`.
    """
    check_name(target)
    if not server.exists(source):
        raise UnknownName("There is no database {name}.", name=source, known=server.names())
    if server.exists(target):
        raise _taken(target)
    try:
        if server.url is None:
            _copy_file(server.path(source), server.path(target))
        elif not _copy_as_template(server, source, target):
            _copy_rows(server, source, target)
            return
        _copy_folder(server.files_folder(source), server.files_folder(target))
    except BaseException:
        if server.exists(target):
            drop(server, target)
        raise


def dump(server: DatabaseServer, name: str, target: Path | BinaryIO) -> None:
    """Write a database as it is at this moment, with its files, into a zip that either backend can restore.

    Raises UnknownName when there is none of this name.
    """
    if not server.exists(name):
        raise UnknownName("There is no database {name}.", name=name, known=server.names())
    write_dump(server, name, target)


def restore(server: DatabaseServer, source: Path | BinaryIO, name: str) -> None:
    """Make a database from a dump. Its CHECK constraints come with the next `sync`.

    Raises:
        UserError: there is a database of this name.
        ValidationError: this is no dump, a damaged one, or one of a newer format. Nothing stays of it.
    """
    with open_dump(source) as archive:
        shapes_of(archive, server.backend)
        create(server, name)
        try:
            read_dump(server, name, archive)
        except BaseException:
            drop(server, name)
            raise


def _copy_file(source: Path, target: Path) -> None:
    sqlite.create_file(target)
    with closing(sqlite3.connect(source, timeout=sqlite.BUSY_TIMEOUT)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _copy_as_template(server: DatabaseServer, source: str, target: str) -> bool:
    """The server copies by itself, unless somebody is connected."""
    server.dispose(source)
    sessions = sa.table("pg_stat_activity", sa.column("datname"))
    others = sa.select(sa.func.count()).select_from(sessions).where(sessions.c.datname == source)
    try:
        with server.maintenance() as connection:
            if connection.execute(others).scalar():
                return False
            connection.execute(statements.CreateDatabase(target, source))
    except sa.exc.DBAPIError as error:
        if sqlstate(error) == _DATABASE_IN_USE:
            return False
        raise
    return True


def _copy_rows(server: DatabaseServer, source: str, target: str) -> None:
    with tempfile.TemporaryDirectory(prefix="grial-copy-") as folder:
        file = Path(folder, "copy.zip")
        write_dump(server, source, file)
        create(server, target)
        with open_dump(file) as archive:
            read_dump(server, target, archive, trusted=True)


def _copy_folder(source: Path, target: Path) -> None:
    """Files never change, so that the copy may share them."""
    for folder, _, files in os.walk(source):
        there = target / Path(folder).relative_to(source)
        there.mkdir(parents=True, exist_ok=True)
        for file in filter(_BLOB.fullmatch, files):
            with suppress(FileNotFoundError):  # collected meanwhile
                try:
                    os.link(Path(folder, file), there / file)
                except OSError:
                    shutil.copy2(Path(folder, file), there / file)


def _taken(name: str) -> UserError:
    return UserError("There is a database {name} already.", name=name)
