"""The documentation names what there is, and nothing that there is not."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import api, fields
from core.data.loader import TAGS
from core.kernel.config import Settings
from core.module.manifest import READERS
from core.orm.fields.base import Options
from tests import hooks_page

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
DEVELOPERS = (DOCS / "developers.md").read_text("utf-8")
ADMINS = (DOCS / "admins.md").read_text("utf-8")

NO_FIELDS = {"Check", "Command", "Field", "Id", "Option", "Query", "Unique"}
CODE = re.compile(r"`([^`\n]+)`")


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of its rank or above."""
    rank, start = next(
        (len(found[1]), found.end()) for found in re.finditer(r"^(#+) (.+)$", text, re.MULTILINE) if found[2] == title
    )
    rest = text[start:]
    end = re.search(rf"^#{{1,{rank}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def tables(text: str) -> Iterator[list[list[str]]]:
    """The tables of a text, each a list of rows of cells, without the header."""
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        yield rows[2:]


def first_cells(text: str, number: int = 0) -> list[str]:
    """The names in the first column of a table."""
    return [name for row in list(tables(text))[number] for name in CODE.findall(row[0])]


def test_the_page_of_hooks_is_what_the_specs_say() -> None:
    assert hooks_page.PAGE.read_text("utf-8") == hooks_page.page(), "run: python -m tests.hooks_page"


def test_every_hook_says_when_it_is_fired() -> None:
    rows = hooks_page.rows()
    assert {"core.database_created", "crm.lead_converted"} <= {f"{row.addon}.{row.name}" for row in rows}
    for row in rows:
        assert row.doc.endswith("."), row
        assert ": Any" not in row.signature or row.addon == "core", f"{row.name}: an addon's hook has typed arguments"


def test_the_table_of_settings_is_what_the_settings_say() -> None:
    written = [row for table in tables(section(ADMINS, "Settings")) for row in table]
    code = [[f"`{one.variable}`", f"`{one.default}`" if one.default else "", one.help] for one in Settings.documented()]
    assert written == code


def test_every_variable_is_documented() -> None:
    pages = "".join(page.read_text("utf-8") for page in DOCS.glob("*.md"))
    used: set[str] = set()
    for file in (ROOT / "server.py", *(ROOT / "core").rglob("*.py")):
        used |= set(re.findall(r"\"(GRIAL_[A-Z_]+)\"", file.read_text("utf-8")))
    assert used
    assert {name for name in used if f"`{name}" not in pages} == set()


def test_the_field_types_are_those_of_core_fields() -> None:
    text = section(DEVELOPERS, "Fields")
    assert set(first_cells(text)) == set(fields.__all__) - NO_FIELDS
    for name in NO_FIELDS - {"Field", "Id"}:
        assert f"`{name}`" in text or f"fields.{name}(" in text, name


def test_the_options_are_those_every_field_takes() -> None:
    options = first_cells(section(DEVELOPERS, "Fields"), 1)
    assert set(options) == {"required", *Options.__annotations__}


def test_a_fields_own_options_exist() -> None:
    for row in next(tables(section(DEVELOPERS, "Fields"))):
        kind = getattr(fields, CODE.findall(row[0])[0])
        for name in (found.partition("=")[0] for found in CODE.findall(row[2])):
            if name.isidentifier() and name[0].islower():
                assert name in inspect.signature(kind).parameters, (row[0], name)


def test_the_decorators_are_those_of_core_api() -> None:
    assert set(first_cells(section(DEVELOPERS, "Fields"), 2)) == {f"api.{name}" for name in api.__all__}
    decorators = {"compute", "inverse", "search", "on_change", "default_from"}
    assert all(callable(getattr(fields.Field, name)) for name in decorators)
    assert all(f"`{name}`" in DEVELOPERS or f"`@field.{name}`" in DEVELOPERS for name in decorators)


def test_the_manifest_keys_are_those_that_are_read() -> None:
    assert first_cells(section(DEVELOPERS, "The manifest")) == list(READERS)


def test_the_tags_are_those_that_are_loaded() -> None:
    tags = [name.strip("<>") for name in first_cells(section(DEVELOPERS, "Data files"))]
    assert sorted(tags) == sorted(TAGS)


def test_the_fixtures_are_those_of_the_plugin() -> None:
    found: set[str] = set()
    for file in (ROOT / "core" / "testing").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                "pytest.fixture" in ast.unparse(d) for d in node.decorator_list
            ):
                found.add(node.name)
    assert set(first_cells(section(DEVELOPERS, "Tests"))) == found


def test_the_addon_that_is_shown_is_the_one_that_is_tested() -> None:
    folder = ROOT / "tests" / "addons_extra" / "addons" / "claim_demo"
    code = "".join(file.read_text("utf-8") for file in folder.rglob("*") if file.suffix in (".py", ".xml"))
    have = {" ".join(line.split()) for line in code.splitlines()}
    shown = section(DEVELOPERS, "An addon").split("### ")[0]
    block = re.search(r"```python\n(.*?)```", shown, re.DOTALL)
    assert block is not None
    assert [line for line in block[1].splitlines() if " ".join(line.split()) not in have] == []


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: str(page.relative_to(DOCS)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", found.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}, target
