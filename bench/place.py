"""Where a run keeps its databases: a folder, a server, and how much is in them."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from bench.data import Size

Backend = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Place:
    """One backend of one run.

    Attributes:
        server: the URL of the PostgreSQL server; empty for SQLite.
        folder: for files, and for the databases of SQLite.
        mark: begins the names of its databases.
    """

    backend: Backend
    server: str
    folder: Path
    mark: str
    size: Size = field(default_factory=Size)

    def name(self, what: str) -> str:
        """The name of one of its databases."""
        return f"{self.mark}_{what}"

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """For another process."""
        return {**asdict(self), "folder": str(self.folder)}


def from_json(given: dict[str, Any]) -> Place:  # Any: JSON
    """The place that another process has described."""
    return Place(**{**given, "folder": Path(given["folder"]), "size": Size(**given["size"])})


@contextmanager
def scratch_place(backend: Backend, server: str, size: Size) -> Iterator[Place]:
    """A place for one run; its databases are gone after the block."""
    from core.db import admin
    from core.db.engine import DatabaseServer
    from core.kernel.config import Settings

    with tempfile.TemporaryDirectory(prefix="grial-bench-") as folder:
        place = Place(backend, server, Path(folder), f"bench_{secrets.token_hex(3)}", size)
        try:
            yield place
        finally:
            known = DatabaseServer(Settings.from_env({}, data_dir=place.folder, database_url=server))
            for name in known.names():
                if name.startswith(f"{place.mark}_"):
                    admin.drop(known, name)
