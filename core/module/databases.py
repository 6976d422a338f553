"""Copies, drops, dumps, restores and renames databases, for every door that holds the key to them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.db import addon_rows, admin, resting, schema
from core.db.engine import begin
from core.errors import GrialError, UserError
from core.kernel.limit import unlimited
from core.module.loading import load_registry
from core.module.registries import Registries

log = logging.getLogger(__name__)


def copy(registries: Registries, source: str, target: str, *, as_is: bool = False) -> None:
    """Copy a database as it is at this moment, with its files, while others work in it.

    Args:
        as_is: let the copy go on where the original is; otherwise it rests, see `core.db.resting`.

    Raises:
        UnknownName: there is no database `source`.
        UserError: there is one called `target`.
    """
    server = registries.server
    with _renewed(registries, target, as_is) as working:
        admin.fill_copy(server, source, working)


def drop(registries: Registries, name: str) -> None:
    """Delete a database and its files for good. Raises UnknownName when there is none of this name."""
    registries.forget(name)
    admin.drop(registries.server, name)


def dump(registries: Registries, name: str, target: Path | BinaryIO) -> None:
    """Write a database with its files into a zip. Raises UnknownName when there is none of this name."""
    with unlimited():
        admin.dump(registries.server, name, target)


def restore(registries: Registries, source: Path | BinaryIO, name: str, *, as_is: bool = False) -> None:
    """Make the database `name` from a dump of this or of another server.

    Args:
        as_is: it takes the place of the original; otherwise it rests, see `core.db.resting`.

    Raises:
        UserError: there is a database of this name.
        ValidationError: this is no dump, a damaged one, or one of a newer format. Nothing stays of it.
    """
    server = registries.server
    with _renewed(registries, name, as_is) as working:
        admin.create(server, working)
        admin.fill_restored(server, source, working)
        _add_checks(registries, working)


def rename(registries: Registries, name: str, new_name: str) -> None:
    """Give a database another name: a copy under the new one, then the old one goes.

    Raises UnknownName and UserError, as `copy` does.
    """
    copy(registries, name, new_name, as_is=True)
    drop(registries, name)


@contextmanager
def _renewed(registries: Registries, name: str, as_is: bool) -> Iterator[str]:
    """Make a database from another one in the block; no process takes it for one that had its name before."""
    with unlimited(), admin.building(registries.server, name, empty=False) as working:
        yield working
        with begin(registries.server.engine(working), write=True) as connection:
            if addon_rows.exists(connection):
                addon_rows.renew(connection)
                if not as_is:
                    resting.rest(connection)
    registries.forget(name)


def _add_checks(registries: Registries, working: str) -> None:
    """Give a restored database the CHECK constraints that its models want; a dump cannot bring them.

    Where rows are against a rule by now, or an addon is not on this server, the database is usable without.
    """
    server = registries.server
    try:
        registry = load_registry(server, registries.settings, working)
    except UserError as error:  # an addon, or all of Grial, is missing here
        log.warning("a restored database has no checks yet: %s", error)
        return
    try:
        with begin(server.engine(working), write=True, schema=True) as connection:
            tables = [table for addon in registry.addons for table in registry.owned_tables(addon)]
            schema.sync(connection, registry.metadata, tables)
    except GrialError as error:
        log.warning("a restored database has no checks yet: %s", error)
