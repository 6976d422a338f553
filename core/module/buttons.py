"""Changes of addons asked for inside a request: they begin when the request's own transaction has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.module.enable import disable, enable
from core.module.install import install
from core.module.plan import UninstallPlan
from core.module.registries import Registries, home_of
from core.module.uninstall import uninstall, uninstall_plan
from core.module.upgrade import upgrade

if TYPE_CHECKING:
    from core.module.operation import Outcome
    from core.orm.env import Env

Change = Callable[[Registries, str], "Outcome"]
Then = Callable[["Outcome"], None]


def install_after(env: Env, names: Sequence[str], then: Then | None = None, *, demo: bool | None = None) -> None:
    """Install addons once the request's transaction has been committed; its caller waits, and gets any refusal.

    `then` is told what was done, while the answer to the caller can still be changed.
    """
    _after(env, lambda home, database: install(home, database, names, demo=demo), then)


def upgrade_after(env: Env, names: Sequence[str], then: Then | None = None) -> None:
    """Upgrade addons, as `install_after`."""
    _after(env, lambda home, database: upgrade(home, database, names), then)


def try_upgrade_after(env: Env, names: Sequence[str], then: Then | None = None) -> None:
    """Find out what an upgrade would do, as `install_after`; nothing is changed."""
    _after(env, lambda home, database: upgrade(home, database, names, trial=True), then)


def uninstall_after(env: Env, names: Sequence[str], then: Then | None = None, *, dependants: bool = True) -> None:
    """Remove addons, as `install_after`. Whoever presses the button has been shown the plan with the dependants."""
    _after(env, lambda home, database: uninstall(home, database, names, dependants=dependants), then)


def enable_after(env: Env, names: Sequence[str], then: Then | None = None) -> None:
    """Enable addons, as `install_after`."""
    _after(env, lambda home, database: enable(home, database, names), then)


def disable_after(env: Env, names: Sequence[str], then: Then | None = None) -> None:
    """Disable addons, as `install_after`."""
    _after(env, lambda home, database: disable(home, database, names), then)


def plan_for(env: Env, names: Sequence[str]) -> UninstallPlan:
    """What removing these addons would take away, for the person to read before he agrees."""
    return uninstall_plan(home_of(env.registry), env.registry.name, names)


def _after(env: Env, change: Change, then: Then | None) -> None:
    home, database = home_of(env.registry), env.registry.name

    def act() -> None:
        outcome = change(home, database)
        if then is not None:
            then(outcome)

    env.on_commit(act)
