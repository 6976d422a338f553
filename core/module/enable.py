"""Switches addons off and on: a disabled addon keeps its tables and records, and its code is not loaded."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import UserError
from core.kernel.i18n import mark
from core.module.graph import closure, dependants, in_order
from core.module.importer import import_addons
from core.module.operation import Operation, Outcome, ProgressCallback, run
from core.module.plan import names_of
from core.module.registries import Registries


def enable(
    registries: Registries, database: str, names: Sequence[str], *, progress: ProgressCallback | None = None
) -> Outcome:
    """Load disabled addons again, with what they need.

    Raises UserError when one is not installed or is broken; nothing has changed then.
    """

    def work(operation: Operation) -> None:
        shelf, rows = operation.shelf, operation.rows
        asked = [shelf.resolve(name) for name in names]
        _check_installed(operation, asked)
        needed = closure(shelf, asked)
        _check_installed(operation, sorted(needed))
        broken = import_addons(in_order(needed, shelf.depends()), shelf)
        for name, reason in broken.items():
            raise UserError("{addon} cannot be enabled: {reason}", addon=name, reason=reason)
        sleeping = [name for name in in_order(needed, shelf.depends()) if not rows[name].enabled]
        for name in sleeping:
            operation.set_addon(name, enabled=True, state="installed", message=None)
            operation.outcome.installed.append(name)
        if not sleeping:
            operation.say(mark("{addons}: enabled already."), addons=asked)
            return
        operation.total = 1
        operation.targets = set(needed)
        operation.use(operation.loaded | needed)

    return run(registries, database, f"Enabling {names_of(names)}", work, progress, retry=names)


def disable(
    registries: Registries, database: str, names: Sequence[str], *, progress: ProgressCallback | None = None
) -> Outcome:
    """No longer load addons, nor those that need them. Their tables and records stay as they are.

    Raises UserError for `base` or when one is not installed; nothing has changed then.
    """

    def work(operation: Operation) -> None:
        shelf, rows = operation.shelf, operation.rows
        asked = [name if name in rows else shelf.resolve(name) for name in names]
        if "base" in asked:
            raise UserError("base cannot be disabled: everything stands on it.")
        _check_installed(operation, asked)
        doomed = {*asked, *dependants(asked, shelf.depends(), operation.installed)}
        awake = sorted(name for name in doomed if rows[name].enabled)
        for name in awake:
            operation.set_addon(name, enabled=False)
            operation.outcome.removed.append(name)
        if not awake:
            operation.say(mark("{addons}: disabled already."), addons=asked)
            return
        operation.total = 1
        operation.use(operation.loaded)

    return run(registries, database, f"Disabling {names_of(names)}", work, progress)


def _check_installed(operation: Operation, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in operation.installed]
    if missing:
        raise UserError("{addons} is not installed.", addons=missing)
