"""What an import did, or would do, with the rows it refused."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from core.data.sheets.feeds import Unknown
from core.data.sheets.formulas import harmless
from core.data.sheets.mapping import REFUSED
from core.data.sheets.reader import Sheet
from core.errors import UserError


@dataclass
class Refusal:
    """A row that was not imported, and why: its first fault, and the others after it."""

    line: int
    column: str
    reason: str
    cells: tuple[str, ...]


@dataclass
class Outcome:
    """What an import did, or would do.

    Attributes:
        created, updated: ids of records.
        same: how many of the updated records said already what the file says; they were not written.
        cleared: how many values empty cells took away from records.
        spared: how many values stayed where a cell is empty.
        refused: rows left out.
        made: records of other models created on the way, by model.
        unknown: by column, what the file says and Grial did not know.
        batch: id of the kept record of this import; 0 after a dry run.
        reason: title of the reasons in the file of refused rows.
        reasons: that title in every language; such a column of the file is replaced.
    """

    total: int = 0
    created: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    same: int = 0
    cleared: int = 0
    spared: int = 0
    refused: list[Refusal] = field(default_factory=list)
    made: dict[str, list[int]] = field(default_factory=dict)
    unknown: list[Unknown] = field(default_factory=list)
    batch: int = 0
    dry: bool = False
    reason: str = REFUSED
    reasons: frozenset[str] = frozenset()

    def refused_file(self, sheet: Sheet) -> bytes:
        """The refused rows as a CSV file to correct and import again, with the reason in a last column."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=sheet.separator or ",")
        kept = [column for column, title in enumerate(sheet.header) if title not in self.reasons]
        writer.writerow([*(harmless(sheet.header[column]) for column in kept), self.reason])
        for refusal in self.refused:
            writer.writerow([*(harmless(refusal.cells[column]) for column in kept), harmless(refusal.reason)])
        return out.getvalue().encode("utf-8-sig")


class Cancelled(UserError):
    """The person stopped the import; nothing was kept."""


class Stopped(UserError):
    """A row was bad and the import was to stop at that; nothing was kept.

    Attributes:
        outcome: with every bad row.
    """

    def __init__(self, outcome: Outcome) -> None:
        first = outcome.refused[0]
        outcome.created, outcome.updated, outcome.made, outcome.batch = [], [], {}, 0
        super().__init__(
            "Line {line}: {reason} Nothing was imported; {count} rows are refused.",
            line=first.line, reason=first.reason, count=len(outcome.refused),
        )  # fmt: skip
        self.outcome = outcome
