"""`grial addon`: lists, installs, upgrades and removes the addons of a database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from core.cli.options import confirm, database_option, json_option, registries, settings_options, yes_option
from core.cli.output import ProgressCallback, progress, show_json, show_rows
from core.cli.suggesting import Group
from core.errors import UserError

if TYPE_CHECKING:
    from core.module.operation import Outcome
    from core.module.plan import UninstallPlan
    from core.module.registries import Registries

COLUMNS = ["name", "state", "version", "available", "enabled", "summary", "message"]


@click.group(cls=Group, short_help="List, install, upgrade and uninstall addons.")
def command() -> None:
    """List, install, upgrade, uninstall, enable and disable the addons of a database."""


@command.command("list")
@click.option("-d", "--database", metavar="DB", help="What this database has of them; otherwise what is on disk.")
@json_option
@settings_options
def list_addons(database: str | None, as_json: bool) -> None:
    """List the addons: on disk, and with -d also their state in a database."""
    from core.db import addon_rows
    from core.db.engine import begin
    from core.module.finder import find_addons
    from core.module.loading import left_out

    found = registries()
    rows: dict[str, dict[str, object]] = {}
    shelf = find_addons()
    for name, manifest in shelf.manifests.items():
        rows[name] = {"name": name, "available": manifest.version, "summary": manifest.summary or manifest.name}
    for name, problem in shelf.broken.items():
        rows[name] = {"name": name, "state": "broken", "message": str(problem)}
    if database:
        registry = found.get(database)
        reasons = left_out(registry)
        with begin(registry.engine, write=False) as connection:
            for name, row in addon_rows.read_addons(connection).items():
                state, message = row.state, row.message
                if row.installed and row.enabled:  # as it is here, whatever the server has noted
                    works = name in registry.addons
                    state, message = ("installed", "") if works else ("broken", str(reasons.get(name, "")))
                rows.setdefault(name, {"name": name}).update(
                    state=state, version=row.version, enabled=row.enabled, message=message
                )
    columns = COLUMNS if database else ["name", "available", "state", "summary", "message"]
    show_rows([rows[name] for name in sorted(rows)], columns, as_json, "There is no addon.")


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--demo/--no-demo", default=None, help="With demo data; otherwise as the database was made.")
@json_option
@database_option
def install(database: str, names: tuple[str, ...], demo: bool | None, as_json: bool) -> None:
    """Install addons and everything they need."""
    from core.module.install import install as work

    found = opened(database)
    outcome = _change(lambda step: work(found, database, names, demo=demo, progress=step), as_json)
    path = (click.get_current_context().find_object(dict) or {}).get("addons_path")
    if path and outcome.installed:
        click.echo(
            f"Servers that run on {database} need the same --addons-path {path} (or GRIAL_ADDONS_PATH={path}); "
            f"one that was started without it cannot find what is only there, and calls it broken.",
            err=True,
        )


@command.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--dry-run", is_flag=True, help="Try it and undo it: show what would change, and views that would break.")
@json_option
@database_option
@click.pass_context
def upgrade(ctx: click.Context, database: str, names: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Upgrade addons, with all that depend on them; without a NAME those whose files are newer.

    Nothing is changed when a view of them would not work: each is listed, with the place that it may be moved to. With
    --dry-run the exit code is then 1.
    """
    from core.module.upgrade import upgrade as work

    found = registries()
    with suppress(UserError):  # some cannot be opened before they are upgraded
        found.get(database)
    if dry_run:
        ctx.exit(_try(lambda step: work(found, database, names, progress=step, trial=True), as_json))
    _change(lambda step: work(found, database, names, progress=step), as_json)


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and change nothing.")
@click.option("--with-dependants", is_flag=True, help="Remove the addons that need them too.")
@yes_option
@json_option
@database_option
def uninstall(
    database: str, names: tuple[str, ...], dry_run: bool, with_dependants: bool, yes: bool, as_json: bool
) -> None:
    """Uninstall addons. Their tables are archived, and come back when they are installed again."""
    from core.module.uninstall import uninstall as work
    from core.module.uninstall import uninstall_plan

    found = registries()
    plan = uninstall_plan(found, database, names)
    if dry_run and as_json:
        show_json(plan_facts(plan))
        return
    if not as_json:
        for line in plan_lines(plan):
            click.echo(line)
    if dry_run:
        return
    if plan.addons:
        confirm("Uninstall?", yes)
    _change(lambda step: work(found, database, names, dependants=with_dependants, progress=step), as_json)


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@json_option
@database_option
def enable(database: str, names: tuple[str, ...], as_json: bool) -> None:
    """Load disabled addons again."""
    from core.module.enable import enable as work

    found = opened(database)
    _change(lambda step: work(found, database, names, progress=step), as_json, added="Enabled")


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@json_option
@database_option
def disable(database: str, names: tuple[str, ...], as_json: bool) -> None:
    """Stop loading addons; their tables and records stay as they are."""
    from core.module.enable import disable as work

    found = opened(database)
    _change(lambda step: work(found, database, names, progress=step), as_json, taken="Disabled")


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--dry-run", is_flag=True, help="Show what would be deleted, and change nothing.")
@yes_option
@json_option
@database_option
def purge(database: str, names: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool) -> None:
    """Delete for good what uninstalled addons left in archives."""
    from core.module.finder import find_addons
    from core.module.purge import purge as work
    from core.module.purge import purge_plan

    found = registries()
    plan = purge_plan(found, database, names)
    if not plan:
        for name in names:
            find_addons().resolve(name)
    rows = [{"addon": p.addon, "table": p.table, "column": p.column, "rows": p.rows} for p in plan]
    show_rows(rows, ["addon", "table", "column", "rows"], as_json, "There is nothing to delete.")
    if dry_run or not plan:
        return
    confirm("Delete all this for good?", yes)
    with progress() as step:
        work(found, database, names, progress=step)
    if not as_json:
        click.echo("Deleted.")


def opened(database: str) -> Registries:
    """The databases of this run, with the addons of this one loaded: others are added to what is there.

    Raises UnknownName when there is no such database.
    """
    found = registries()
    found.get(database)
    return found


def plan_facts(plan: UninstallPlan) -> dict[str, Any]:  # Any: JSON
    """What an uninstallation would take away, for programs."""
    return {
        "addons": list(plan.addons),
        "dependants": list(plan.dependants),
        "models": plan.models,
        "tables": plan.tables,
        "columns": {f"{table}.{column}": filled for (table, column), filled in plan.columns.items()},
        "records": plan.records,
        "links": plan.links,
        "lost": plan.lost,
    }


def plan_lines(plan: UninstallPlan) -> list[str]:
    """What an uninstallation would take away, for people."""
    if not plan.addons:
        return ["Nothing of this is installed."]
    lines = [f"Addons to uninstall: {', '.join(plan.addons)}"]
    if plan.dependants:
        lines.append(f"  of these, because they need the others: {', '.join(plan.dependants)}")
    lines += [f"Table to archive: {table} ({count} rows)" for table, count in sorted(plan.tables.items())]
    lines += [
        f"Column to archive: {table}.{column} ({filled} values)"
        for (table, column), filled in sorted(plan.columns.items())
    ]
    lines += [
        f"Records to delete: {count} of {model}; they come back as the addon ships them, without what was changed"
        for model, count in sorted(plan.records.items())
    ]
    lines += [f"Links to archive: {count} in {table}" for table, count in sorted(plan.links.items())]
    lines += [
        f"Deleted with them, and not coming back: {count} of {model}" for model, count in sorted(plan.lost.items())
    ]
    return lines


def _try(work: Callable[[ProgressCallback], Outcome], as_json: bool) -> int:
    """Do it on trial, and tell what would have been done; gives the exit code."""
    with progress() as step:
        outcome = work(step)
    if as_json:
        facts = {"upgraded": outcome.upgraded, "installed": outcome.installed, "messages": outcome.messages}
        show_json({**facts, "faults": [asdict(fault) for fault in outcome.faults]})
        return int(bool(outcome.faults))
    for message in outcome.messages:
        click.echo(message)
    for verb, names in (("install", outcome.installed), ("upgrade", outcome.upgraded)):
        if names:
            click.echo(f"This would {verb} {', '.join(names)}.")
    for fault in outcome.faults:
        click.echo(fault)
    if outcome.faults:
        click.echo(f"It will be refused until these views are mended ({len(outcome.faults)}).")
    return int(bool(outcome.faults))


def _change(
    work: Callable[[ProgressCallback], Outcome], as_json: bool, added: str = "Installed", taken: str = "Uninstalled"
) -> Outcome:
    """Do it with a bar, and tell what was done to which addons."""
    with progress() as step:
        outcome = work(step)
    if as_json:
        show_json(
            {
                "installed": outcome.installed,
                "upgraded": outcome.upgraded,
                "removed": outcome.removed,
                "messages": outcome.messages,
            }
        )
        return outcome
    for message in outcome.messages:
        click.echo(message)
    for verb, names in ((added, outcome.installed), ("Upgraded", outcome.upgraded), (taken, outcome.removed)):
        if names:
            click.echo(f"{verb} {', '.join(names)}.")
    return outcome
