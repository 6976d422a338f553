"""Keeps spreadsheets from running cells as formulas, and reads back the cells that were kept from it."""

from __future__ import annotations

_STARTS = ("=", "@", "\t", "\r", "+", "-")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before one that may be; numbers stay.

    One that begins with apostrophes before a formula gets another, so that `original` takes none of its own away.
    """
    return f"'{cell}" if _runs(cell.lstrip("'")) else cell


def original(cell: str) -> str:
    """The cell that `harmless` was given."""
    return cell[1:] if cell.startswith("'") and _runs(cell.lstrip("'")) else cell


def _runs(cell: str) -> bool:
    return cell.startswith(_STARTS) and not (cell[0] in "+-" and cell[1:2].isdigit())
