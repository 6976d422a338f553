"""`grial check`: every fault of addons and data files, with file and line, before anybody installs them."""

from __future__ import annotations

from dataclasses import asdict

import click

from core.cli.options import json_option, settings, settings_options
from core.cli.output import show_json


@click.command(short_help="Check addons and data files, without a database.")
@click.argument("targets", nargs=-1, metavar="[ADDON | PATH]...")
@json_option
@settings_options
@click.pass_context
def command(ctx: click.Context, targets: tuple[str, ...], as_json: bool) -> None:
    """Check addons, by name or folder, and data files, legacy ones too; without arguments every addon.

    Needs no database. The exit code is 1 when something has to be mended; warnings alone give 0.
    """
    from core.check import run
    from core.module.finder import add_paths

    add_paths(settings().addons_path)
    findings = run(targets)
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        show_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(finding)
        click.echo(f"{errors} errors, {len(findings) - errors} warnings.", err=True)
    ctx.exit(1 if errors else 0)
