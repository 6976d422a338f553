"""Works out what an installation or a removal would do, before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.db import addon_rows, table_rows
from core.db.addon_rows import AddonRow, Connection, ExternalId
from core.db.archived_links import ArchivedLink
from core.errors import UserError
from core.module.base_models import FIELDS, MODELS, table_of
from core.module.finder import Shelf, missing_libraries
from core.module.graph import bridges, closure, dependants, in_order
from core.module.links import Going, find_links, find_lost
from core.orm.tables import table_name

if TYPE_CHECKING:
    from core.orm.env import Env


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """What an installation adds, in the order it is done.

    Attributes:
        addons: everything new, in graph order.
        asked: those of them that were named.
        bridges: those that come by themselves because all they need is there.
    """

    addons: tuple[str, ...]
    asked: tuple[str, ...]
    bridges: tuple[str, ...]


@dataclass(slots=True)
class UninstallPlan:
    """What a removal takes away. Tables and columns are archived, and come back when the addon does.

    Attributes:
        addons: what is removed, dependants first.
        dependants: those of them that nobody named and that need one of the others.
        models: models that go.
        tables: tables to archive, with their rows.
        columns: columns to archive as (table, column), with the rows that have a value in them.
        records: how many records of other models are deleted, by model; they come back as the addon ships them.
        links: how many links to those are put aside and come back, by table: memberships of groups, say.
        lost: how many records of people go with all this and do not come back, by model.
    """

    addons: tuple[str, ...]
    dependants: tuple[str, ...] = ()
    models: list[str] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    columns: dict[tuple[str, str], int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    owners: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    doomed: dict[str, list[ExternalId]] = field(default_factory=dict, repr=False)
    archived_links: list[ArchivedLink] = field(default_factory=list, repr=False)
    fields: list[tuple[str, str]] = field(default_factory=list, repr=False)

    @property
    def deleted(self) -> Counter[str]:
        """How many records are deleted, the addon's and people's, by model."""
        return Counter(self.records) + Counter(self.lost)

    @property
    def rows(self) -> int:
        """How many rows are archived."""
        return sum(self.tables.values())


def plan_install(shelf: Shelf, rows: Mapping[str, AddonRow], names: Sequence[str]) -> InstallPlan:
    """What installing `names` adds to a database.

    Raises:
        UnknownName: there is no such addon.
        UserError: an addon or something it needs is broken, missing or not installable; the chain is named.
    """
    asked = [shelf.resolve(name) for name in names]
    installed = {name for name, row in rows.items() if row.installed}
    needed = closure(shelf, asked)
    asleep = sorted(name for name in needed & installed if not rows[name].enabled)
    if asleep:
        raise UserError("{addons} must be enabled first.", addons=asleep)
    new = needed - installed
    joined = bridges(shelf, installed, new) if new else set()
    joined = {name for name in joined if not missing_libraries(shelf.manifests[name])}
    new |= joined
    for name in sorted(new):
        missing = missing_libraries(shelf.manifests[name])
        if missing:
            raise UserError(
                "{addon} needs Python packages that are not here: {packages}.", addon=name, packages=missing
            )
    order = [name for name in in_order(needed | new | installed & set(shelf.manifests), shelf.depends()) if name in new]
    return InstallPlan(tuple(order), tuple(asked), tuple(name for name in order if name in joined))


def plan_uninstall(
    connection: Connection, env: Env, shelf: Shelf, rows: Mapping[str, AddonRow], names: Sequence[str]
) -> UninstallPlan:
    """What removing `names` and all that needs them takes away. Reads only, and knows broken addons too.

    Raises UserError for `base`; UnknownName for an addon that neither disk nor database knows.
    """
    asked = [name if name in rows else shelf.resolve(name) for name in names]
    if "base" in asked:
        raise UserError("base cannot be uninstalled: everything stands on it.")
    installed = {name for name, row in rows.items() if row.installed}
    asked = [name for name in dict.fromkeys(asked) if name in installed]
    depends = shelf.depends()
    needing = dependants(asked, depends, installed) if asked else set()
    doomed = {*asked, *needing}
    known = [name for name in in_order(installed & set(depends), depends) if name in doomed]
    order = [*reversed(known), *sorted(doomed - set(known))]
    plan = UninstallPlan(tuple(order), tuple(name for name in order if name in needing))
    if order:
        _add_models(connection, env, plan)
        _add_fields(connection, env, plan)
        _add_records(connection, env, plan)
    return plan


def _generated(connection: Connection, plan: UninstallPlan, model: str) -> dict[int, str]:
    """Ids of the rows of `model` that only the addons of the plan brought, with the one that others build on."""
    brought: dict[int, set[str]] = {}
    for addon in plan.addons:
        for row in addon_rows.read_external_ids(connection, addon, (model,)):
            brought.setdefault(row.record, set()).add(addon)
    staying = addon_rows.owners(connection, model, brought)
    order = list(reversed(plan.addons))
    return {
        record: min(addons, key=order.index)
        for record, addons in brought.items()
        if staying.get(record, set()) <= set(plan.addons)
    }


def _add_models(connection: Connection, env: Env, plan: UninstallPlan) -> None:
    ids = _generated(connection, plan, MODELS)
    for row in table_of(env, MODELS).browse(sorted(ids)).exists():
        plan.models.append(row.model)
        if table_rows.has_table(connection, table_name(row.model)):
            plan.tables[table_name(row.model)] = table_rows.count_rows(connection, table_name(row.model))
            plan.owners[table_name(row.model), ""] = ids[row.id]
    plan.models.sort()


def _add_fields(connection: Connection, env: Env, plan: UninstallPlan) -> None:
    ids = _generated(connection, plan, FIELDS)
    relations: dict[str, bool] = {}
    for row in table_of(env, FIELDS).browse(sorted(ids)).exists():
        plan.fields.append((row.model, row.name))
        if row.relation_table:
            relations[row.relation_table] = True
            plan.owners[row.relation_table, ""] = ids[row.id]
        elif row.model not in plan.models and table_rows.has_column(connection, table_name(row.model), row.name):
            filled = table_rows.count_filled(connection, table_name(row.model), row.name)
            plan.columns[table_name(row.model), row.name] = filled
            plan.owners[table_name(row.model), row.name] = ids[row.id]
    doomed = set(plan.fields)
    if relations:
        for row in table_of(env, FIELDS).search([("relation_table", "in", sorted(relations))]):
            if (row.model, row.name) not in doomed and row.model not in plan.models:
                relations[row.relation_table] = False
    for table in (table for table, goes in relations.items() if goes):
        if table_rows.has_table(connection, table):
            plan.tables[table] = table_rows.count_rows(connection, table)


def _add_records(connection: Connection, env: Env, plan: UninstallPlan) -> None:
    """Records that are deleted: those of models that stay and that no other addon names."""
    for addon in plan.addons:
        rows = [
            row
            for row in addon_rows.read_external_ids(connection, addon)
            if row.model not in plan.models and row.model not in (MODELS, FIELDS)
        ]
        plan.doomed[addon] = rows
    every = [row for rows in plan.doomed.values() for row in rows]
    going: Going = {}
    for model in {row.model for row in every}:
        owners = addon_rows.owners(connection, model, {row.record for row in every if row.model == model})
        names = {row.record: f"{row.module}.{row.name}" for row in every if row.model == model}
        going[model] = {record: names[record] for record, of in owners.items() if of <= set(plan.addons)}
        if going[model]:
            plan.records[model] = len(going[model])
    plan.archived_links = find_links(connection, env.registry, going)
    plan.links = dict(Counter(link.table for link in plan.archived_links))
    leaving = {row.id: row.model for row in table_of(env, MODELS).search([("model", "in", plan.models)])}
    plan.lost = find_lost(connection, env.registry, going, leaving)


def names_of(addons: Collection[str]) -> str:
    """Addons in a title, the rest counted: `crm, sale and 3 more`."""
    listed = list(addons)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
