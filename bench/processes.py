"""The sides as processes, asked in turn, so that what else the machine does meets all of them alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from bench.measured import Measured
from bench.place import Place

ROOT = Path(__file__).resolve().parents[1]


class Process:
    """One side at work."""

    def __init__(self, name: str, place: Place, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self._ask({"side": name, "place": place.as_json()})

    def run(self, row: str, count: int, profile: Path | None = None) -> Measured:
        """One work, once."""
        return Measured(**self._ask({"row": row, "count": count, "profile": str(profile) if profile else None}))

    def close(self) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(60)

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise click.ClickException(f"The side {self.name} has ended; its error is above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def started(place: Place, names: Sequence[str]) -> Iterator[dict[str, Process]]:
    """Processes of these sides, ended after the block."""
    with ExitStack() as stack:
        found: dict[str, Process] = {}
        for name in names:
            found[name] = Process(name, place, [sys.executable, "-m", "bench.worker"], {})
            stack.callback(found[name].close)
        yield found
