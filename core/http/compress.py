"""Compresses text answers for callers that ask for it."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.http.request import Request, Response

SMALLEST = 1_400
_TEXT = ("text/", "application/json", "application/javascript", "application/xml", "image/svg+xml")


def accepts_gzip(request: Request) -> bool:
    """Does the caller take gzip?"""
    return "gzip" in request.headers.get("Accept-Encoding", "").lower()


def is_text(mimetype: str) -> bool:
    """Is it worth compressing?"""
    return mimetype.startswith(_TEXT)


def compress(request: Request, response: Response) -> None:
    """Replace a text body of some size by its gzip form."""
    if not accepts_gzip(request) or response.is_streamed or response.direct_passthrough:
        return
    if "Content-Encoding" in response.headers or not is_text(response.mimetype or ""):
        return
    body = response.get_data()
    if len(body) < SMALLEST:
        return
    response.set_data(gzip.compress(body, compresslevel=4, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
