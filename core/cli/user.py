"""`grial user`: passwords and API keys for those who are locked out or write scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.cli.options import database_option, json_option, registries
from core.cli.output import show_json, show_rows
from core.cli.records import user_of, users
from core.cli.suggesting import Group
from core.errors import UserError

if TYPE_CHECKING:
    from core.orm.env import Env

KEYS = "res.users.apikeys"


@click.group(cls=Group, short_help="List users, set passwords, make API keys.")
def command() -> None:
    """List users, set passwords, make API keys."""


@command.command("list")
@json_option
@database_option
def list_users(database: str, as_json: bool) -> None:
    """List the users of a database, archived ones too."""

    def work(env: Env) -> list[dict[str, object]]:
        return [
            {"id": user.id, "login": user.login, "name": user.name, "active": user.active, "latest": user.login_date}
            for user in users(env).search([])
        ]

    show_rows(registries().run(database, work, write=False), ["id", "login", "name", "active", "latest"], as_json, "")


@command.command()
@click.argument("login")
@click.option(
    "--password",
    prompt="New password",
    hide_input=True,
    confirmation_prompt=True,
    help="The new password; otherwise it is asked for, so that it stays out of the shell's history.",
)
@database_option
def password(database: str, login: str, password: str) -> None:
    """Set the password of the user LOGIN; all sessions of that user end."""
    registries().run(database, lambda env: user_of(env, login).write({"password": password}))
    click.echo(f"The password of {login} is set.")


@command.command()
@click.argument("login")
@click.option("--name", default="made on the command line", help="What the key is for.")
@click.option("--days", type=click.IntRange(0), default=90, show_default=True, help="Until it ends; 0 for never.")
@json_option
@database_option
def token(database: str, login: str, name: str, days: int, as_json: bool) -> None:
    """Make an API key for the user LOGIN and show it, this once."""

    def work(env: Env) -> str:
        user = user_of(env, login)
        if not user.active:
            raise UserError("The user {login} is archived: nobody logs in as it.", login=login)
        keys: Any = env.with_user(user.id)[KEYS]  # Any: declared by an addon
        return str(keys.make(name, days))

    key = registries().run(database, work)
    if as_json:
        show_json({"login": login, "key": key})
    else:
        click.echo(key)
