"""Keeps spreadsheets from running cells as formulas, and reads back the cells that were kept from it."""

from __future__ import annotations

_STARTS = ("=", "@", "\t", "\r", "+", "-")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before one that may be; numbers stay."""
    return f"'{cell}" if cell.startswith(_STARTS) and not (cell[0] in "+-" and cell[1:2].isdigit()) else cell


def original(cell: str) -> str:
    """The cell that `harmless` was given."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell
