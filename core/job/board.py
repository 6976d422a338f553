"""Tells other processes how far a long work is, and takes their wish to stop it, over small files.

A work holds its transaction until it ends, and on SQLite nobody else can write meanwhile: what it says on the way
must not go through the tables it has locked.
"""

from __future__ import annotations

import json
import os
import re
import socket
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

LEAST_PAUSE = 0.2
"""Seconds between two notes about one work; what comes faster is not written."""

_HOST = socket.gethostname()
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a work is: `done` of `total` steps (0 when unknown), and what it is doing."""

    title: str
    done: int = 0
    total: int = 0
    message: str = ""
    started: float = 0.0
    pid: int = 0
    host: str = ""

    @property
    def percent(self) -> int:
        """0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total > 0 else 0


class Board:
    """The notes of all running works of one server, in the folder `progress` of its data."""

    def __init__(self, data_dir: Path | str) -> None:
        self.folder = Path(data_dir) / "progress"
        self._written: dict[Path, tuple[float, str]] = {}

    def report(self, database: str, work: str, title: str, done: int = 0, total: int = 0, message: str = "") -> None:
        """Note how far a work is. A full disk is no reason to fail it, so that errors of the file are passed over."""
        file = self._file(database, work)
        now = time.monotonic()
        before = self._written.get(file)
        if before is not None and now - before[0] < LEAST_PAUSE and before[1] == message and done < total:
            return
        note = Progress(title, done, total, message, time.time(), os.getpid(), _HOST)
        if before is not None:
            earlier = self.read(database, work)
            if earlier is not None:
                note = Progress(title, done, total, message, earlier.started, note.pid, _HOST)
        self._written[file] = (now, message)
        draft = file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(asdict(note)), encoding="utf-8")
            draft.replace(file)

    def read(self, database: str, work: str) -> Progress | None:
        """The last note of a work, or None when there is none or the process that wrote it is gone."""
        try:
            note = Progress(**json.loads(self._file(database, work).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        if note.host == _HOST and not _alive(note.pid):
            return None
        return note

    def cancel(self, database: str, work: str) -> None:
        """Ask a work to stop at its next step."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._wish(database, work).touch()

    def cancelled(self, database: str, work: str) -> bool:
        """Has somebody asked this work to stop?"""
        return self._wish(database, work).exists()

    def clear(self, database: str, work: str) -> None:
        """Take the notes of an ended work down."""
        file = self._file(database, work)
        self._written.pop(file, None)
        for path in (file, self._wish(database, work)):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _file(self, database: str, work: str) -> Path:
        return self.folder / f"{_UNSAFE.sub('_', database)}~{_UNSAFE.sub('_', work)}.json"

    def _wish(self, database: str, work: str) -> Path:
        return self._file(database, work).with_suffix(".stop")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
