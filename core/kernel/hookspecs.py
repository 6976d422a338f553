"""Core's own hooks: what happens to a database and to its addons. For a record, an addon overrides the model instead.

The arguments are `Any` because the kernel stands below their types; implementations write `Env` and `Registry`.
"""

from __future__ import annotations

from typing import Any

from core.kernel.hooks import hookspec


@hookspec
def database_created(env: Any) -> None:  # Any: an Env
    """A database has been created and its first addons are installed; runs before the first person logs in."""


@hookspec
def registry_loaded(registry: Any) -> None:  # Any: a Registry
    """A process has put the models of a database together: at its start, and after addons were installed or removed.

    No transaction is open, and nothing may be written; prepare what the process keeps in memory.
    """


@hookspec
def addon_installed(env: Any, name: str) -> None:  # Any: an Env
    """An addon has been installed, with its data, in the transaction that is still open."""


@hookspec
def addon_upgraded(env: Any, name: str, old_version: str) -> None:  # Any: an Env
    """An addon has been upgraded from an older version, in the transaction that is still open."""


@hookspec
def addon_uninstalled(env: Any, name: str) -> None:  # Any: an Env
    """An addon is about to be uninstalled; its records can still be read."""
