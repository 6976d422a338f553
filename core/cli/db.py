"""`grial db`: lists, creates, drops, copies, dumps and restores whole databases."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from core.cli.options import confirm, json_option, program, registries, settings_options, yes_option
from core.cli.output import progress, show_json, show_rows
from core.cli.suggesting import Group

RESTS = " It rests: no scheduled job runs and nothing is sent, until `{program} db wake {name}`."

as_is_option = click.option(
    "--as-is", is_flag=True, help="It takes the place of the original: jobs run and messages are sent at once."
)


@click.group(cls=Group, short_help="List, create, drop, copy, dump and restore databases.")
def command() -> None:
    """List, create, drop, copy, dump and restore databases.

    A copy rests, and so does what was restored: no scheduled job runs in it and nothing is sent, until `wake`.
    """


@command.command("list")
@json_option
@settings_options
def list_databases(as_json: bool) -> None:
    """List the databases of this server that are Grial's; one that rests is a copy that nobody has woken."""
    from core.module.resting import rests

    found = registries()
    rows = [
        {"name": name, "backend": found.server.backend, "resting": rests(found, name)} for name in found.databases()
    ]
    empty = f"There is no database yet: make one with `{program()} db create NAME`."
    show_rows(rows, ["name", "backend", "resting"], as_json, empty)


@command.command()
@click.argument("name")
@click.option("--demo", is_flag=True, help="With demo data.")
@click.option("--lang", default="", metavar="LANG", help="The language of the first user, such as es.")
@click.option("--password", default="", help="The password of `admin`; otherwise one is made and shown.")
@json_option
@settings_options
def create(name: str, demo: bool, lang: str, password: str, as_json: bool) -> None:
    """Create the database NAME with the addon `base`."""
    from core.module.create import create_database
    from core.security.passwords import check_length

    if password:
        check_length(password)
    made = "" if password else secrets.token_urlsafe(9)
    with progress() as step:
        outcome = create_database(
            registries(), name, demo=demo, lang=lang, admin_password=password or made, progress=step
        )
    if as_json:
        answer = {"name": name, "login": "admin", "password": made or None, "messages": outcome.messages}
        show_json(answer)
        return
    for message in outcome.messages:
        click.echo(message)
    click.echo(f"Created {name}. Log in as admin" + (f" with the password {made}" if made else "") + ".")


@command.command()
@click.argument("name")
@yes_option
@settings_options
def drop(name: str, yes: bool) -> None:
    """Delete the database NAME and its files, for good."""
    from core.module import databases

    found = registries()
    if found.server.exists(name):
        confirm(f"Delete {name} with all its records and files, for good?", yes)
    databases.drop(found, name)
    click.echo(f"Dropped {name}.")


@command.command()
@click.argument("source")
@click.argument("target")
@as_is_option
@settings_options
def copy(source: str, target: str, as_is: bool) -> None:
    """Copy the database SOURCE, as it is now, to a new one called TARGET, which rests."""
    from core.module import databases

    databases.copy(registries(), source, target, as_is=as_is)
    click.echo(f"Copied {source} to {target}.{'' if as_is else RESTS.format(name=target, program=program())}")


@command.command()
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@settings_options
def dump(name: str, file: Path) -> None:
    """Write the database NAME with its files into FILE, a zip that either kind of server can restore."""
    from core.module import databases

    found = registries()
    if name.endswith(".zip") and not found.server.exists(name) and found.server.exists(str(file)):
        name, file = str(file), Path(name)
    databases.dump(found, name, file)
    click.echo(f"Dumped {name} into {file} ({file.stat().st_size / 1e6:.1f} MB).")


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("name")
@as_is_option
@settings_options
def restore(file: Path, name: str, as_is: bool) -> None:
    """Make the database NAME from FILE, a dump of this or of another server.

    It rests. NAME may also stand first, as in `db dump`. After the loss of the original, restore its dump with --as-is.
    """
    from core.module import databases

    if not file.is_file() and Path(name).is_file():
        file, name = Path(name), str(file)
    if not file.is_file():
        raise click.UsageError(f"There is no file {file}. Write FILE first, then NAME.")
    databases.restore(registries(), file, name, as_is=as_is)
    click.echo(f"Restored {name} from {file}.{'' if as_is else RESTS.format(name=name, program=program())}")


@command.command()
@click.argument("name")
@settings_options
def rest(name: str) -> None:
    """Let the database NAME rest, as a copy does: for one that was copied without `grial`."""
    from core.module import resting

    resting.rest(registries(), name)
    click.echo(RESTS.format(name=name, program=program()).replace(" It", name, 1))


@command.command()
@click.argument("name")
@settings_options
def wake(name: str) -> None:
    """Wake the database NAME: its scheduled jobs run, and messages are sent."""
    from core.module import resting

    woken = resting.wake(registries(), name)
    click.echo(f"{name} is awake: scheduled jobs run, and messages are sent." if woken else f"{name} was awake.")
