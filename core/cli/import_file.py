"""`grial import`: people's CSV and XLSX files become records of a model; data files of an addon are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Wishes:
    """How rows become records.

    Attributes:
        choices: `COLUMN=FIELD`, in place of what was proposed for these columns.
        keys: fields by which a row finds the record it updates.
        missing: by link field, what to do with names that are not found.
        stop: keep nothing when a row is bad.
        login: whose rights count.
    """

    model: str
    choices: tuple[str, ...]
    keys: tuple[str, ...]
    missing: Mapping[str, str]
    stop: bool
    login: str | None


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
@click.option(
    "--missing",
    multiple=True,
    metavar="FIELD=refuse|empty|create",
    help="What to do with a name that a link does not find; otherwise tags are created and other rows refused.",
)
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
    missing: tuple[str, ...],
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
    wishes = Wishes(str(model), choices, keys, _pairs(missing), on_error == "stop", login)
    sheet = read_rows(file, encoding, separator)
    outcome = import_rows(found, database, sheet, wishes, dry_run)
    if refused and outcome.refused:
        refused.write_bytes(outcome.refused_file(sheet))
    show_imported(file, outcome, as_json)
    ctx.exit(1 if outcome.refused else 0)


def _pairs(choices: tuple[str, ...]) -> dict[str, str]:
    """`FIELD=CHOICE` as a mapping. Raises click.UsageError for anything else."""
    wrong = [choice for choice in choices if "=" not in choice]
    if wrong:
        raise click.UsageError(f"{wrong[0]} is not FIELD=CHOICE.")
    return dict(choice.split("=", 1) for choice in choices)


def read_rows(file: Path, encoding: str, separator: str) -> Sheet:
    """The rows of a file; encoding and separator are found out when they are empty."""
    from core.data.sheets.reader import read_sheet

    return read_sheet(file.read_bytes(), file.name, encoding, separator)


def import_rows(found: Registries, database: str, sheet: Sheet, wishes: Wishes, dry_run: bool) -> Outcome:
    """Import the rows of a file, and show what each column feeds."""
    from core.data.sheets.importing import Import
    from core.data.sheets.mapping import from_choices

    def work(env: Env) -> Outcome:
        reader = on_behalf_of(env, wishes.login)
        columns = from_choices(reader, wishes.model, sheet.header, wishes.choices)
        for column, fields in sorted(columns.items()):
            click.echo(f"{sheet.header[column]} -> {', '.join(fields)}", err=True)
        job = Import(reader, wishes.model, sheet, columns, wishes.keys, wishes.stop, wishes.missing)
        with progress() as step:
            return job.run(dry_run, lambda done, total: step(done, total, sheet.file_name))

    return found.run(database, work)


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
        "dropped": outcome.dropped,
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
    for field, names in outcome.dropped.items():
        click.echo(f"{field} is left empty where the file says {', '.join(names)}.")
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
