"""`grial shell`: Python with the records of a database at hand."""

from __future__ import annotations

import code
import sys
import traceback
from typing import TYPE_CHECKING, Any

import click

from core.cli.options import database_option, registries
from core.cli.records import on_behalf_of
from core.errors import GrialError

if TYPE_CHECKING:
    from core.orm.env import Env


class _Undone(Exception):
    """Ends the transaction without keeping it."""


@click.command(short_help="Python with the records of a database at hand.")
@click.option("--user", "login", metavar="LOGIN", help="With the rights of this user; otherwise past every check.")
@click.option("--commit", is_flag=True, help="Keep the changes when the shell ends.")
@database_option
def command(database: str, login: str | None, commit: bool) -> None:
    """Open a Python shell with `env`; a script on standard input is run instead.

    All of it is one transaction, which is undone at the end unless --commit is given.
    """
    found = registries()
    try:
        with found.transaction(database) as env:
            _talk(on_behalf_of(env, login) if login else env, database, commit)
            if not commit:
                raise _Undone
    except _Undone:
        if sys.stdin.isatty():
            click.echo("Nothing was kept.", err=True)


def _talk(env: Env, database: str, commit: bool) -> None:
    names: dict[str, Any] = {"env": env, "user": env.user, "__name__": "__console__"}  # Any: what the person makes
    if not sys.stdin.isatty():
        _run(sys.stdin.read(), names)
        return
    try:
        import readline
        import rlcompleter
    except ImportError:
        pass
    else:
        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    end = "are kept" if commit else "are undone"
    banner = f'Database {database}. Try: env["res.partner"].search([], limit=3). Changes {end} at the end (Ctrl-D).'
    code.interact(banner=banner, local=names, exitmsg="")


def _run(script: str, names: dict[str, Any]) -> None:  # Any: what the script makes
    """Run a script of the operator with the operator's rights. Its errors show its own lines, and nothing is kept."""
    try:
        exec(compile(script, "<standard input>", "exec"), names)  # noqa: S102 - the operator's own script, at his own console
    except SystemExit as ending:
        if ending.code not in (None, 0):
            raise
    except GrialError:
        raise
    except Exception as error:  # noqa: BLE001 - a script may fail in any way
        inside = error.__traceback__.tb_next if error.__traceback__ is not None else None
        traceback.print_exception(error.with_traceback(inside))
        raise click.exceptions.Exit(1) from None
