"""A file waiting on the server while a person walks through the import wizard: its bytes and the choices so far."""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.sheets.feeds import Meant
from core.data.sheets.mapping import Columns, propose
from core.data.sheets.reader import Sheet, read_sheet
from core.errors import MissingError

if TYPE_CHECKING:
    from core.http.request import Request
    from core.orm.env import Env

KEEP_SECONDS = 7 * 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")


@dataclass
class ImportFile:
    """One uploaded file.

    Attributes:
        token: names it in addresses; only the person who uploaded it may open it.
        title: what columns are called when the first line holds no headings.
        targets: by column, the fields it feeds; None before the person has changed the proposal.
        empty: what empty cells do to records that rows update.
        missing: by field, what happens to texts that are not known.
        meant: by field, what single texts mean.
        batch: id of the finished import; 0 before.
        error: why it failed.
    """

    token: str
    uid: int
    model: str
    name: str
    encoding: str = ""
    separator: str = ""
    title: str = ""
    targets: dict[int, list[str]] | None = None
    keys: list[str] = field(default_factory=list)
    on_error: str = "skip"
    empty: str = "keep"
    missing: dict[str, str] = field(default_factory=dict)
    meant: dict[str, dict[str, Meant]] = field(default_factory=dict)
    running: bool = False
    batch: int = 0
    error: str = ""
    folder: Path = Path()

    def save(self) -> None:
        """Keep the choices."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {k: v for k, v in asdict(self).items() if k != "folder"}
        draft = self.folder / f"{self.token}.draft"
        draft.write_text(json.dumps(kept), encoding="utf-8")
        draft.replace(self.folder / f"{self.token}.json")

    @property
    def bytes_path(self) -> Path:
        """Where the bytes of the file lie."""
        return self.folder / f"{self.token}.bin"

    @property
    def refused_path(self) -> Path:
        """Where the file of refused rows lies, once there is one."""
        return self.folder / f"{self.token}.refused.csv"

    def sheet(self) -> Sheet:
        """The cells of the file. Raises UserError when it cannot be read."""
        return read_sheet(self.bytes_path.read_bytes(), self.name, self.encoding, self.separator, self.title)

    def columns(self, env: Env, sheet: Sheet) -> Columns:
        """Which column feeds which fields: the person's choice, or the proposal."""
        if self.targets is None:
            return propose(env, self.model, sheet.header)
        chosen = {column: tuple(name for name in names if name) for column, names in self.targets.items()}
        return {column: names for column, names in chosen.items() if names and column < len(sheet.header)}


def upload(request: Request, model: str, name: str, data: bytes) -> ImportFile:
    """Keep an uploaded file, and drop those nobody came back for."""
    folder = _folder(request)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > KEEP_SECONDS:
            old.unlink(missing_ok=True)
    found = ImportFile(secrets.token_urlsafe(24), request.env.uid, model, Path(name).name or "file.csv", folder=folder)
    found.bytes_path.write_bytes(data)
    found.save()
    return found


def waiting(request: Request, model: str, token: str) -> ImportFile:
    """The file of a token.

    Raises:
        MissingError: when there is none of this person.
    """
    folder = _folder(request)
    path = folder / f"{token}.json"
    if _TOKEN.fullmatch(token) is None or not path.is_file():
        raise MissingError("This import has ended; upload the file again.")
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    targets = kept.pop("targets")
    found = ImportFile(**kept, folder=folder)
    found.targets = None if targets is None else {int(column): names for column, names in targets.items()}
    if found.uid != request.env.uid or found.model != model:
        raise MissingError("This import has ended; upload the file again.")
    return found


def _folder(request: Request) -> Path:
    return Path(request.site.settings.data_dir) / "uploads" / request.env.registry.name
