"""Writes docs/reliability-cases.md from the markers of the tests and tests/cases.toml: `python -m tests.cases_page`."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reliability-cases.md"
FOLDERS = ("tests", "addons")

INTRODUCTION = """# Cases of reliability, and the tests that try them

What goes wrong in systems like this one, or is tried against them, and the test that tries it here. Each test runs on
SQLite and on PostgreSQL where a database takes part. A case without one says why. Files are those of `tests/`, unless
they begin with `addons/`.

`python -m tests.cases_page` writes this page: a test names its cases with `@pytest.mark.case("B06")`, the texts and the
reasons stand in `tests/cases.toml`.
"""


def groups() -> tuple[dict[str, dict[str, str]], dict[str, str], dict[str, str]]:
    """The cases by group, each with its `title`; why there is nothing to try yet; why others are not tried yet."""
    found = tomllib.loads((ROOT / "tests" / "cases.toml").read_text("utf-8"))
    nothing, later = found.pop("open"), found.pop("later")
    return found, nothing, later


def marked() -> dict[str, list[str]]:
    """By case, the tests that try it, as `security/test_session.py::test_logout`."""
    found: dict[str, list[str]] = defaultdict(list)
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            shown = path.relative_to(ROOT).as_posix().removeprefix("tests/")
            for name, cases in _of_file(ast.parse(path.read_text("utf-8"))):
                for case in cases:
                    found[case].append(f"{shown}::{name}")
    return found


def _of_file(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.case":
                    yield node.name, [ast.literal_eval(argument) for argument in mark.args]


def page() -> str:
    """The text of the page."""
    cases, reasons, later = groups()
    tests = marked()
    lines = [INTRODUCTION, *_counts(cases, reasons, tests)]
    for letter, texts in cases.items():
        lines += ["", f"## {letter}. {texts['title']}", "", "| case | what is tried | tests |", "|---|---|---|"]
        for case, text in texts.items():
            if case != "title":
                named = " ".join(f"`{test}`" for test in tests.get(case, ()))
                lines.append(f"| {case} | {text} | {named or 'not yet: ' + {**later, **reasons}[case]} |")
    return "\n".join(lines) + "\n"


def _counts(
    cases: Mapping[str, Mapping[str, str]], reasons: Mapping[str, str], tests: Mapping[str, object]
) -> list[str]:
    lines = ["| group | tried | there is nothing to try yet | not tried yet |", "|---|---|---|---|"]
    for letter, texts in cases.items():
        numbers = [case for case in texts if case != "title"]
        tried = sum(case in tests for case in numbers)
        nothing = sum(case not in tests and case in reasons for case in numbers)
        lines.append(f"| {letter}. {texts['title']} | {tried} | {nothing} | {len(numbers) - tried - nothing} |")
    return lines


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
