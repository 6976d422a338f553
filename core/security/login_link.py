"""Links that log somebody in once: whoever starts the server gets one on the console, before any password is known."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

LIFETIME = 3600
"""Seconds until a link that nobody has used ends."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Ticket(NamedTuple):
    """Whom a link logs in, and where."""

    database: str
    uid: int


def make(data_dir: Path, database: str, uid: int) -> str:
    """The secret of a new link. Only its hash is kept, in a folder of the server that its owner alone can read."""
    folder = _folder(data_dir)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = secrets.token_urlsafe(32)
    handle = os.open(folder / _name(token), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({"database": database, "uid": uid, "ends": time.time() + LIFETIME}, file)
    return token


def redeem(data_dir: Path, token: object) -> Ticket | None:
    """Whom this secret logs in. It ends here: the next call, even one at the same moment, gets None."""
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    file = _folder(data_dir) / _name(token)
    taken = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    try:
        file.rename(taken)
    except FileNotFoundError:
        return None
    try:
        facts = json.loads(taken.read_text())
    finally:
        taken.unlink()
    return Ticket(facts["database"], facts["uid"]) if time.time() < facts["ends"] else None


def clean(data_dir: Path) -> None:
    """Delete the links of earlier starts: only the newest start's link works."""
    for file in _folder(data_dir).glob("*"):
        with suppress(FileNotFoundError):
            file.unlink()


def _folder(data_dir: Path) -> Path:
    return data_dir / ".login-links"


def _name(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
