"""`grial import`: people's CSV and XLSX files become records of a model; data files of an addon are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from core.cli.import_shown import show_columns, show_imported
from core.cli.import_undo import show_imports, undo_import
from core.cli.options import database_option, json_option, registries, yes_option
from core.cli.output import progress, show_json
from core.cli.records import on_behalf_of

if TYPE_CHECKING:
    from core.data.outcome import LoadOutcome, VerdictKind
    from core.data.sheets.outcome import Outcome
    from core.data.sheets.reader import Sheet
    from core.module.registries import Registries
    from core.orm.env import Env

LOADED: Mapping[VerdictKind, str] = {
    "ok": "loaded",
    "updated": "updated",
    "skipped": "left as they were",
    "partial": "loaded only in part (see above)",
    "dropped": "dropped (see above)",
    "rejected": "not loaded (see above)",
}
"""What is said of the elements of a data file, by verdict."""


@dataclass(frozen=True)
class Wishes:
    """How rows become records.

    Attributes:
        choices: `COLUMN=FIELD`, in place of what was proposed for these columns.
        keys: fields by which a row finds the record it updates.
        missing: by field, what to do with texts that are not known.
        meant: by field, what single texts mean.
        stop: keep nothing when a row is bad.
        empty: what empty cells do to records that rows update.
        login: whose rights count.
    """

    model: str
    choices: tuple[str, ...]
    keys: tuple[str, ...]
    missing: Mapping[str, str]
    meant: Mapping[str, Mapping[str, str]]
    stop: bool
    login: str | None
    empty: str = "keep"


class _Undone(Exception):
    """Ends a transaction without keeping it."""


@click.command(short_help="Import a CSV, XLSX or XML file.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--model", metavar="M", help="For CSV and XLSX: the model whose records the rows become.")
@click.option("--addon", metavar="NAME", help="For data files: the addon whose ids are meant by ids without a dot.")
@click.option(
    "--map", "choices", multiple=True, metavar="COLUMN=FIELD", help="What a column feeds; several times for several."
)
@click.option("--key", "keys", multiple=True, metavar="FIELD", help="Rows update the record with the same value here.")
@click.option(
    "--missing",
    multiple=True,
    metavar="FIELD=CHOICE",
    help="What to do with texts that are not known: refuse the row, take what is suggested, keep the text in the "
    "notes, leave the field empty, or create a record. Otherwise tags are created and other rows refused.",
)
@click.option(
    "--value", "values", multiple=True, metavar="FIELD:TEXT=NAME", help="What a text means; * in TEXT is anything."
)
@click.option(
    "--empty",
    type=click.Choice(["keep", "clear"]),
    default="keep",
    help="When a row updates a record, its empty cells leave the values alone (keep, the usual), or clear them.",
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
@click.option("--list", "listing", is_flag=True, help="List what was imported, instead of importing.")
@click.option("--undo", type=int, metavar="ID", help="Take back the import with this number, instead of importing.")
@click.option("--user", "login", metavar="LOGIN", help="Whose rights, language and time zone count; otherwise admin's.")
@yes_option
@json_option
@database_option
@click.pass_context
def command(
    ctx: click.Context,
    database: str,
    file: Path | None,
    model: str | None,
    addon: str | None,
    choices: tuple[str, ...],
    keys: tuple[str, ...],
    missing: tuple[str, ...],
    values: tuple[str, ...],
    empty: str,
    dry_run: bool,
    on_error: str | None,
    refused: Path | None,
    encoding: str,
    separator: str,
    listing: bool,
    undo: int | None,
    login: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Import FILE, list what was imported, or take an import back.

    \b
    FILE.csv, FILE.xlsx with --model: rows become records. Columns are matched by
        their titles in any language; --map corrects that, `--map COLUMN=` leaves
        a column out. A column `id` holds external ids, as an export writes them:
        rows update the records that have them; link/id names a link's record so.
        Links are found by name; tags are created. A dry run tells what is not
        known, and what can be done about it.
    FILE.xml, or FILE.csv with --addon: a data file, as in an addon's `data`. Its
        records are yours: no upgrade and no uninstall of an addon deletes them.
        What OpenERP's files say of models and fields that are not here is left
        out; a record that is here already, by its code or name, is the same one.
    --undo ID: shows what it takes back, and asks; --dry-run stops there.

    The exit code is 1 when something was refused or left out.
    """
    if (file is not None) + listing + (undo is not None) != 1:
        raise click.UsageError("Say one of FILE, --list and --undo ID.")
    from core.orm import xmlids

    found = registries()
    if listing:
        show_imports(found, database, model, login, as_json)
        return
    if undo is not None:
        undo_import(found, database, undo, login, dry_run, yes, as_json)
        return
    assert file is not None
    if not model and not addon and file.suffix.lower() == ".xml":
        addon = xmlids.IMPORTED
    if bool(model) == bool(addon):
        raise click.UsageError("Say either --model (for rows) or --addon (for a data file).")
    if addon:
        loaded = load_data(found, database, file, addon, dry_run, on_error == "skip")
        show_loaded(loaded, dry_run, as_json)
        ctx.exit(1 if loaded.rejected or loaded.count("partial") or loaded.count("dropped") else 0)
    wishes = Wishes(str(model), choices, keys, _pairs(missing), _meanings(values), on_error == "stop", login, empty)
    sheet = read_rows(file, encoding, separator)
    from core.data.sheets.outcome import Stopped

    try:
        outcome = import_rows(found, database, sheet, wishes, dry_run)
    except Stopped as stopped:
        show_imported(file, stopped.outcome, as_json, _write_refused(refused, stopped.outcome, sheet))
        raise
    show_imported(file, outcome, as_json, _write_refused(refused, outcome, sheet))
    ctx.exit(1 if outcome.refused else 0)


def _write_refused(path: Path | None, outcome: Outcome, sheet: Sheet) -> Path | None:
    """Write the refused rows where that is wished and there are any; gives the file."""
    if path is None or not outcome.refused:
        return None
    path.write_bytes(outcome.refused_file(sheet))
    return path


def _meanings(values: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """`FIELD:TEXT=NAME` as mappings. Raises click.UsageError for anything else."""
    found: dict[str, dict[str, str]] = {}
    for value in values:
        field, colon, rest = value.partition(":")
        text, equals, name = rest.rpartition("=")
        if not (colon and equals and text):
            raise click.UsageError(f"{value} is not FIELD:TEXT=NAME.")
        found.setdefault(field, {})[text] = name
    return found


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
    from core.data.sheets.outcome import Cancelled

    def work(env: Env) -> Outcome:
        reader = on_behalf_of(env, wishes.login)
        columns = from_choices(reader, wishes.model, sheet.header, wishes.choices)
        show_columns(sheet, columns)
        job = Import(reader, wishes.model, sheet, columns, wishes.keys, wishes.stop, wishes.missing, wishes.meant,
                     wishes.empty)  # fmt: skip
        with progress() as step:
            return job.run(dry_run, lambda done, total: step(done, total, sheet.file_name))

    try:
        return found.run(database, work)
    except KeyboardInterrupt:
        raise Cancelled("The import was stopped; nothing was kept.") from None


def load_data(found: Registries, database: str, file: Path, addon: str, dry_run: bool, lenient: bool) -> LoadOutcome:
    """Load a person's data file, whose ids without a dot are the addon's; `lenient` loads what can be loaded of it."""
    from core.data.loader import load_file

    outcome: LoadOutcome | None = None
    try:
        with found.transaction(database) as env:
            outcome = load_file(env, addon, file.resolve(), "init", strict=not lenient, imported=True)
            if dry_run:
                env.flush()
                raise _Undone
    except _Undone:
        pass
    assert outcome is not None
    return outcome


def show_loaded(outcome: LoadOutcome, dry_run: bool, as_json: bool) -> None:
    """Tell what loading a data file did."""
    from core.data.outcome import VerdictKind

    counts = {kind: outcome.count(kind) for kind in get_args(VerdictKind)}
    if as_json:
        show_json({"dry_run": dry_run, "file": outcome.file, **counts, "messages": outcome.messages})
        return
    for message in outcome.messages:
        click.echo(message)
    counted = ", ".join(f"{count} {LOADED[kind]}" for kind, count in counts.items() if count)
    ending = " This was a dry run: nothing was saved." if dry_run else ""
    click.echo(f"{outcome.file}: {counted or 'nothing in it'}.{ending}")
