"""Runs the rules over sources, and leaves out what was reviewed and is right."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.kernel.finding import Finding
from core.lint.code import code
from core.lint.doors import exports, gate
from core.lint.money import money
from core.lint.parsers import network, parsers
from core.lint.reviewed import REVIEWED
from core.lint.rights import rights
from core.lint.source import Remark, Source
from core.lint.sql import sql
from core.lint.storage import storage

Rule = Callable[[Source], Iterator[Remark]]

RULES: dict[str, Rule] = {
    "lint-code": code,
    "lint-sql": sql,
    "lint-exports": exports,
    "lint-gate": gate,
    "lint-rights": rights,
    "lint-money": money,
    "lint-files": storage,
    "lint-xml": parsers,
    "lint-network": network,
}
"""By the code of their findings."""

_LEFT_OUT = frozenset({"tests", "testing", "scaffold", "static", "node_modules", "__pycache__"})


@dataclass(frozen=True, order=True)
class _Use:
    """Something that a rule remarks on: in which file, by which rule, and what."""

    file: str
    code: str
    construct: str


def lint_text(text: str, shown: str) -> list[Finding]:
    """What the rules say of one source, named `core/…` for one of core, `addon/…` for one of an addon.

    A source that cannot be parsed has no findings here: its import says why.
    """
    return [finding for finding, use in _remarks(text, shown) if not _is_reviewed(use)]


def lint_folder(folder: Path, shown: str) -> list[Finding]:
    """What the rules say of every source below a folder, without its tests."""
    return [found for path, name in _files(folder, shown) for found in lint_text(path.read_text("utf-8"), name)]


def findings_of(folders: Sequence[tuple[Path, str]]) -> list[Finding]:
    """What the rules say of several folders, each with the name under which its files are shown."""
    return [finding for folder, shown in folders for finding in lint_folder(folder, shown)]


def unused_reviews(folders: Sequence[tuple[Path, str]]) -> list[str]:
    """Entries of the reviewed list that nothing in these folders needs any more."""
    used: set[_Use] = set()
    for folder, shown in folders:
        for path, name in _files(folder, shown):
            for _, use in _remarks(path.read_text("utf-8"), name):
                used |= _entries(use)
    return [f"{use.file}: {use.code} {use.construct}" for use in sorted(_LISTED - used)]


def _files(folder: Path, shown: str) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder)
        if not _LEFT_OUT & set(inside.parts):
            yield path, f"{shown}/{inside.as_posix()}"


def _remarks(text: str, shown: str) -> Iterator[tuple[Finding, _Use]]:
    try:
        source = Source(shown, ast.parse(text))
    except (SyntaxError, ValueError):
        return
    for name, rule in RULES.items():
        for remark in sorted(set(rule(source))):
            finding = Finding(shown, remark.line, name, remark.message, remark.severity)
            yield finding, _Use(shown, name, remark.construct)


def _is_reviewed(use: _Use) -> bool:
    return bool(_entries(use) & _LISTED)


def _entries(use: _Use) -> set[_Use]:
    """The entries of the reviewed list that would be about it: for its file, and for the folder of its addon."""
    return {use, _Use(f"{use.file.partition('/')[0]}/", use.code, use.construct)}


_LISTED = frozenset(
    _Use(file, f"lint-{rule}", construct)
    for file, rules in REVIEWED.items()
    for rule, constructs in rules.items()
    for construct in constructs.split()
)
