"""The tutorial works: its files are written and its commands run in a new folder, and answer what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "tutorial.md"

_BLOCK = re.compile(r"^```(?P<kind>\w+) ?(?P<file>\S*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
PREFACE = """
grial() { "$PYTHON" -m core.cli "$@"; }
mypy() { "$PYTHON" -m mypy "$@"; }
"""


@dataclass(frozen=True)
class Step:
    """A file to write, or commands to run, at a line of the page."""

    line: int
    kind: str
    file: str
    text: str


def steps() -> Iterator[Step]:
    """The blocks of the page, in their order."""
    page = PAGE.read_text()
    for found in _BLOCK.finditer(page):
        yield Step(page.count("\n", 0, found.start()) + 1, found["kind"], found["file"], found["text"])


def commands(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a block, each with the answer that is shown."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, answer = part.partition("\n")
        yield command, answer.strip("\n")


class Reader:
    """Somebody who works through the page."""

    def __init__(self, folder: Path, data: Path, database_url: str) -> None:
        self.folder = folder
        self.environment = {
            **os.environ, "GRIAL": str(ROOT), "PYTHON": sys.executable, "PYTHONPATH": str(ROOT),
            "GRIAL_DATA_DIR": str(data), "GRIAL_DATABASE_URL": database_url, "COLUMNS": "120",
        }  # fmt: skip

    def write(self, step: Step) -> None:
        path = self.folder / step.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.text)

    def run(self, command: str) -> str:
        """The answer of a command, on both streams; what it exports is there for the next."""
        script = f"{PREFACE}{command}\ncode=$?\nexport -p > {self.folder}/.exported\nexit $code\n"
        exported = self.folder / ".exported"
        begin = f"source {exported}\n" if exported.exists() else ""
        done = subprocess.run(
            ["bash", "-c", begin + script], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=500,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        return done.stdout.strip()


@pytest.mark.slow
def test_the_tutorial_works(tmp_path: Path, make_server, backend: str) -> None:
    server = make_server(backend)
    reader = Reader(tmp_path, server.data_dir, server.url.render_as_string(hide_password=False) if server.url else "")
    for step in steps():
        if step.kind != "console":
            reader.write(step)
            continue
        for command, shown in commands(step.text):
            answer = reader.run(command)
            pattern = re.sub(r"([\[?])", r"[\1]", shown).replace("…", "*")
            assert not shown or fnmatchcase(answer, pattern), f"line {step.line}: {command}\n{answer}"


def test_every_file_of_the_tutorial_has_a_name() -> None:
    assert [step.line for step in steps() if step.kind != "console" and not step.file.startswith("addons/")] == []
    assert sum(step.kind == "console" for step in steps()) > 5
