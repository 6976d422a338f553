"""Installs addons: what they need first, bridges after them, each with its tables, records and translations."""

from __future__ import annotations

from collections.abc import Sequence

from core.db import schema
from core.db.schema import SchemaChange
from core.errors import GrialError, UserError
from core.kernel.hookspecs import addon_installed
from core.kernel.i18n import mark
from core.module import archives, state, terms
from core.module.fill import fill_new_columns
from core.module.importer import import_addons
from core.module.links import restore_links
from core.module.operation import Operation, Outcome, ProgressCallback, run
from core.module.plan import InstallPlan, names_of, plan_install
from core.module.records import load_files
from core.module.reflect import reflect
from core.module.registries import Registries
from core.module.unsafe import tell_unsafe


def install(
    registries: Registries,
    database: str,
    names: Sequence[str],
    *,
    demo: bool | None = None,
    progress: ProgressCallback | None = None,
) -> Outcome:
    """Install addons and everything they need, in one transaction.

    Args:
        names: addons, also by an older name; one that is installed already is left alone and said so.
        demo: load demo data; None does as the database did for `base`.
        progress: called with steps done, steps in all and what comes next.

    Raises:
        UnknownName: there is no such addon.
        UserError: something it needs is missing or broken; the chain is named.
        DataFileError: a data file is wrong; file and line are named.
        Busy: another change of addons is under way.
        In every case nothing has changed.
    """

    def work(operation: Operation) -> None:
        plan = plan_install(operation.shelf, operation.rows, names)
        for name in plan.asked:
            if name in operation.installed:
                operation.say(mark("{addon} is installed already."), addon=name)
        base = operation.rows.get("base")
        add_addons(operation, plan, demo if demo is not None else base is not None and base.demo)

    return run(registries, database, f"Installing {names_of(names)}", work, progress, retry=names)


def add_addons(operation: Operation, plan: InstallPlan, demo: bool) -> None:
    """Install the addons of a plan, one after the other, each on a registry of what is there by then.

    So a database that got them all at once equals one that got them one by one.
    """
    if not plan.addons:
        return
    shelf = operation.shelf
    operation.total += sum(2 + len(shelf.manifests[name].data + shelf.manifests[name].demo) for name in plan.addons) + 1
    broken = import_addons(plan.addons, shelf)
    for name in plan.addons:
        if name in broken:
            raise UserError("{addon} cannot be installed: {reason}", addon=name, reason=broken[name])
    for name in plan.addons:
        _add(operation, name, demo)


def _add(operation: Operation, name: str, demo: bool) -> None:
    manifest = operation.shelf.manifests[name]
    operation.step(f"{name}: tables")
    tell_unsafe(operation, manifest)
    try:
        env = operation.use({*operation.loaded, name})
    except GrialError as error:
        raise UserError("{addon} cannot be installed: {reason}", addon=name, reason=error) from error
    restored = archives.restore(operation.connection, operation.registry, name)
    if restored:
        operation.say(mark("{addon}: the records of its earlier installation are back."), addon=name)
    changes = sync_tables(operation, [name])
    reflect(env, name)
    fill_new_columns(env, added_columns(changes), restored.columns)
    _, warnings = load_files(env, manifest, "update" if restored else "init", demo, operation.step)
    for warning in warnings:
        operation.say(warning)
    links = restore_links(env, name)
    if links:
        operation.say(
            mark("{addon}: {count} links to its records are back, as memberships of groups."), addon=name, count=links
        )
    operation.step(f"{name}: translations")
    terms.translate_records(env, [name])
    env.flush()
    if name not in operation.rows:
        state.update_list(env, operation.shelf)
    operation.set_addon(name, state="installed", latest_version=manifest.version, demo=demo, enabled=True, message=None)
    env.tx.invalidate()
    env.fire(addon_installed, env, name)
    operation.flush()
    operation.outcome.installed.append(name)


def sync_tables(operation: Operation, addons: Sequence[str]) -> list[SchemaChange]:
    """Make the tables of these addons as the registry in use wants them; links that lead nowhere are told of."""
    tables = [table for addon in addons for table in operation.registry.owned_tables(addon)]
    whole = operation.installed <= set(operation.registry.addons)
    changes = schema.sync(operation.connection, operation.registry.metadata, tables, drop_rules=whole)
    for change in changes:
        if change.kind == "dangling":
            operation.say(
                mark("Links of {table}.{column} to records that are gone were emptied: {detail}."),
                table=change.table,
                column=change.name,
                detail=change.detail,
            )
    return changes


def added_columns(changes: Sequence[SchemaChange]) -> list[tuple[str, str]]:
    """The columns that a sync has added to tables that were there before, as (table, column)."""
    return [(change.table, change.name) for change in changes if change.kind == "column" and not change.detail]
