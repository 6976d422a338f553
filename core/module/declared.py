"""Migrations that nobody has to write, because the fields themselves say what has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.db import table_rows
from core.errors import UserError
from core.module.migration import LISTED, Migration
from core.module.reflect import bringers
from core.orm.fields.base import SOURCE_LANG
from core.orm.tables import is_mapped, table_name

if TYPE_CHECKING:
    from core.db.addon_rows import Connection
    from core.orm.fields.base import Field
    from core.orm.registry import Registry


def migrate_declared(registry: Registry, addons: Sequence[str], migrations: Mapping[str, Migration]) -> None:
    """Rename the columns of fields that tell an older name (`oldname`), and convert those of fields that have become
    translatable or company-dependent, or are so no more."""
    owners = bringers(registry)
    for info in registry.models.values():
        if not info.stored:
            continue
        owned = [bound for bound in info.columns if owners[info.name, bound.name] in addons]
        for bound in owned:
            migration = migrations[owners[info.name, bound.name]]
            if bound.oldname and not table_rows.has_column(migration.connection, info.table.name, bound.name):
                migration.rename_field(info.name, bound.oldname, bound.name)
        if not owned:
            continue
        connection = migrations[owners[info.name, owned[0].name]].connection
        found = table_rows.json_columns(connection, info.table.name)
        for bound in owned:
            if bound.name in found and bound.type != "json" and found[bound.name] != is_mapped(bound):
                convert = _to_mapped(connection, bound) if is_mapped(bound) else _from_mapped
                migrations[owners[info.name, bound.name]].convert(info.name, bound.name, convert)


def refuse_empty(registry: Registry, columns: Sequence[tuple[str, str]], connection: Connection) -> None:
    """Refuse an upgrade that adds a required field which neither a default nor a script has filled in.

    Raises UserError that names the field and some of the records.
    """
    added = set(columns)
    for info in registry.models.values():
        for bound in info.columns if info.stored else ():
            if not bound.required or (info.table.name, bound.name) not in added:
                continue
            records = table_rows.empty_records(connection, info.table.name, bound.name, LISTED)
            if records:
                raise UserError(
                    "{model}.{field} is required, and these records have nothing in it: {records}. "
                    "Give it a default, or fill it in a script post_*.py.",
                    model=info.name,
                    field=bound.name,
                    records=records,
                )


def _to_mapped(connection: Connection, bound: Field[Any, Any]) -> Callable[[Any], Any]:  # Any: a column's value
    """Keeps a plain value as the one of the source language, or of every company."""
    keys = [SOURCE_LANG]
    if bound.company_dependent:
        keys = [str(company) for company in table_rows.records(connection, table_name("res.company"))]
    return lambda value: dict.fromkeys(keys, value)


def _from_mapped(value: Any) -> Any:  # Any: as above
    """Keeps the value of the source language, or of the first company."""
    if not value:
        return None
    return value[SOURCE_LANG] if SOURCE_LANG in value else next(iter(value.values()))
