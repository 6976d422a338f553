"""Serves `core/http/static` below `/web/static/` and the `static/` of an addon below `/<addon>/static/`.

`static_url` puts a digest of the content into the address, so that browsers keep a file for a year and still see a
change at once.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from werkzeug.exceptions import NotFound

from core.http.compress import SMALLEST, accepts_gzip, is_text
from core.http.request import Request, Response
from core.http.routing import route
from core.module.finder import search_paths

CORE = "web"
_CORE_FOLDER = Path(__file__).parent / "static"
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
_DIGEST = re.compile(r"~[0-9a-f]{12}\Z")
_FOREVER = "public, max-age=31536000, immutable"

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("image/webp", ".webp")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file in memory, with its gzip form when that is smaller."""

    content: bytes
    packed: bytes
    mimetype: str
    digest: str


def static_url(path: str) -> str:
    """The address of a static file, with its digest: `static_url("web/grial.css")`, `static_url("crm/board.js")`.

    Raises:
        LookupError: there is no such file.
    """
    owner, _, inner = path.partition("/")
    file = find(owner, inner)
    if file is None:
        raise LookupError(f"there is no static file {path}")
    return f"/{owner}/static/~{_load(file).digest}/{inner}"


@route("/<owner>/static/<path:path>", auth="none")
def static_file(request: Request, owner: str, path: str) -> Response:
    """One static file."""
    first, _, rest = path.partition("/")
    digest = first[1:] if _DIGEST.match(first) else ""
    file = find(owner, rest if digest else path)
    if file is None:
        raise NotFound
    loaded = _load(file)
    packed = bool(loaded.packed) and accepts_gzip(request)
    response = Response(loaded.packed if packed else loaded.content, mimetype=loaded.mimetype)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    if loaded.packed:
        response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _FOREVER if digest == loaded.digest else "no-cache"
    response.set_etag(loaded.digest + ("-gz" if packed else ""))
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns the response it was called on


def find(owner: str, path: str) -> Path | None:
    """The file behind a static address, or None when there is none or the path leaves its folder."""
    folder = _folder(owner)
    parts = path.split("/")
    if folder is None or not all(map(_PLAIN.match, parts)):
        return None
    file = folder.joinpath(*parts)
    try:
        real = file.resolve(strict=True)
    except OSError:
        return None
    return real if real.is_file() and real.is_relative_to(folder.resolve()) else None


def _folder(owner: str) -> Path | None:
    if owner == CORE:
        return _CORE_FOLDER
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", owner):
        return None
    for place in search_paths():
        folder = place / owner / "static"
        if folder.is_dir():
            return folder
    return None


def _load(file: Path) -> StaticFile:
    stat = file.stat()
    return _read(file, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=512)
def _read(file: Path, _changed: int, _size: int) -> StaticFile:
    content = file.read_bytes()
    mimetype = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    packed = b""
    if len(content) >= SMALLEST and is_text(mimetype):
        packed = gzip.compress(content, compresslevel=9, mtime=0)
    return StaticFile(content, packed, mimetype, hashlib.sha256(content).hexdigest()[:12])
