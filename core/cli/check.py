"""`grial check`: every fault of addons and data files, with file and line, before anybody installs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from core.cli.options import json_option, settings, settings_options
from core.cli.output import show_json

if TYPE_CHECKING:
    from core.check import Verdict


@click.command(short_help="Check addons and data files, without a database.")
@click.argument("targets", nargs=-1, metavar="[ADDON | PATH]...")
@click.option("--summary", is_flag=True, help="A table: how many constructs of each kind got which verdict.")
@click.option("--verdicts", is_flag=True, help="Every construct of the data files with its verdict.")
@json_option
@settings_options
@click.pass_context
def command(ctx: click.Context, targets: tuple[str, ...], summary: bool, verdicts: bool, as_json: bool) -> None:
    """Check addons, by name or folder, and data files, OpenERP's too; without arguments every addon.

    Needs no database. The exit code is 1 when something has to be mended; warnings alone give 0.

    \b
    A verdict is one of
        ok        carried out as written
        updated   another definition of a record that is there already
        skipped   read, and known to mean nothing here
        kept      carried out, but something it refers to is not known
        dropped   left out: the model or the field is not known
        rejected  cannot be carried out
        unread    no reader has looked at it
    """
    from core.check import survey
    from core.module.finder import add_paths

    add_paths(settings().addons_path)
    found = survey(targets)
    errors = sum(finding.severity == "error" for finding in found.findings)
    if summary:
        show_table(found.verdicts, as_json)
    elif verdicts and as_json:
        show_json([asdict(verdict) for verdict in found.verdicts])
    elif verdicts:
        for verdict in found.verdicts:
            click.echo(verdict)
    elif as_json:
        show_json([asdict(finding) for finding in found.findings])
    else:
        for finding in found.findings:
            click.echo(finding)
    if not as_json:
        click.echo(f"{errors} errors, {len(found.findings) - errors} warnings.", err=True)
    ctx.exit(1 if errors else 0)


def show_table(verdicts: Iterable[Verdict], as_json: bool) -> None:
    """The number of verdicts of each kind by construct, and in all."""
    from core.check import KINDS

    counts: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        counts.setdefault(verdict.construct, Counter())[verdict.kind] += 1
    if as_json:
        show_json({name: {kind: counts[name][kind] for kind in KINDS} for name in sorted(counts)})
        return
    counts = {name: counts[name] for name in sorted(counts)}
    counts["in all"] = sum(counts.values(), Counter())
    width = max(map(len, counts))
    click.echo(f"{'construct':{width}}" + "".join(f"{kind:>10}" for kind in KINDS))
    for name, row in counts.items():
        click.echo(f"{name:{width}}" + "".join(f"{row[kind] or '':>10}" for kind in KINDS))
