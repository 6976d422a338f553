"""How commands answer: lines and tables for people, JSON for programs, progress on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

ProgressCallback = Callable[[int, int, str], None]

_BAR = 30


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


@contextmanager
def progress() -> Iterator[ProgressCallback]:
    """A bar on the terminal for as long as the block lasts: call it with steps done, steps in all, what comes next."""
    shown = sys.stderr.isatty()

    def step(done: int, total: int, message: str = "") -> None:
        if shown:
            filled = _BAR * min(done, total) // total if total else 0
            bar = "#" * filled + "-" * (_BAR - filled)
            sys.stderr.write(f"\r\033[K[{bar}] {done}/{total} {message[:60]}")
            sys.stderr.flush()

    try:
        yield step
    finally:
        if shown:
            sys.stderr.write("\r\033[K")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return str(value)
