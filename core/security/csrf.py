"""Proves that a form came from our own page: a token bound to the session, and where the browser says it comes from."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from urllib.parse import urlsplit

_SIZE = 32
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def token(key: bytes, session: str) -> str:
    """A token for the forms of one session; different each time, so that compressed pages do not leak it."""
    mask = secrets.token_bytes(_SIZE)
    return base64.urlsafe_b64encode(mask + _mix(mask, _digest(key, session))).decode().rstrip("=")


def matches(key: bytes, session: str, candidate: object) -> bool:
    """Was this token made for this session?"""
    if not isinstance(candidate, str) or len(candidate) > 200:
        return False
    try:
        raw = base64.urlsafe_b64decode(candidate + "=" * (-len(candidate) % 4))
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 2 * _SIZE:
        return False
    return hmac.compare_digest(_mix(raw[:_SIZE], raw[_SIZE:]), _digest(key, session))


def foreign(fetch_site: str | None, claimed_origin: str | None, own_origin: str) -> bool:
    """Does the browser say that another site sent this request?

    Args:
        fetch_site: the header `Sec-Fetch-Site`.
        claimed_origin: the header `Origin`.
        own_origin: our own scheme, host and port (`https://erp.example.com`).

    A client that sends neither header is no browser of today: False.
    """
    if fetch_site is not None:
        return fetch_site.lower() not in {"same-origin", "none"}
    if claimed_origin is not None:
        return _place(claimed_origin) != _place(own_origin)
    return False


def _place(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.scheme or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)


def _digest(key: bytes, session: str) -> bytes:
    return hmac.digest(key, b"csrf\0" + session.encode(), "sha256")


def _mix(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
