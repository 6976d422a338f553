"""The options that many commands share, and the settings and the databases that they name."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from core.kernel.config import Settings
    from core.module.registries import Registries

Command = TypeVar("Command", bound=Callable[..., Any])


def _remember(ctx: click.Context, option: click.Parameter, value: Any) -> None:  # Any: each option has its own type
    """Keep what the command line says about a setting, for `settings` to pick up; the last word wins."""
    if value is not None and option.name is not None:
        ctx.ensure_object(dict)[option.name] = value


def settings_options(command: Command) -> Command:
    """Accept --database-url and --addons-path; understood before and after the name of a command."""
    for option in (
        click.option(
            "--addons-path",
            metavar="FOLDERS",
            help=f"More folders with addons, separated by {os.pathsep!r}.",
            expose_value=False,
            callback=_remember,
        ),
        click.option(
            "--database-url",
            metavar="URL",
            help="The PostgreSQL server. Without it: SQLite files in GRIAL_DATA_DIR (./data).",
            expose_value=False,
            callback=_remember,
        ),
    ):
        command = option(command)
    return command


def database_option(command: Command) -> Command:
    """Require -d DB, and accept the options that say where it is."""
    return settings_options(
        click.option("-d", "--database", metavar="DB", required=True, help="The database to work on.")(command)
    )


json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def settings(**overrides: Any) -> Settings:  # Any: a setting has its own type
    """The settings of this run: what the command line says, else the environment, else the defaults."""
    from core.kernel.config import Settings

    given: dict[str, Any] = click.get_current_context().find_object(dict) or {}
    return Settings.from_env(os.environ, **{**given, **overrides})


def registries(given: Settings | None = None) -> Registries:
    """The databases of these settings, or of those of this run, with all folders of addons searched."""
    from core.db.engine import DatabaseServer
    from core.module.finder import add_paths
    from core.module.registries import Registries

    found = given or settings()
    add_paths(found.addons_path)
    return Registries(DatabaseServer(found), found, noting=False)


def program() -> str:
    """How this program was called, for what people are told to write."""
    called = click.get_current_context().find_root().info_name or ""
    return f"python3 {called}" if called.endswith(".py") else "grial"


def confirm(question: str, yes: bool) -> None:
    """Ask a person at a terminal before something that cannot be taken back; a script is not asked."""
    if not yes and sys.stdin.isatty():
        click.confirm(question, abort=True, err=True)
