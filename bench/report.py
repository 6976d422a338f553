"""Medians, ratios and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.measured import Measured
from bench.row import GROWTH, Row

HEADER = (
    "work", "Grial", "statements", "in the database", "floor", "psycopg2", "ratio", "at least", "10 x records",
    "besides", "met",
)  # fmt: skip


@dataclass
class Line:
    """A row of one backend, measured.

    Attributes:
        rates: by side, units a second.
        statements: of Grial.
        database: the part of Grial's time that PostgreSQL spent.
        ratio: of Grial's rate to the floor's.
        growth: how many times as long all records take as a tenth of them.
        detail: what else was measured of Grial, by name.
        faults: what was promised and does not hold.
    """

    backend: str
    row: str
    work: str
    unit: str
    rates: dict[str, float]
    statements: int | None
    database: float | None
    ratio: float | None
    at_least: float | None
    growth: float | None
    faults: list[str]
    detail: dict[str, float] = field(default_factory=dict)


def summed_up(backend: str, row: Row, measured: Mapping[str, Sequence[Measured]], small: Sequence[Measured]) -> Line:
    """The line of a row from all its rounds."""
    seconds = {side: median(one.seconds for one in rounds) for side, rounds in measured.items()}
    rates = {side: row.count / each for side, each in seconds.items()}
    grial = measured["grial"]
    counted = [one.statements for one in grial if one.statements is not None]
    spent = [one.database / one.seconds for one in grial if one.database is not None]
    floor = rates.get(row.floor) or rates.get("core")
    ratio = rates["grial"] / floor if floor else None
    growth = seconds["grial"] / median(one.seconds for one in small) if small else None
    line = Line(
        backend, row.name, row.title, row.unit, rates, int(median(counted)) if counted else None,
        median(spent) if spent else None, ratio, row.at_least, growth, [],
    )  # fmt: skip
    details = [one.detail for one in grial if one.detail]
    line.detail = {name: median(one[name] for one in details) for name in (details[0] if details else ())}
    line.faults = list(_faults(row, line))
    return line


def _faults(row: Row, line: Line) -> Sequence[str]:
    found = []
    if line.ratio is not None and row.at_least is not None and line.ratio < row.at_least:
        found.append(f"{line.ratio:.2f} instead of {row.at_least}")
    if row.most_statements is not None and (line.statements or 0) > row.most_statements:
        found.append(f"{line.statements} statements instead of {row.most_statements}")
    if line.growth is not None and line.growth >= GROWTH:
        found.append(f"grows {line.growth:.1f} times")
    for name, most in row.limits.items():
        if line.detail[name] > most:
            found.append(f"{name} {line.detail[name]:.4g} instead of {most:g}")
    return found


def as_text(lines: Sequence[Line]) -> str:
    """The tables for people, in Markdown, one a backend."""
    parts = []
    for backend in dict.fromkeys(line.backend for line in lines):
        here = [line for line in lines if line.backend == backend]
        rows = [_cells(line) for line in here]
        parts.append("\n".join([f"## {backend}", "", _bar(HEADER), _bar(["---"] * len(HEADER))]))
        parts.append("\n".join(map(_bar, rows)) + "\n")
    return "\n".join(parts)


def _cells(line: Line) -> list[str]:
    return [
        line.work,
        _rate(line.rates["grial"]),
        "" if line.statements is None else f"{line.statements:,}",
        "" if line.database is None else f"{line.database:.0%}",
        _rate(line.rates.get("core")),
        _rate(line.rates.get("driver")),
        "" if line.ratio is None else f"{line.ratio:.2f}",
        "" if line.at_least is None else f"{line.at_least:g}",
        "" if line.growth is None else f"{line.growth:.1f}",
        ", ".join(f"{name} {value:.4g}" for name, value in line.detail.items()),
        "; ".join(line.faults) or "yes",
    ]


def _rate(rate: float | None) -> str:
    return "" if rate is None else f"{rate:,.0f}/s"


def _bar(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
