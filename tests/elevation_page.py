"""Writes docs/elevation.md from the source: `python -m tests.elevation_page`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "elevation.md"

INTRODUCTION = """# Where rights are passed

Code runs with the rights of its user. Where those do not do, it says so: `with env.elevated("reason", Model) as su:`
passes the access gate for the named models, in that block. There is no method that lifts a record, and no block for
everything. Core's own bookkeeping (external ids, rules, workflow rows, stored results) uses `env.super_env`; addons do
not, with the exception below. Whoever reviews a release reads this page: what is new here is a question to its author.

This page lists all of them; `python -m tests.elevation_page` writes it from the source.
"""


@dataclass(frozen=True, order=True)
class Use:
    """One place that passes the gate: file, function, and for a block its reason and models as written."""

    file: str
    function: str
    reason: str = ""
    models: str = ""


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every source file of core and of the addons, without tests."""
    for folder in ("addons", "core"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "tests" not in path.parts and "testing" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def uses() -> tuple[list[Use], list[Use]]:
    """The blocks, and the uses of `super_env`, in the order of the files."""
    blocks: list[Use] = []
    bookkeeping: list[Use] = []

    def walk(node: ast.AST, file: str, function: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = child.name if isinstance(child, (ast.FunctionDef, ast.ClassDef)) else function
            if isinstance(child, ast.Call) and getattr(child.func, "attr", "") == "elevated":
                reason, *models = [ast.unparse(argument) for argument in child.args]
                blocks.append(Use(file, inner, ast.literal_eval(reason), ", ".join(models)))
            if isinstance(child, ast.Attribute) and child.attr == "super_env":
                bookkeeping.append(Use(file, inner))
            walk(child, file, inner)

    for file, tree in trees():
        walk(tree, file, "")
    return blocks, list(dict.fromkeys(bookkeeping))


def page() -> str:
    """The text of the page."""
    blocks, bookkeeping = uses()
    lines = [INTRODUCTION, "## Blocks\n", "| file | function | reason | models |", "|---|---|---|---|"]
    lines += [f"| {use.file} | `{use.function}` | {use.reason} | `{use.models}` |" for use in blocks]
    lines += ["", "## Bookkeeping\n", "| file | functions |", "|---|---|"]
    by_file: dict[str, list[str]] = {}
    for use in bookkeeping:
        by_file.setdefault(use.file, []).append(f"`{use.function}`")
    lines += [f"| {file} | {', '.join(dict.fromkeys(names))} |" for file, names in by_file.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
