"""Puts aside what an addon brought when it goes, and brings it back when the addon comes again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.db import addon_rows, schema, table_rows
from core.db.addon_rows import ARCHIVED, Connection
from core.kernel.i18n import mark
from core.module.base_models import FIELDS, MODELS
from core.module.migration import OUTDATED
from core.module.notice import Notice
from core.module.plan import UninstallPlan
from core.module.reflect import Gone
from core.orm.tables import table_name

if TYPE_CHECKING:
    from core.db.schema import Archive
    from core.orm.registry import Registry


@dataclass
class Restored:
    """What came back with an addon: tables, columns as (table, column), and how many external ids."""

    tables: list[str] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    external_ids: int = 0

    def __bool__(self) -> bool:
        return bool(self.tables or self.columns or self.external_ids)


def restore(connection: Connection, registry: Registry, addon: str) -> Restored:
    """Give archived tables, columns and external ids of an addon their names back, where its models want them still.

    What an upgrade put aside stays there: it belongs to an older version.
    """
    restored = Restored()
    wanted = registry.metadata.tables
    for archive in reversed(schema.list_archives(connection, addon)):
        if archive.table not in wanted or (archive.column and archive.column not in wanted[archive.table].c):
            continue
        if not schema.restore_archived(connection, archive):
            continue
        if archive.column:
            restored.columns.append((archive.table, archive.column))
        else:
            restored.tables.append(archive.table)
            restored.columns += [(archive.table, column.name) for column in wanted[archive.table].c]
    by_model: dict[str, list[addon_rows.ExternalId]] = {}
    for row in addon_rows.read_external_ids(connection, ARCHIVED + addon):
        by_model.setdefault(row.model, []).append(row)
    for model, rows in by_model.items():
        there = table_rows.existing_records(connection, table_name(model), (row.record for row in rows))
        back = [row.id for row in rows if row.record in there]
        addon_rows.restore_external_ids(connection, addon, back)
        restored.external_ids += len(back)
    return restored


def archive_plan(connection: Connection, plan: UninstallPlan) -> None:
    """Put the tables and columns of a removal aside."""
    for table, column in plan.columns:
        for name in (column, f"{column}_fold"):
            if table_rows.has_column(connection, table, name):
                schema.archive_column(connection, table, name, plan.owners[table, column])
    for table in plan.tables:
        schema.archive_table(connection, table, plan.owners[table, ""])


def archive_external_ids(
    connection: Connection, addon: str, plan: UninstallPlan, kept: Collection[int], models: Collection[str]
) -> None:
    """Put aside the external ids of an addon whose records stay: in archived tables, or since others need them.

    Args:
        kept: rows whose record could not be deleted.
        models: models that are loaded; records of others could not be deleted either.
    """
    archived: list[int] = []
    gone: list[int] = []
    for row in addon_rows.read_external_ids(connection, addon):
        stays = row.model in plan.models or row.id in kept or row.model not in models
        (archived if stays and row.model not in (MODELS, FIELDS) else gone).append(row.id)
    addon_rows.archive_external_ids(connection, addon, archived)
    addon_rows.delete_external_ids(connection, gone)


def archive_gone(connection: Connection, gone: Gone, addon: str) -> list[Notice]:
    """After an upgrade, put aside the tables and columns of models and fields that are no more; says which."""
    told = []
    for model, name in gone.fields:
        table = table_name(model)
        if model in gone.models or not table_rows.has_column(connection, table, name):
            continue
        for column in (name, f"{name}_fold"):
            if table_rows.has_column(connection, table, column):
                schema.archive_column(connection, table, column, addon + OUTDATED)
        told.append(
            Notice(mark("{model}.{field} is no field any more; its column is archived."), model=model, field=name)
        )
    for table in (*map(table_name, gone.models), *gone.relations):
        if table_rows.has_table(connection, table):
            schema.archive_table(connection, table, addon + OUTDATED)
            told.append(Notice(mark("Table {table} is not used any more and is archived."), table=table))
    return told


def archives_of(connection: Connection, addon: str) -> list[Archive]:
    """All that was put aside for an addon, by removals and by upgrades."""
    return [*schema.list_archives(connection, addon), *schema.list_archives(connection, addon + OUTDATED)]
