"""`grial run`: a server, with a database made on the way where there is none."""

from __future__ import annotations

import secrets
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from core.cli.options import registries, settings, settings_options
from core.cli.output import progress

if TYPE_CHECKING:
    from core.module.registries import Registries
    from core.server.app import Application

FIRST = "grial"
"""The database of somebody who names none: it gets every addon, to look around in."""

LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


@click.command(short_help="Start the server; makes the database on the way.")
@click.option("-d", "--database", metavar="DB", help=f"The database of every visitor; otherwise {FIRST}.")
@click.option("--host", help="The address to listen on; otherwise 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="The port to listen on; otherwise 8069. 0 takes a free one."
)
@click.option("--workers", type=click.IntRange(1), help="How many processes answer; otherwise 1.")
@click.option("--server", type=click.Choice(["granian", "waitress"]), help="The web server; otherwise granian.")
@click.option("--dev", is_flag=True, default=None, help="For developers: show errors in full, reread changed files.")
@click.option("--demo/--no-demo", default=None, help="With demo data, where the database is made.")
@settings_options
def command(
    database: str | None,
    host: str | None,
    port: int | None,
    workers: int | None,
    server: str | None,
    dev: bool | None,
    demo: bool | None,
) -> None:
    """Start the server.

    Without -d: the database `grial`, made when absent with every addon, and with demo data unless --no-demo says
    otherwise. With -d: that database, made when absent with the addon `base` alone, and demo data only with --demo.
    """
    from core.kernel.memory import begin_loading

    begin_loading()
    from core.server.serve import free_port, serve

    given = settings(database=database, host=host, port=port, workers=workers, server=server, dev=dev)
    everything = not given.database
    given = replace(given, database=given.database or FIRST, port=given.port or free_port(given.host))
    found = registries(given)
    check_port(given.host, given.port)
    password = make_when_absent(found, everything, everything if demo is None else demo)
    for line in welcome(found, password):
        click.echo(line)
    serve(given, start_jobs)


def start_jobs(application: Application) -> None:
    """Run background and scheduled jobs in this server process too."""
    from core.job.workers import Workers

    Workers(application.registries).start()


def check_port(host: str, port: int) -> None:
    """Say so when somebody else listens there. Raises click.ClickException."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"Cannot listen on {host}:{port}: {error.strerror}. Try --port 0.") from None


def make_when_absent(found: Registries, everything: bool, demo: bool) -> str:
    """Make the database of the settings where there is none; the password of its first user, or an empty text."""
    from core.module.create import create_database
    from core.module.finder import find_addons

    name = found.settings.database
    if found.server.exists(name):
        return ""
    addons = sorted(n for n, manifest in find_addons().manifests.items() if manifest.installable) if everything else []
    click.echo(f"Making the database {name}" + (" with demo data" if demo else "") + " …", err=True)
    password = secrets.token_urlsafe(9)
    with progress() as step:
        create_database(found, name, demo=demo, addons=addons, admin_password=password, progress=step)
    return password


def welcome(found: Registries, password: str) -> list[str]:
    """What the person at the console has to know: the address, and how to get in."""
    from core.http.web.login_link import PATH
    from core.security import login_link

    given = found.settings
    host = f"[{given.host}]" if ":" in given.host else given.host
    shown = "127.0.0.1" if given.host == "0.0.0.0" else host
    address = given.base_url.rstrip("/") or f"http://{shown}:{given.port}"
    lines = [f"Grial answers at {address} (database {given.database}). Ctrl-C stops it."]
    if password:
        lines.append(f"Log in as admin with the password {password}")
    login_link.clean(given.data_dir)
    if password or given.host in LOCAL:
        with found.transaction(given.database, write=False) as env:
            uid = env.ref("base.user_admin").id
        token = login_link.make(given.data_dir, given.database, uid)
        lines.append(f"This link logs in once: {address}{PATH}{token}")
    return lines
