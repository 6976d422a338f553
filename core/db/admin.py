"""Makes, drops and copies whole databases, with their files; `dump` and `restore` lead to another server.

A database is there when it is whole: until then it is made under a working name that `DatabaseServer.names` leaves out.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from itertools import count
from pathlib import Path
from socket import gethostname
from typing import BinaryIO

import sqlalchemy as sa

from core.db import sqlite, statements
from core.db.dump import open_dump, read_dump, shapes_of, write_dump
from core.db.engine import WORKING, DatabaseServer, check_name
from core.db.retry import sqlstate
from core.errors import UnknownName, UserError

__all__ = ["building", "copy", "create", "drop", "dump", "names", "restore"]

_BLOB = re.compile(r"[0-9a-f]{64}")
_DUPLICATE_DATABASE, _DATABASE_IN_USE = "42P04", "55006"
_HERE = f"{WORKING}{blake2b(gethostname().encode(), digest_size=4).hexdigest()}-"
_numbers = count(1)
_under_way: set[str] = set()


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


@contextmanager
def building(server: DatabaseServer, name: str, *, empty: bool = True) -> Iterator[str]:
    """Make the database `name` in the block, under the working name that it gets; it takes its name when all went well.

    Whatever fails, or is killed, leaves no database `name`. With `empty`, there is an empty database to begin with.

    Raises:
        ValidationError: this cannot be a name.
        UserError: there is a database of this name, or somebody else made one meanwhile.
    """
    check_name(name)
    if server.exists(name):
        raise _taken(name)
    _sweep(server)
    working = f"{_HERE}{os.getpid()}-{next(_numbers)}"
    _under_way.add(working)
    try:
        if empty:
            create(server, working)
        yield working
        _give_name(server, working, name)
    except BaseException:
        remove(server, working)
        raise
    finally:
        _under_way.discard(working)


def drop(server: DatabaseServer, name: str) -> None:
    """Delete a database and its files for good. On PostgreSQL those who are connected are cut off.

    Raises UnknownName when there is none of this name.
    """
    _check_known(server, name)
    remove(server, name)


def copy(server: DatabaseServer, source: str, target: str) -> None:
    """Copy a database as it is at this moment, with its files, while others work in it.

    Raises:
        UnknownName: there is no database `source`.
        UserError: there is one called `target`.
    """
    with building(server, target, empty=False) as working:
        fill_copy(server, source, working)


def fill_copy(server: DatabaseServer, source: str, working: str) -> None:
    """Make a database that equals `source`, inside a block of `building(empty=False)`.

    Raises UnknownName when there is no `source`.
    """
    _check_known(server, source)
    if server.url is None:
        _copy_file(server.path(source), server.path(working))
    elif not _copy_as_template(server, source, working):
        _copy_rows(server, source, working)
        return
    _copy_folder(server.files_folder(source), server.files_folder(working))


def dump(server: DatabaseServer, name: str, target: Path | BinaryIO) -> None:
    """Write a database as it is at this moment, with its files, into a zip that either backend can restore.

    Raises UnknownName when there is none of this name.
    """
    _check_known(server, name)
    write_dump(server, name, target)


def restore(server: DatabaseServer, source: Path | BinaryIO, name: str) -> None:
    """Make a database from a dump. Its CHECK constraints come with the next `sync`.

    Raises:
        UserError: there is a database of this name.
        ValidationError: this is no dump, a damaged one, or one of a newer format. Nothing stays of it.
    """
    with building(server, name) as working:
        fill_restored(server, source, working)


def fill_restored(server: DatabaseServer, source: Path | BinaryIO, working: str) -> None:
    """Fill the empty database of a block of `building` from a dump. Raises ValidationError where it is damaged."""
    with open_dump(source) as archive:
        shapes_of(archive, server.backend)
        read_dump(server, working, archive)


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


def _give_name(server: DatabaseServer, working: str, name: str) -> None:
    """Let a finished database be seen, with its files."""
    server.dispose(working)
    server.dispose(name)
    with _one_name_at_a_time(server):
        if server.exists(name):
            raise _taken(name)
        shutil.rmtree(server.files_folder(name), ignore_errors=True)  # of one that was dropped behind our back
        with suppress(FileNotFoundError):  # it has no files
            os.rename(server.files_folder(working), server.files_folder(name))
        if server.url is None:
            sqlite.rename_file(server.path(working), server.path(name))
        else:
            with server.maintenance() as connection:
                connection.execute(statements.RenameDatabase(working, name))


@contextmanager
def _one_name_at_a_time(server: DatabaseServer) -> Iterator[None]:
    """A lock on the data folder itself, so that it leaves no file; it goes when its process dies."""
    server.data_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(server.data_dir, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def remove(server: DatabaseServer, name: str) -> None:
    """Delete a database and its files, also one that is still being made; nothing happens where there is none."""
    server.dispose(name)
    if server.url is None:
        sqlite.remove_file(server.path(name))
    else:
        with server.maintenance() as connection:
            connection.execute(statements.DropDatabase(name))
    shutil.rmtree(server.files_folder(name), ignore_errors=True)


def _sweep(server: DatabaseServer) -> None:
    """Remove what a process of this machine that is gone had begun to make."""
    for name in server.names(working=True):
        if name.startswith(_HERE) and name not in _under_way and not _is_alive(name):
            remove(server, name)


def _is_alive(working: str) -> bool:
    """Is the process that makes this database still there? Our own number means one that had it before us."""
    process = working.removeprefix(_HERE).partition("-")[0]
    return process != str(os.getpid()) and Path("/proc", process).exists()


def _check_known(server: DatabaseServer, name: str) -> None:
    if not server.exists(name):
        raise UnknownName("There is no database {name}.", name=name, known=server.names())


def _taken(name: str) -> UserError:
    return UserError("There is a database {name} already.", name=name)
