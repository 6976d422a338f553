"""A request and an answer, thin over werkzeug's: with limits, the session, the reader's language and the `Env`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Request as WerkzeugRequest
from werkzeug.wrappers import Response as WerkzeugResponse

from core.http.headers import DOWNLOAD_POLICY, PDF_POLICY
from core.http.network import Peer, peer_of
from core.http.payload import MalformedRequest, dump_json, parse_json
from core.kernel.zones import is_zone
from core.security import csrf

if TYPE_CHECKING:
    from core.http.site import Site
    from core.orm.env import Env
    from core.orm.registry import Registry
    from core.security.session import Session

SESSION_COOKIE = "session_id"
DATABASE_COOKIE = "database"
LANGUAGE_COOKIE = "lang"
ZONE_COOKIE = "tz"
SOURCE_LANGUAGE = "en_US"
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?(@[a-z]+)?")
_TOKEN_LENGTH = 43
PDF = "application/pdf"
_INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", PDF, "text/plain"})


class Request(WerkzeugRequest):
    """What a handler gets.

    Attributes:
        site: settings and databases of the server.
        registry: the database it is about; None on routes with `auth="none"` until one is chosen.
        session: the open session, or None.
        number: names this request in logs and error pages.
        lang: the reader's language, as in `es_ES`.
    """

    max_form_memory_size = 8 * 1024 * 1024
    max_form_parts = 5_000

    def __init__(self, environ: dict[str, Any], site: Site) -> None:
        super().__init__(environ)
        self.site = site
        self.registry: Registry | None = None
        self.session: Session | None = None
        self.number = secrets.token_hex(6)
        # Where nobody can find out who asks, a browser is answered in the language of its last login.
        chosen = self.cookies.get(LANGUAGE_COOKIE, "")
        self.lang = chosen if _LANGUAGE.fullmatch(chosen) else SOURCE_LANGUAGE
        self.max_content_length = site.max_body
        self._env: Env | None = None
        self._peer: Peer | None = None

    @property
    def env(self) -> Env:
        """The records as this user may see them. Raises RuntimeError outside the handler's transaction."""
        if self._env is None:
            raise RuntimeError('this route opens no transaction: declare it with auth="user" or auth="public"')
        return self._env

    def enter(self, env: Env) -> None:
        """Work with these records from now on."""
        self._env = env

    def leave(self) -> None:
        """The transaction ends: the records are gone."""
        self._env = None

    @property
    def peer(self) -> Peer:
        """Where the request comes from."""
        if self._peer is None:
            self._peer = peer_of(self.environ, self.site.proxies)
        return self._peer

    @property
    def https(self) -> bool:
        """Did the person use TLS?"""
        return self.peer.scheme == "https"

    @property
    def own_origin(self) -> str:
        """Scheme, host and port of our own pages, as the person sees them."""
        return f"{self.peer.scheme}://{self.peer.host}"

    @property
    def session_id(self) -> str:
        """The session identifier of the cookie or of the `X-Openerp-Session-Id` header; never of the URL."""
        return self.headers.get("X-Openerp-Session-Id") or self.cookies.get(SESSION_COOKIE, "")

    @property
    def ambient(self) -> bool:
        """Would a browser have sent the session by itself? Then an unsafe request must prove where it comes from."""
        return SESSION_COOKIE in self.cookies and "X-Openerp-Session-Id" not in self.headers

    @property
    def csrf_token(self) -> str:
        """A token for the forms of this page."""
        return csrf.token(self.site.csrf_key, self.session.token if self.session else "")

    @property
    def wants_json(self) -> bool:
        """Does the caller ask for JSON rather than a page?"""
        accepted = self.accept_mimetypes
        return self.is_json or (
            accepted.best_match(["text/html", "application/json"], "text/html") == "application/json"
        )

    @property
    def from_script(self) -> bool:
        """Does the page's script ask for a fragment?"""
        return "HX-Request" in self.headers

    def read_json(self) -> Any:
        """The JSON body, within the budgets of `core.http.payload`.

        Raises:
            MalformedRequest: the content type is not JSON, or the body cannot be read.
        """
        if not self.is_json:
            raise MalformedRequest("Send the body as application/json.")
        return parse_json(self.read_body())

    def read_body(self) -> bytes:
        """The whole body. Raises werkzeug's RequestEntityTooLarge over the limit of the route."""
        limit = self.max_content_length
        if limit is not None and (self.content_length or 0) > limit:
            raise RequestEntityTooLarge
        body = self.get_data()
        if limit is not None and len(body) >= limit and self.content_length != len(body):
            raise RequestEntityTooLarge  # werkzeug cuts a body without a stated length there
        return body

    @property
    def zone(self) -> str:
        """The time zone of the reader: their own, else that of their browser; empty where neither is known."""
        if self.session is not None and self.session.tz:
            return self.session.tz
        told = self.cookies.get(ZONE_COOKIE, "")
        return told if is_zone(told) else ""

    def negotiated_lang(self, offered: Iterable[str]) -> str:
        """The best of the offered languages for a reader who is not logged in: cookie, browser, then the first."""
        known = list(offered) or [SOURCE_LANGUAGE]
        chosen = self.cookies.get(LANGUAGE_COOKIE, "")
        if chosen in known:
            return chosen
        for wanted, _quality in parse_accept_header(self.headers.get("Accept-Language")):
            tag = wanted.replace("-", "_").lower()
            same_language = [name for name in known if name.partition("_")[0].lower() == tag.partition("_")[0]]
            for name in same_language:
                if name.lower() == tag:
                    return name
            if same_language:
                return same_language[0]
        return known[0]


class Response(WerkzeugResponse):
    """An answer; HTML unless said otherwise."""

    default_mimetype = "text/html"

    def set_session(self, request: Request, database: str, token: str) -> None:
        """Give the browser its session; the identifier also names the database."""
        self.set_cookie(
            SESSION_COOKIE, session_identifier(database, token), max_age=timedelta(days=30), path="/",
            secure=request.https, httponly=True, samesite="Lax",
        )  # fmt: skip

    def clear_session(self, request: Request) -> None:
        """Take the session from the browser."""
        self.delete_cookie(SESSION_COOKIE, path="/", secure=request.https, httponly=True, samesite="Lax")


def session_identifier(database: str, token: str) -> str:
    """What the `session_id` cookie holds."""
    return f"{token}.{database}"


def split_session_identifier(identifier: str) -> tuple[str, str]:
    """The (database, token) of a `session_id`; two empty texts when it is none."""
    token, dot, database = identifier[:_TOKEN_LENGTH], identifier[_TOKEN_LENGTH : _TOKEN_LENGTH + 1], identifier[44:]
    if len(token) != _TOKEN_LENGTH or dot != "." or not database:
        return "", ""
    return database, token


def json_response(value: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(dump_json(value), status=status, content_type="application/json")


def redirect(location: str, status: int = 303) -> Response:
    """Send the browser to a path of our own site; anything else becomes the start page."""
    response = Response(status=status)
    response.headers["Location"] = quote(local_path(location), safe="/%?&=#:;,+!*'()~@$-._[]")
    return response


def local_path(location: str, default: str = "/web") -> str:
    """`location` when it is a path on this site that begins with a single slash, else `default`."""
    unsafe = not location.startswith("/") or location.startswith(("//", "/\\", "/%2f", "/%2F", "/%5c", "/%5C"))
    if unsafe or "\\" in location or any(ord(character) < 32 for character in location):
        return default
    return location


def file_response(content: bytes, name: str, mimetype: str = "", *, download: bool = True) -> Response:
    """An answer that is a file.

    Only raster images, PDF and plain text are ever shown inside the browser, and then without any right to run.
    """
    shown = not download and mimetype in _INLINE_TYPES
    kind = mimetype if shown or mimetype == PDF else "application/octet-stream"
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition(name, inline=shown)
    response.headers["Content-Security-Policy"] = PDF_POLICY if mimetype == PDF and shown else DOWNLOAD_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header for a file name: plain ASCII, and the full name in the form of RFC 5987; no control characters."""
    clean = "".join(c for c in name if c.isprintable() and c not in '/\\"').strip(" .")[:150] or "file"
    plain = clean.encode("ascii", "replace").decode().replace("?", "_")
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"
