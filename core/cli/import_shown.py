"""What `grial import` tells about rows: what each column feeds, what is not known and what to do, what was refused."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import show_json

if TYPE_CHECKING:
    from core.data.sheets.feeds import Unknown
    from core.data.sheets.mapping import Columns
    from core.data.sheets.outcome import Outcome
    from core.data.sheets.reader import Sheet

MOST_ROWS = 20
MOST_VALUES = 5


def show_columns(sheet: Sheet, columns: Columns) -> None:
    """Tell on the error stream which fields each column feeds."""
    for column, title in enumerate(sheet.header):
        fields = ", ".join(columns.get(column, ()))
        click.echo(f"{title} -> {fields or 'nothing; --map COLUMN=FIELD gives it a field'}", err=True)


def imported_facts(outcome: Outcome) -> dict[str, Any]:  # Any: JSON
    """What an import of rows did, for programs."""
    return {
        "dry_run": outcome.dry,
        "rows": outcome.total,
        "created": len(outcome.created),
        "updated": len(outcome.updated),
        "same": outcome.same,
        "cleared": outcome.cleared,
        "spared": outcome.spared,
        "refused": [{"line": r.line, "column": r.column, "reason": r.reason} for r in outcome.refused],
        "unknown": [
            {
                "field": one.name,
                "column": one.column,
                "rows": len(one.lines),
                "choice": one.choice,
                "choices": one.choices,
                "values": dict(one.values.most_common()),
                "suggested": {text: name for text, (_, name) in one.suggested.items()},
            }
            for one in outcome.unknown
            if one.values
        ],
        "made": {model: len(ids) for model, ids in outcome.made.items()},
        "batch": outcome.batch or None,
    }


def show_imported(file: Path, outcome: Outcome, as_json: bool, written: Path | None = None) -> None:
    """Tell what an import of rows did: refused rows with line, column and reason, then what was not known, then counts.

    Args:
        written: the file with all refused rows, where there is one.
    """
    if as_json:
        show_json(imported_facts(outcome))
        return
    for refusal in outcome.refused[:MOST_ROWS]:
        column = f" {refusal.column}:" if refusal.column else ""
        click.echo(f"{file}:{refusal.line}:{column} {refusal.reason}")
    more = len(outcome.refused) - MOST_ROWS
    if more > 0:
        click.echo(f"… and {more} more rows; all are in {written or 'the file that --refused FILE writes'}.")
    elif written:
        click.echo(f"The refused rows are in {written}, to correct and import.")
    for one in outcome.unknown:
        if one.values and one.choice != "create":
            click.echo("\n".join(_unknown_lines(one)))
    would = "would be " if outcome.dry else ""
    for model, ids in outcome.made.items():
        click.echo(f"On the way {len(ids)} of {model} {would or 'were '}created.")
    click.echo(
        f"{outcome.total} rows: {len(outcome.created)} {would}created, {len(outcome.updated)} {would}updated, "
        f"{len(outcome.refused)} refused."
        + (f" {outcome.same} of the updated ones said the same already." if outcome.same else "")
    )
    if outcome.cleared:
        click.echo(f"{_values(outcome.cleared)} {would or 'were '}cleared, for the cell is empty.")
    if outcome.spared:
        click.echo(f"{_values(outcome.spared)} {'would stay' if outcome.dry else 'stayed'}, for the cell is empty; "
                   "--empty clear takes them away.")  # fmt: skip
    if outcome.batch:
        click.echo(f"This is import {outcome.batch}; --undo {outcome.batch} takes it back.")


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"


def _unknown_lines(one: Unknown) -> list[str]:
    """One line about a column and what becomes of what is not known; where rows are refused, the other ways."""
    shown = ", ".join(f"“{text}” ({count})" for text, count in one.values.most_common(MOST_VALUES))
    more = ", …" if len(one.values) > MOST_VALUES else ""
    done = {
        "refuse": "These rows are refused.",
        "suggested": f"What is suggested is taken in {one.helped} rows, the others are refused.",
        "keep": "The field stays empty, the text is in the notes.",
        "empty": "The field stays empty.",
    }
    several = len(one.values) > 1
    values = f"{len(one.values)} different values" if several else "one value"
    rows = f"{len(one.lines)} rows" if len(one.lines) > 1 else "1 row"
    wrong = {"": "not known", "number": "not numbers" if several else "not a number",
             "date": "not dates" if several else "not a date"}[one.kind]  # fmt: skip
    verb = "are" if several else "is"
    lines = [f"{one.column}: {values} in {rows} {verb} {wrong}: {shown}{more}. {done[one.choice]}"]
    if one.choice != "refuse":
        return lines
    examples = [f"“{text}” as {name}" for text, (_, name) in _commonest(one.suggested, one.values)]
    ways = {
        "suggested": f"take what is suggested in {one.helped} rows ({', '.join(examples)}, …), text to the notes",
        "keep": "leave the field empty, and keep the text in the notes",
        "empty": "leave the field empty",
        "create": f"create {len(one.values)} records",
    }
    lines += [
        f"  --missing {one.name}={choice:9}  {ways[choice]}"
        for choice in one.choices
        if choice in ways and (choice != "suggested" or one.suggested)
    ]
    text = one.values.most_common(1)[0][0]
    lines.append(f"  --value {shlex.quote(f'{one.name}:{text}=NAME')}  say what is meant; * stands for anything")
    return lines


def _commonest(
    suggested: Mapping[str, tuple[int, str]], values: Mapping[str, int]
) -> list[tuple[str, tuple[int, str]]]:
    return sorted(suggested.items(), key=lambda item: -values[item[0]])[:2]
