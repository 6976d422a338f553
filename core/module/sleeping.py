"""Keeps the records that addons need which are installed but not loaded: disabled ones, and broken ones.

Their rows and links stay in the database, so that it refuses such a deletion at the end of the transaction, without
a word of who needs what. Here it is refused at once, with the name of the addon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from core.db import addon_rows, found, table_rows
from core.errors import ValidationError
from core.module.base_models import FIELDS
from core.module.reflect import field_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.db.addon_rows import AddonRow, Connection
    from core.orm.model import Model
    from core.orm.registry import Registry


@dataclass(frozen=True, slots=True)
class SleepingLink:
    """A column whose rows need another record, of an addon that is not loaded."""

    table: str
    column: str
    addon: str
    enabled: bool


_links: WeakKeyDictionary[Registry, Mapping[str, Sequence[SleepingLink]]] = WeakKeyDictionary()


def refuse_needed(records: Model) -> None:
    """Refuse to delete what rows of an addon that is not loaded need.

    Raises:
        ValidationError: naming the addon, and what to do.
    """
    env, table = records.env, records._info.table
    links = _links.get(env.registry)
    if links is None:
        links = _links[env.registry] = _find(env.tx.connection, env.registry)
    for link in links.get(table.name, ()):
        needed = table_rows.referenced(env.tx.connection, link.table, link.column, records.ids)
        if needed:
            record = records.browse(needed[:1]).display_name
            if link.enabled:
                raise ValidationError(
                    "Records of the addon {addon}, which is broken, still use {record}. Archive it instead, or delete "
                    "it when the addon works again or is uninstalled.", addon=link.addon, record=record,
                )  # fmt: skip
            raise ValidationError(
                "Records of the addon {addon}, which is disabled, still use {record}. Archive it instead, or enable "
                "the addon and change them, or uninstall the addon.", addon=link.addon, record=record,
            )  # fmt: skip


def _find(connection: Connection, registry: Registry) -> dict[str, list[SleepingLink]]:
    """By the table that is linked to, the links that refuse a deletion and that no loaded addon knows."""
    rows = addon_rows.read_addons(connection) if addon_rows.exists(connection) else {}
    asleep = [row for row in rows.values() if row.installed and row.name not in registry.addons]
    links: dict[str, list[SleepingLink]] = {}
    if not asleep:
        return links
    owners = _owners(connection, asleep)
    known = registry.metadata.tables
    for name, shape in found.find_tables(connection).items():
        for key in shape.foreign_keys:
            column = key.columns[0]
            if key.ondelete or (name in known and column in known[name].c):
                continue
            owner = owners.get(field_id(name, column)) or owners.get(field_id(name, column, "__"))
            if owner is not None:
                links.setdefault(key.target, []).append(SleepingLink(name, column, owner.name, owner.enabled))
    return links


def _owners(connection: Connection, addons: Sequence[AddonRow]) -> dict[str, AddonRow]:
    """The addon of each field, by the external id of the field without its addon."""
    return {
        row.name: addon for addon in addons for row in addon_rows.read_external_ids(connection, addon.name, [FIELDS])
    }
