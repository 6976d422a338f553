"""The command `grial` itself: finds a command's file when it is asked for, and turns errors into exit codes."""

from __future__ import annotations

import importlib
import os
from typing import Any

import click

from core.cli.options import settings_options
from core.cli.suggesting import Group
from core.errors import GrialError

# In the order of the help page: to use Grial, to keep it, to develop for it.
COMMANDS = {
    "run": "core.cli.run",
    "db": "core.cli.db",
    "addon": "core.cli.addon",
    "user": "core.cli.user",
    "import": "core.cli.import_file",
    "export": "core.cli.export",
    "access": "core.cli.access",
    "check": "core.cli.check",
    "where": "core.cli.where",
    "flows": "core.cli.flows",
    "new": "core.cli.new",
    "shell": "core.cli.shell",
    "test": "core.cli.test",
    "bench": "core.cli.bench",
    "routes": "core.cli.routes",
}


class LazyGroup(Group):
    """Loads `command` of a command's module only when that command, or the help page, needs it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of this name, or None."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[name]).command
        return command

    def invoke(self, ctx: click.Context) -> Any:  # Any: whatever the command answers
        """Run the command. What Grial explains, and a file that cannot be used, end with a text and exit code 1."""
        from core.kernel.limit import unlimited
        from core.kernel.logs import log_as_command

        log_as_command(traces=bool(os.environ.get("GRIAL_DEV")))
        try:
            with unlimited():  # whoever sits at the console can stop it himself
                return super().invoke(ctx)
        except GrialError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.filename is None or os.environ.get("GRIAL_DEV"):
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="grial", prog_name="grial")
@settings_options
def main() -> None:
    """Grial: a business platform of addons.

    Every setting can also be given as an environment variable GRIAL_*. Exit codes: 0 done, 1 failed or findings,
    2 wrong usage.
    """
