"""Serves our style sheets as one file and our scripts as another, each under the digest of its content.

The pieces stay small files of one subject. Addresses of fonts inside the style become those with a digest.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from werkzeug.exceptions import NotFound

from core.http.compress import accepts_gzip
from core.http.request import Request, Response
from core.http.routing import route
from core.http.static import static_url

Kind = Literal["css", "js"]

STYLES = (
    "base",
    "shell",
    "controls",
    "search",
    "list",
    "form",
    "lines",
    "board",
    "analysis",
    "pages",
    "transfer",
    "flow",
)
SCRIPTS = ("core", "notices", "guard", "keys", "palette", "combobox", "search", "list", "form", "board", "analysis")

_STATIC = Path(__file__).parent.parent / "static"
_MIMETYPES = {"css": "text/css", "js": "text/javascript"}
_RELATIVE = re.compile(r'url\("\.\./([^"]+)"\)')


@dataclass(frozen=True, slots=True)
class Bundle:
    """All files of a kind as one."""

    content: bytes
    packed: bytes
    digest: str


def bundle_url(kind: Kind) -> str:
    """Where the bundle of this kind is found."""
    return f"/web/bundle/{_bundle(kind).digest}.{kind}"


@route("/web/bundle/<digest>.<kind>", auth="none")
def serve_bundle(request: Request, digest: str, kind: str) -> Response:
    """All style sheets or all scripts; an old digest gets the newest, uncached."""
    if kind not in _MIMETYPES:
        raise NotFound
    bundle = _bundle("css" if kind == "css" else "js")
    packed = accepts_gzip(request)
    response = Response(bundle.packed if packed else bundle.content, mimetype=_MIMETYPES[kind])
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    current = digest == bundle.digest
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    return response


def _bundle(kind: Kind) -> Bundle:
    names = STYLES if kind == "css" else SCRIPTS
    files = tuple(_STATIC / kind / f"{name}.{kind}" for name in names)
    return _built(kind, files, tuple(file.stat().st_mtime_ns for file in files))


@lru_cache(maxsize=8)
def _built(kind: Kind, files: tuple[Path, ...], _changed: tuple[int, ...]) -> Bundle:
    texts = [file.read_text(encoding="utf-8") for file in files]
    if kind == "css":
        text = "\n".join(_RELATIVE.sub(_addressed, text) for text in texts)
    else:
        text = "\n".join(f"{{\n{text}}}" for text in texts)
    content = text.encode()
    return Bundle(content, gzip.compress(content, compresslevel=9, mtime=0), hashlib.sha256(content).hexdigest()[:12])


def _addressed(match: re.Match[str]) -> str:
    try:
        return f'url("{static_url("web/" + match[1])}")'
    except LookupError:
        return f'url("/web/static/{match[1]}")'
