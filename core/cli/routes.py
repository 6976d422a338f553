"""`grial routes`: every address the server answers, and who answers it."""

from __future__ import annotations

import click

from core.cli.options import json_option, registries, settings_options
from core.cli.output import show_rows


@click.command(short_help="List the addresses the server answers.")
@click.option("-d", "--database", metavar="DB", help="With those of the addons of this database.")
@json_option
@settings_options
def command(database: str | None, as_json: bool) -> None:
    """List the addresses the server answers, with their verbs, who may ask, and the function that answers."""
    from core.http.routing import addon_table
    from core.server.app import core_routes

    routes = list(core_routes().routes)
    if database:
        routes += addon_table(registries().get(database)).routes
    rows: list[dict[str, object]] = [
        {
            "path": path,
            "methods": ",".join(route.methods),
            "auth": route.auth,
            "handler": f"{route.module}.{getattr(route.handler, '__qualname__', '')}",
        }
        for route in routes
        for path in route.paths
    ]
    show_rows(sorted(rows, key=lambda row: str(row["path"])), ["path", "methods", "auth", "handler"], as_json, "")
