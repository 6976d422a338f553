"""Removes addons: records are deleted, tables and columns archived, so that a reinstall brings them back."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.db import addon_rows, archived_links
from core.db.engine import begin
from core.errors import GrialError, UserError
from core.kernel.hookspecs import addon_uninstalled
from core.kernel.i18n import mark
from core.module import archives
from core.module.finder import find_addons
from core.module.importer import explained
from core.module.operation import Operation, Outcome, ProgressCallback, run
from core.module.plan import UninstallPlan, names_of, plan_uninstall
from core.module.records import remove_records
from core.module.reflect import forget_models
from core.module.registries import Registries

log = logging.getLogger(__name__)


def uninstall_plan(registries: Registries, database: str, names: Sequence[str]) -> UninstallPlan:
    """What removing these addons would take away; nothing is changed.

    Raises UnknownName for a name that neither the disk nor the database knows, UserError for `base`.
    """
    registry = registries.get(database)
    with begin(registry.engine, write=False) as connection:
        env = registry.env_on(connection, write=False)
        return plan_uninstall(connection, env, find_addons(), addon_rows.read_addons(connection), names)


def uninstall(
    registries: Registries,
    database: str,
    names: Sequence[str],
    *,
    dependants: bool = False,
    progress: ProgressCallback | None = None,
) -> Outcome:
    """Remove addons in one transaction.

    Args:
        names: addons; one that is not installed (any more) is left alone and said so.
        dependants: remove what needs them too. Without it the removal is refused when there is such an addon, unless
            it is a bridge, which came by itself and goes by itself.
        progress: called with steps done, steps in all and what comes next.

    Raises:
        UserError: others need the addons, or `base` is named.
        Busy: another change of addons is under way.
        In every case nothing has changed.
    """

    def work(operation: Operation) -> None:
        rows, shelf = operation.rows, operation.shelf
        env = operation.use(operation.loaded)
        plan = plan_uninstall(operation.connection, env, shelf, rows, names)
        for name in names:
            if not ({name, shelf.aliases.get(name, name)} & set(plan.addons)):
                operation.say(mark("{addon} is not installed."), addon=name)
        needing = [n for n in plan.dependants if n not in shelf.manifests or not shelf.manifests[n].auto_install]
        if needing and not dependants:
            raise UserError(
                "{needing} need {addons}. Uninstall them as well, or keep {addons}.",
                needing=needing,
                addons=[name for name in plan.addons if name not in plan.dependants],
            )
        if plan.addons:
            _remove(operation, plan)

    return run(registries, database, f"Uninstalling {names_of(names)}", work, progress)


def _say_goodbye(operation: Operation, name: str) -> None:
    """Let addons react; one whose reaction is broken must not become one that can never be removed."""
    try:
        with operation.env.tx.savepoint():
            operation.env.fire(addon_uninstalled, operation.env, name)
    except GrialError:
        raise
    except Exception as error:
        log.warning("a reaction to the removal of %s fails", name, exc_info=True)
        reason = explained(error, [manifest.folder for manifest in operation.shelf.manifests.values()])
        operation.say(
            mark("What an addon does when {addon} is removed has failed: {reason}"), addon=name, reason=reason
        )


def _remove(operation: Operation, plan: UninstallPlan) -> None:
    operation.total += 2 * len(plan.addons) + 2
    connection, env = operation.connection, operation.env
    for name in plan.addons:
        if name in env.registry.addons:
            _say_goodbye(operation, name)
    staying: set[str] = set()
    for name in plan.addons:
        operation.step(f"{name}: records")
        kept = remove_records(env.with_context(uninstall=True), name, plan.doomed[name])
        for row in plan.doomed[name]:
            if row.id in kept:
                staying.add(f"{name}.{row.name}")
                operation.say(mark("{record} stays: {reason}"), record=f"{name}.{row.name}", reason=kept[row.id])
        archives.archive_external_ids(connection, name, plan, kept, env.registry.models)
        env.tx.invalidate()
    archived_links.keep(connection, (link for link in plan.archived_links if not {link.name1, link.name2} & staying))
    operation.step("Models")
    forget_models(env, plan.models, plan.fields)
    for name in plan.addons:
        operation.set_addon(name, state="uninstalled", latest_version=None, demo=False, enabled=True, message=None)
        operation.outcome.removed.append(name)
    operation.use(operation.loaded)
    operation.step("Tables")
    archives.archive_plan(connection, plan)
