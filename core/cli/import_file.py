"""`grial import`: people's CSV and XLSX files become records of a model; data files of an addon are loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from core.cli.options import database_option, json_option, registries
from core.cli.output import progress, show_json
from core.cli.records import on_behalf_of

if TYPE_CHECKING:
    from core.data.outcome import LoadOutcome
    from core.data.sheets.importing import Outcome
    from core.data.sheets.reader import Sheet
    from core.module.registries import Registries
    from core.orm.env import Env


class _Undone(Exception):
    """Ends a transaction without keeping it."""


@click.command(short_help="Import a CSV, XLSX or XML file.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--model", metavar="M", help="For CSV and XLSX: the model whose records the rows become.")
@click.option("--addon", metavar="NAME", help="For data files: the addon that the records belong to.")
@click.option(
    "--map", "choices", multiple=True, metavar="COLUMN=FIELD", help="What a column feeds; several times for several."
)
@click.option("--key", "keys", multiple=True, metavar="FIELD", help="Rows update the record with the same value here.")
@click.option("--dry-run", is_flag=True, help="Show what would happen, and keep nothing.")
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    help="Keep nothing when something is wrong (data files do), or leave bad rows out (CSV and XLSX do).",
)
@click.option("--refused", type=click.Path(path_type=Path, dir_okay=False), help="Write refused rows here, to correct.")
@click.option("--encoding", default="", help="Of a CSV file; otherwise it is found out.")
@click.option("--separator", default="", help="Of a CSV file; otherwise it is found out.")
@click.option("--user", "login", metavar="LOGIN", help="Whose rights, language and time zone count; otherwise admin's.")
@json_option
@database_option
@click.pass_context
def command(
    ctx: click.Context,
    database: str,
    file: Path,
    model: str | None,
    addon: str | None,
    choices: tuple[str, ...],
    keys: tuple[str, ...],
    dry_run: bool,
    on_error: str | None,
    refused: Path | None,
    encoding: str,
    separator: str,
    login: str | None,
    as_json: bool,
) -> None:
    """Import FILE.

    \b
    FILE.csv, FILE.xlsx with --model: rows become records. Columns are matched by
        their titles in any language; --map corrects that, `--map COLUMN=` leaves
        a column out. Links are found by name; tags are created.
    FILE.xml, FILE.csv with --addon: a data file, as in an addon's `data`.

    The exit code is 1 when something was refused.
    """
    if bool(model) == bool(addon):
        raise click.UsageError("Say either --model (for rows) or --addon (for a data file).")
    found = registries()
    if addon:
        loaded = load_data(found, database, file, addon, dry_run, on_error == "skip")
        show_loaded(loaded, dry_run, as_json)
        ctx.exit(1 if loaded.rejected else 0)
    sheet, outcome = import_rows(
        found, database, file, str(model), choices, keys, dry_run, on_error == "stop", (encoding, separator), login
    )
    if refused and outcome.refused:
        refused.write_bytes(outcome.refused_file(sheet))
    show_imported(file, outcome, as_json)
    ctx.exit(1 if outcome.refused else 0)


def import_rows(
    found: Registries,
    database: str,
    file: Path,
    model: str,
    choices: tuple[str, ...],
    keys: tuple[str, ...],
    dry_run: bool,
    stop: bool,
    reading: tuple[str, str],
    login: str | None,
) -> tuple[Sheet, Outcome]:
    """Import the rows of a file; what was read, and what became of it.

    Args:
        reading: encoding and separator of a CSV file; empty for what is found out.
        login: whose rights count.
    """
    from core.data.sheets.importing import Import
    from core.data.sheets.mapping import from_choices
    from core.data.sheets.reader import read_sheet

    sheet = read_sheet(file.read_bytes(), file.name, *reading)

    def work(env: Env) -> Outcome:
        reader = on_behalf_of(env, login)
        columns = from_choices(reader, model, sheet.header, choices)
        for column, fields in sorted(columns.items()):
            click.echo(f"{sheet.header[column]} -> {', '.join(fields)}", err=True)
        job = Import(reader, model, sheet, columns, keys, stop)
        with progress() as step:
            return job.run(dry_run, lambda done, total: step(done, total, file.name))

    return sheet, found.run(database, work)


def load_data(found: Registries, database: str, file: Path, addon: str, dry_run: bool, lenient: bool) -> LoadOutcome:
    """Load a data file as if it were listed by the addon; `lenient` keeps what can be loaded of a faulty one."""
    from core.data.loader import load_file

    outcome: LoadOutcome | None = None
    try:
        with found.transaction(database) as env:
            outcome = load_file(env, addon, file.resolve(), "init", strict=not lenient)
            if dry_run:
                env.flush()
                raise _Undone
    except _Undone:
        pass
    assert outcome is not None
    return outcome


def show_imported(file: Path, outcome: Outcome, as_json: bool) -> None:
    """Tell what an import of rows did: counts, then each refused row with its line, column and reason."""
    facts = {
        "dry_run": outcome.dry,
        "rows": outcome.total,
        "created": len(outcome.created),
        "updated": len(outcome.updated),
        "refused": [{"line": r.line, "column": r.column, "reason": r.reason} for r in outcome.refused],
        "made": {model: len(ids) for model, ids in outcome.made.items()},
        "batch": outcome.batch or None,
    }
    if as_json:
        show_json(facts)
        return
    for refusal in outcome.refused:
        column = f" {refusal.column}:" if refusal.column else ""
        click.echo(f"{file}:{refusal.line}:{column} {refusal.reason}")
    would = "would be " if outcome.dry else ""
    click.echo(
        f"{outcome.total} rows: {len(outcome.created)} {would}created, {len(outcome.updated)} {would}updated, "
        f"{len(outcome.refused)} refused."
    )
    for model, ids in outcome.made.items():
        click.echo(f"On the way {len(ids)} of {model} {would or 'were '}created.")


def show_loaded(outcome: LoadOutcome, dry_run: bool, as_json: bool) -> None:
    """Tell what loading a data file did."""
    from core.data.outcome import VerdictKind

    counts = {kind: outcome.count(kind) for kind in get_args(VerdictKind)}
    if as_json:
        show_json({"dry_run": dry_run, "file": outcome.file, **counts, "messages": outcome.messages})
        return
    for message in outcome.messages:
        click.echo(message)
    counted = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    click.echo(f"{outcome.file}: {counted or 'nothing in it'}." + (" Nothing was kept." if dry_run else ""))
