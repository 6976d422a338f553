"""How commands answer: lines and tables for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import click


def show_rows(rows: Iterable[Mapping[str, object]], columns: Sequence[str], as_json: bool, empty: str) -> None:
    """Print rows as an aligned table, or as one JSON list; `empty` is what a person reads when there are none."""
    rows = list(rows)
    if as_json:
        show_json([{column: row.get(column) for column in columns} for row in rows])
        return
    if not rows:
        click.echo(empty)
        return
    table = [[_text(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(line[i]) for line in [list(columns), *table]) for i in range(len(columns))]
    for line in [list(columns), *table]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def show_json(value: object) -> None:
    """Print one value as JSON; dates, decimals and paths as their text."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return str(value)
