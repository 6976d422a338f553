"""Decides which database a request is about: by host name, session, header, cookie, or the only one there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.http.network import host_name
from core.http.request import DATABASE_COOKIE, split_session_identifier

if TYPE_CHECKING:
    from core.http.request import Request


def choose(request: Request) -> str:
    """The name of the database this request is about, or an empty text.

    A host whose first label is the name of a database is bound to that database.
    """
    site = request.site
    bound = bound_to_host(request)
    if bound:
        return bound
    named, _token = split_session_identifier(request.session_id)
    for candidate in (named, request.headers.get("X-Odoo-Database", ""), request.cookies.get(DATABASE_COOKIE, "")):
        if candidate and site.exists(candidate):
            return candidate
    if site.settings.database and site.exists(site.settings.database):
        return site.settings.database
    names = site.names()
    return names[0] if len(names) == 1 else ""


def bound_to_host(request: Request) -> str:
    """The database that the host name stands for (`shop.example.com` for `shop`), or an empty text."""
    label, dot, _rest = host_name(request.peer.host).partition(".")
    return label if dot and label in request.site.names() else ""
