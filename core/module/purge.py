"""Deletes for good what uninstalled and upgraded addons left behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.db import addon_rows, archived_links, schema, table_rows
from core.db.addon_rows import ARCHIVED
from core.db.engine import begin
from core.module import archives
from core.module.operation import Operation, ProgressCallback, run
from core.module.plan import names_of
from core.module.registries import Registries
from core.orm.tables import table_name
from core.orm.xmlids import IMPORTED


@dataclass(frozen=True, slots=True)
class Purged:
    """One archived table or column, with the rows that have something in it."""

    addon: str
    table: str
    column: str
    rows: int


def purge_plan(registries: Registries, database: str, names: Sequence[str]) -> list[Purged]:
    """What a purge of these addons would delete; nothing is changed."""
    with begin(registries.server.engine(database), write=False) as connection:
        return _listed(connection, names)


def purge(
    registries: Registries, database: str, names: Sequence[str], *, progress: ProgressCallback | None = None
) -> list[Purged]:
    """Delete the archived tables and columns of addons; gives what was deleted.

    Raises Busy when a change of addons is under way.
    """
    done: list[Purged] = []

    def work(operation: Operation) -> None:
        connection = operation.connection
        done[:] = _listed(connection, names)
        for name in names:
            operation.step(name)
            put_aside = archives.archives_of(connection, name)
            schema.purge(connection, put_aside)
            tables = {archive.table for archive in put_aside if not archive.column}
            ids = [row.id for row in addon_rows.read_external_ids(connection, ARCHIVED + name)]
            ids += [
                row.id
                for row in addon_rows.read_external_ids(connection, IMPORTED)
                if table_name(row.model) in tables and not table_rows.has_table(connection, table_name(row.model))
            ]
            addon_rows.delete_external_ids(connection, ids)
            archived_links.forget(connection, archived_links.kept(connection, name))

    run(registries, database, f"Purging {names_of(names)}", work, progress)
    return done


def _listed(connection: addon_rows.Connection, names: Sequence[str]) -> list[Purged]:
    found = []
    for name in names:
        for archive in archives.archives_of(connection, name):
            if archive.column:
                rows = table_rows.count_filled(connection, archive.table, archive.archived_name)
            else:
                rows = table_rows.count_rows(connection, archive.archived_name)
            found.append(Purged(name, archive.table, archive.column, rows))
    return found
