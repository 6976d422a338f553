"""Cells that a file must not change on their way out and in again."""

from decimal import Decimal

import pytest

from core.data.sheets.cells import join_tags, split_tags
from core.data.sheets.reader import read_sheet
from core.data.sheets.writing import Table


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("text", ["'=1+1", "''=1", "'-x", "'", "=1", "-5", "007", "a\r\nb", "_x000D_", "#N/A", "TRUE"])
def test_a_text_stays_what_it_is(ending: str, text: str) -> None:
    table = Table(("text", "other"), [[text, "x"]])
    assert read_sheet(getattr(table, ending)(), f"a.{ending}").rows[0][0] == text


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "number",
    [Decimal("123456789012.123456"), Decimal("0.000001"), Decimal("1.234"), 0.1 + 0.2, 1e-7, 2**63 - 1, -(2**63)],
)
def test_a_number_keeps_its_digits(ending: str, number: float | Decimal) -> None:
    cell = read_sheet(getattr(Table(("number",), [[number]]), ending)(), f"a.{ending}").rows[0][0]
    assert "e" not in cell.lower()
    assert type(number)(cell) == number


def test_names_with_commas_and_quotes_are_told_apart() -> None:
    names = ["Wood", "café, con leche", '"quoted"', 'x"y', "-5"]
    assert split_tags(join_tags(names)) == names
    assert split_tags("Wood,  Tree , ,wood") == ["Wood", "Tree"]
