"""Upgrades addons: migrations before, tables, data files, records no longer shipped, migrations after."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import UserError
from core.kernel.hookspecs import addon_upgraded
from core.kernel.i18n import mark
from core.module import archives, state, terms
from core.module.declared import migrate_declared, refuse_empty
from core.module.fill import fill_new_columns
from core.module.graph import bridges, closure, dependants, in_order
from core.module.install import add_addons, added_columns, sync_tables
from core.module.migration import Migration
from core.module.operation import Operation, Outcome, ProgressCallback, run
from core.module.plan import InstallPlan, names_of
from core.module.records import load_files, remove_unshipped
from core.module.references import follow_renames
from core.module.reflect import reflect
from core.module.registries import Registries
from core.module.scripts import run_scripts
from core.module.unsafe import tell_unsafe


def upgrade(
    registries: Registries,
    database: str,
    names: Sequence[str] = (),
    *,
    progress: ProgressCallback | None = None,
    trial: bool = False,
) -> Outcome:
    """Bring addons to the version of their files, with all that depend on them, in one transaction.

    Args:
        names: installed addons; none stands for all whose files are newer than the database.
        progress: called with steps done, steps in all and what comes next.
        trial: undo everything at the end; the outcome has the views that would not work among its `faults`.

    Raises:
        UserError: an addon is not installed, is broken, or its files are older than the database.
        ValidationError: a migration found values that cannot be converted; they are listed.
        DataFileError, Busy: as `install`.
        In every case nothing has changed.
    """

    def work(operation: Operation) -> None:
        shelf, rows = operation.shelf, operation.rows
        asked = [shelf.resolve(name) for name in names] or state.outdated(shelf, rows)
        if not asked:
            operation.say(mark("Everything is up to date."))
            return
        for name in asked:
            if name not in operation.installed:
                raise UserError("{addon} is not installed.", addon=name)
            if not rows[name].enabled:
                raise UserError("{addons} must be enabled first.", addons=[name])
        operation.expect(closure(shelf, asked) - operation.installed)
        for name in asked:
            if name in operation.broken:
                raise UserError("{addon} cannot be upgraded: {reason}", addon=name, reason=operation.broken[name])
        sound = {name for name in operation.loaded if rows[name].state != "broken"}
        wanted = {*asked, *dependants(asked, shelf.depends(), sound)}
        needed = closure(shelf, wanted)
        operation.targets = set(wanted)
        _install_needed(operation, needed, wanted)
        _upgrade(operation, [name for name in in_order(needed, shelf.depends()) if name in wanted])

    return run(registries, database, f"Upgrading {names_of(names) or 'addons'}", work, progress, names, trial)


def _install_needed(operation: Operation, needed: set[str], wanted: set[str]) -> None:
    """Install what newer versions need and the database has not, on a registry without the addons to be upgraded."""
    new = needed - operation.installed
    if not new:
        return
    shelf = operation.shelf
    new |= bridges(shelf, operation.installed - wanted, new)
    order = [name for name in in_order(operation.loaded | new, shelf.depends()) if name in new]
    operation.asleep = set(wanted)
    add_addons(operation, InstallPlan(tuple(order), (), tuple(order)), operation.rows["base"].demo)
    operation.asleep = set()


def _upgrade(operation: Operation, order: Sequence[str]) -> None:
    shelf, rows, connection = operation.shelf, operation.rows, operation.connection
    operation.total += 2 + sum(2 + len(shelf.manifests[name].data + shelf.manifests[name].demo) for name in order)
    migrations = {
        name: Migration(connection, name, rows[name].version, shelf.manifests[name].version) for name in order
    }
    operation.step("Migrations before")
    for name in order:
        run_scripts(shelf.manifests[name], migrations[name], "pre")
    operation.step("Tables")
    env = operation.use(operation.loaded)
    migrate_declared(operation.registry, order, migrations)
    changes = sync_tables(operation, order)
    for name, gone in [(name, reflect(env, name)) for name in order]:
        for line in archives.archive_gone(connection, gone, name):
            operation.say(line)
    for name in order:
        follow_renames(env, migrations[name])
        migrations[name].open(env)
    fill_new_columns(env, added_columns(changes))
    for name in order:
        _load(operation, name, migrations[name])
    refuse_empty(operation.registry, added_columns(changes), connection)
    state.update_list(env, shelf)


def _load(operation: Operation, name: str, migration: Migration) -> None:
    env, manifest, row = operation.env, operation.shelf.manifests[name], operation.rows[name]
    xmlids, warnings = load_files(env, manifest, "update", row.demo, operation.step)
    for line in [*warnings, *remove_unshipped(env, name, xmlids)]:
        operation.say(line)
    tell_unsafe(operation, manifest)
    operation.step(f"{name}: migrations after")
    run_scripts(manifest, migration, "post")
    env.flush()
    operation.step(f"{name}: translations")
    terms.translate_records(env, [name])
    env.flush()
    operation.set_addon(name, state="installed", latest_version=manifest.version, message=None)
    env.tx.invalidate()
    env.fire(addon_upgraded, env, name, row.version)
    operation.flush()
    operation.outcome.upgraded.append(name)
