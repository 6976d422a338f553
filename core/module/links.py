"""Links of what stays to the records that a removal deletes: kept aside, and written again when the addon is back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from core.db import addon_rows, archived_links, table_rows
from core.db.archived_links import ArchivedLink
from core.module.base_models import FIELDS, MODELS
from core.orm.tables import table_name

if TYPE_CHECKING:
    from core.db.addon_rows import Connection
    from core.orm.env import Env
    from core.orm.registry import Registry

Going = dict[str, dict[int, str]]
"""By model, the records that a removal deletes, with their external ids."""


def find_links(connection: Connection, registry: Registry, going: Going) -> list[ArchivedLink]:
    """The links that would be lost with records: memberships of groups, and single links that would be emptied."""
    found: list[ArchivedLink] = []
    for table, column1, model1, column2, model2 in sorted(_relations(registry)):
        here, there = going.get(model1, {}), going.get(model2, {})
        if (not here and not there) or not table_rows.has_table(connection, table):
            continue
        found += [
            ArchivedLink(table, column1, left, here.get(left, ""), column2, right, there.get(right, ""))
            for left, right in sorted(archived_links.pairs(connection, table, column1, column2, here, there))
        ]
    for model, table, column, target in _links_to(registry, going, "set null"):
        there, own = going[target], going.get(model, {})
        found += [
            ArchivedLink(table, "id", row, "", column, right, there[right])
            for row, right in sorted(archived_links.pairs(connection, table, "id", column, (), there))
            if row not in own
        ]
    return found


def find_lost(connection: Connection, registry: Registry, going: Going, models: dict[int, str]) -> dict[str, int]:
    """How many records of people go with those of the addon and do not come back, by model.

    Args:
        models: the models that go, by id: rights and rules that people made for them go as well.
    """
    gone = {model: set(rows) for model, rows in going.items()}
    gone[MODELS] = set(models)
    new = {model: set(rows) for model, rows in gone.items()}
    lost: dict[str, int] = {}
    leaving = set(models.values())
    while new:
        following: dict[str, set[int]] = {}
        for model, table, column, target in _links_to(registry, new, "cascade"):
            if model in leaving or model in (MODELS, FIELDS):
                continue
            rows = {row for row, _ in archived_links.pairs(connection, table, "id", column, (), new[target])}
            rows -= gone.setdefault(model, set())
            if rows:
                gone[model] |= rows
                following.setdefault(model, set()).update(rows)
                lost[model] = lost.get(model, 0) + len(rows)
        new = following
    return lost


def restore_links(env: Env, addon: str) -> int:
    """Write the links to the records of an addon again that its removal had put aside; gives how many.

    Those to records of another addon that is still away wait for it.
    """
    connection, tables = env.tx.connection, env.registry.metadata.tables
    known: dict[str, dict[str, tuple[str, int]]] = {}
    done: list[ArchivedLink] = []
    written = 0
    for link in archived_links.kept(connection, addon):
        waiting = False
        ends: list[int] = []
        for column, name, record in (
            (link.column1, link.name1, link.record1),
            (link.column2, link.name2, link.record2),
        ):
            module, _, rest = name.partition(".")
            if name and module not in known:
                known[module] = {
                    row.name: (table_name(row.model), row.record)
                    for row in addon_rows.read_external_ids(connection, module)
                }
            waiting = waiting or (bool(name) and module != addon and not known[module])
            target = _target(tables, link.table, column)
            place, there = known[module].get(rest, ("", 0)) if name else (target, record)
            if place == target and table_rows.existing_records(connection, target, [there]):
                ends.append(there)
        if len(ends) == 2:
            archived_links.restore(connection, link, *ends)
            written += 1
        if not waiting:
            done.append(link)
    archived_links.forget(connection, done)
    if written:
        env.tx.invalidate()
    return written


def _target(tables: Mapping[str, Any], table: str, column: str) -> str:
    """The table that a column links to; "" for one that is no more."""
    found = tables.get(table)
    if found is None or column not in found.c:
        return ""
    if column == "id":
        return table
    return next((key.column.table.name for key in found.c[column].foreign_keys), "")


def _relations(registry: Registry) -> set[tuple[str, str, str, str, str]]:
    """Every table of a many2many once: table, column, model, other column, other model."""
    seen: dict[str, tuple[str, str, str, str, str]] = {}
    for info in registry.models.values():
        for bound in info.fields.values():
            if info.stored and bound.type == "many2many" and hasattr(bound, "names"):
                table, column1, column2 = bound.names()
                if table in registry.metadata.tables:
                    seen.setdefault(table, (table, column1, bound.model, column2, str(bound.comodel)))  # type: ignore[attr-defined]  # of a link
    return set(seen.values())


def _links_to(registry: Registry, targets: Collection[str], ondelete: str) -> Iterator[tuple[str, str, str, str]]:
    """The many2one columns that lead to models: model, table, column, model it leads to."""
    for model, info in sorted(registry.models.items()):
        for bound in info.columns if info.stored else ():
            if bound.type != "many2one" or bound.mapped:
                continue
            target = str(bound.comodel)  # type: ignore[attr-defined]  # of a link
            if target in targets and bound.ondelete == ondelete:  # type: ignore[attr-defined]  # of a link
                yield model, info.table.name, bound.name, target
