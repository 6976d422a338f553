"""The documentation says what is true: settings, commands, fixtures, rooms and links."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from core.cli import group, main
from core.kernel.config import Settings
from core.lint import RULES
from tests import cases_page

ROOT = Path(__file__).resolve().parents[1]
ADMINS = (ROOT / "docs" / "admins.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def table(text, title):
    """The rows of the Markdown table below a heading, as lists of cells."""
    part = text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_every_setting_is_documented_with_its_default_and_no_other():
    written = {row[0].strip("`"): (row[1].strip("`"), row[2]) for row in table(ADMINS, "Settings")}
    assert written == {one.variable: (one.default, one.help.rstrip(".")) for one in Settings.documented()}


def test_every_command_is_documented_and_no_other():
    written = {}
    for first, _ in table(ADMINS, "Commands"):
        words = [word for part in re.findall(r"`([^`]+)`", first) for word in part.split()]
        written[words[0]] = set(words[1:])
    found = {}
    for name in group.COMMANDS:
        command = main.get_command(click.Context(main), name)
        found[name] = set(command.commands) if isinstance(command, click.Group) else set()
    assert written == found


def test_the_layers_of_the_architecture_are_those_that_are_checked():
    drawn = re.search(r"```\n(cli .*?)```", ARCHITECTURE, re.DOTALL)
    assert drawn is not None
    layers = [[room.strip() for room in line.split("   ")[0].split("|")] for line in drawn[1].splitlines()]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    contract = next(one for one in settings if one["type"] == "layers")
    assert layers == [[room.strip(" ()") for room in re.split(r"\|", line)] for line in contract["layers"]]


def test_every_room_is_in_the_tree():
    rooms = {path.name for path in (ROOT / "core").iterdir() if (path / "__init__.py").is_file()}
    drawn = set(re.findall(r"[├└]── (\w+)/", ARCHITECTURE))
    assert rooms <= drawn


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target


def test_every_decision_is_listed():
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", (ROOT / "docs" / "decisions" / "README.md").read_text())
    assert listed == sorted(path.name for path in (ROOT / "docs" / "decisions").glob("0*.md"))


def test_the_page_of_cases_is_that_of_the_markers():
    assert cases_page.PAGE.read_text() == cases_page.page(), "run python -m tests.cases_page"


def test_every_case_that_is_marked_is_one_of_the_list_and_every_other_has_a_reason():
    cases, nothing, later = cases_page.groups()
    listed = {case for texts in cases.values() for case in texts} - {"title"}
    marked = set(cases_page.marked())
    assert marked <= listed
    assert not {*nothing, *later} & marked, "they are tried: take the reason away"
    assert {*nothing, *later} == listed - marked


def test_the_rules_of_security_name_files_and_lints_that_there_are():
    text = (ROOT / "docs" / "security.md").read_text()
    rows = [line.split("|") for line in text.splitlines() if re.match(r"\| \d+ \|", line)]
    assert [int(row[1]) for row in rows] == list(range(1, 21))
    for row in rows:
        for file in re.findall(r"`([\w/]+\.py)`", row[4]):
            assert (ROOT / file).is_file() or (ROOT / "core" / file).is_file(), file
    assert set(re.findall(r"lint-\w+", text)) == set(RULES)
