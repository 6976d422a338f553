"""Every seeded mistake is found by `mypy --strict` or `server.py check` at its line, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.check import mistakes

PAGE = mistakes.ROOT / "docs" / "mistakes.md"
BEGIN, END = "<!-- table -->\n", "\n<!-- end of the table -->"


@pytest.fixture(scope="module")
def caught() -> list[mistakes.Caught]:
    """What the two checks say about the mistaken addons."""
    return mistakes.found_in(mistakes.MISTAKEN)


@pytest.mark.slow
def test_each_mistake_is_found_at_its_line(caught: list[mistakes.Caught]) -> None:
    places = {(one.file, one.line) for one in caught}
    assert [
        f"{file}:{line}: {kind}" for (file, line), kind in mistakes.marks().items() if (file, line) not in places
    ] == []


@pytest.mark.slow
def test_nothing_is_said_of_lines_without_a_mistake(caught: list[mistakes.Caught]) -> None:
    marked = mistakes.marks()
    assert [str(one) for one in caught if (one.file, one.line) not in marked] == []


@pytest.mark.slow
def test_the_repaired_addons_have_no_finding(tmp_path: Path) -> None:
    assert [str(one) for one in mistakes.found_in(mistakes.write_repaired(tmp_path))] == []


@pytest.mark.slow
def test_the_page_shows_what_is_said(caught: list[mistakes.Caught]) -> None:
    """Set GRIAL_WRITE_DOCS=1 to have the page written anew."""
    text = PAGE.read_text()
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    wanted = f"{before}{BEGIN}{mistakes.table(caught)}{END}{after}"
    if os.environ.get("GRIAL_WRITE_DOCS"):
        PAGE.write_text(wanted)
    assert PAGE.read_text() == wanted


def test_there_are_enough_kinds() -> None:
    assert len(set(mistakes.marks().values())) >= 24
