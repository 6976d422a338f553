"""The seeded mistakes of `tests/addons_mistaken`: where they are marked, what a repaired copy is, and who finds them.

A line that says `mistake: …` has one; the lines below it that say `right: …` stand in its place in the repaired copy.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MISTAKEN = ROOT / "tests" / "addons_mistaken"
ADDONS = ("nursery", "nursery_shop")

_MARK = re.compile(r"(?:#|<!--) mistake: (?P<kind>.+?)(?: -->)?$")
_RIGHT = re.compile(r"^(?P<indent>\s*)(?:#|<!--) right: (?P<code>.+?)(?: -->)?$")
_MYPY = re.compile(r"^(?:.*/)?addons/(?P<file>[^:]+):(?P<line>\d+): error: (?P<message>.*)$")

Place = tuple[str, int]


@dataclass(frozen=True, order=True)
class Caught:
    """What one of the two checks says about a line."""

    file: str
    line: int
    by: str
    message: str


def marks() -> dict[Place, str]:
    """The kind of every mistake, by its file, from the folder of the addon on, and line."""
    found: dict[Place, str] = {}
    for path in sorted((MISTAKEN / "addons").rglob("*.*")):
        if path.is_file() and "__pycache__" not in path.parts:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if match := _MARK.search(line):
                    found[path.relative_to(MISTAKEN / "addons").as_posix(), number] = match["kind"]
    return found


def write_repaired(folder: Path) -> Path:
    """Write a copy of the addons without their mistakes; gives its folder."""
    for path in sorted((MISTAKEN / "addons").rglob("*.*")):
        if path.is_file() and "__pycache__" not in path.parts:
            target = folder / path.relative_to(MISTAKEN)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(f"{line}\n" for line in _repaired(path.read_text().splitlines())))
    return folder


def _repaired(lines: Iterable[str]) -> Iterable[str]:
    indent: str | None = None
    for line in lines:
        if match := _RIGHT.match(line):
            # A formatter moves a comment to the body that it stands above: it is as deep as the mistake is.
            yield (match["indent"] if indent is None else indent) + match["code"]
        elif _MARK.search(line):
            indent = line[: len(line) - len(line.lstrip())]
        else:
            indent = None
            yield line


def found_in(folder: Path) -> list[Caught]:
    """What `mypy --strict` and `server.py check` say about the addons in `folder/addons`."""
    return sorted({*_by_mypy(folder), *_by_check(folder)})


def _by_mypy(folder: Path) -> Iterable[Caught]:
    addons = [str(folder / "addons" / name) for name in ADDONS]
    words = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml")]
    answer = _run([*words, "--no-pretty", "--no-error-summary", *addons], MYPYPATH=str(folder))
    for line in answer.splitlines():
        if match := _MYPY.match(line):
            yield Caught(match["file"], int(match["line"]), "mypy --strict", match["message"])


def _by_check(folder: Path) -> Iterable[Caught]:
    words = [sys.executable, "-m", "core.cli", "check", *ADDONS, "--json"]
    for row in json.loads(_run(words, GRIAL_ADDONS_PATH=str(folder / "addons"))):
        yield Caught(row["file"], row["line"], "server.py check", f"{row['message']} [{row['code']}]")


def _run(words: list[str], **variables: str) -> str:
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, timeout=500)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def table(caught: Iterable[Caught]) -> str:
    """The mistakes in the order of their files, who finds each, and what is said, as Markdown."""
    listed = sorted(caught)
    rows = ["| mistake | found by | what it says |", "|---|---|---|"]
    for (file, line), kind in marks().items():
        here = [one for one in listed if (one.file, one.line) == (file, line)]
        by = ", ".join(dict.fromkeys(f"`{one.by}`" for one in here))
        said = here[-1].message.replace("|", "\\|") if here else ""
        rows.append(f"| {kind} | {by} | `{file}:{line}` {said} |")
    return "\n".join(rows)
