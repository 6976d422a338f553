"""`grial flows`: walks and draws the workflows in data files, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.options import json_option
from core.cli.output import show_rows

if TYPE_CHECKING:
    from core.workflow.reading import FlowReader

COLUMNS = ("workflow", "model", "activities", "transitions", "taken", "states", "ends", "remarks")


@click.command(short_help="Walk and draw the workflows in data files.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(exists=True, path_type=Path))
@click.option("--draw", type=click.Path(file_okay=False, path_type=Path), help="Write a picture of each, as SVG.")
@json_option
@click.pass_context
def command(ctx: click.Context, paths: tuple[Path, ...], draw: Path | None, as_json: bool) -> None:
    """Read the workflow records of data files and folders, OpenERP's included, and walk every path of them.

    `states` counts the different places a record can be in, `taken` the transitions that some path takes, `ends` the
    states in which the workflow is complete. No database is opened, and the models need not exist.
    """
    from core.workflow import diagram
    from core.workflow.explore import explore, shown
    from core.workflow.source import problems

    reader = _read(paths)
    rows = []
    remarks = list(reader.problems)
    for xmlid, definition in sorted(reader.definitions.items()):
        found = explore(definition)
        told = [
            *problems(definition),
            *(f"A record is stuck in {shown(definition, state)}." for state in found.stuck[:3]),
            *(["A loop splits again and again without a join."] if found.endless else []),
        ]
        remarks += [f"{xmlid}: {remark}" for remark in told]
        counts = (len(definition.activities), len(definition.transitions), len(found.taken), found.markings)
        values = (xmlid, definition.model, *counts, len(found.ended), len(told))
        rows.append(dict(zip(COLUMNS, values, strict=True)))
        if draw is not None:
            draw.mkdir(parents=True, exist_ok=True)
            (draw / f"{xmlid}.svg").write_text(diagram.draw(definition), encoding="utf-8")
    show_rows(rows, COLUMNS, as_json, "There is no workflow in these files.")
    for remark in remarks:
        click.echo(remark, err=True)
    ctx.exit(1 if reader.problems else 0)


def _read(paths: tuple[Path, ...]) -> FlowReader:
    from core.check.sources import loose_sources
    from core.workflow.reading import FlowReader

    reader = FlowReader()
    sources, _ = loose_sources(paths, 0)
    for source in sources:
        if source.root is not None:
            reader.read(source.root, source.addon, source.shown)
        reader.problems += [str(finding) for finding in source.findings]
    reader.finish()
    return reader
