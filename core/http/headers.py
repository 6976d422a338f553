"""The security headers of every answer: a strict content policy, no sniffing, no foreign frames, no caching of data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
DOWNLOAD_POLICY = "default-src 'none'; sandbox"
PDF_POLICY = "default-src 'self'; object-src 'self'; frame-ancestors 'self'"
"""Browsers draw a PDF with a built-in page of their own, which a sandbox would forbid."""

_ALWAYS = (
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ("Cache-Control", "no-store"),
)
_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")


def secure(headers: Headers, *, https: bool) -> None:
    """Add what the answer has not set itself."""
    for name, value in _ALWAYS:
        if name not in headers:
            headers.add(name, value)
    if https:
        headers.setdefault(*_TRANSPORT)
