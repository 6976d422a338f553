"""The WSGI application: every route of core, the databases of one server, and answers with security headers."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from core.db.engine import DatabaseServer
from core.http import routing
from core.http.dispatch import Dispatcher
from core.http.request import Request, Response
from core.http.routing import RouteTable
from core.http.site import Site, make_site
from core.kernel.memory import settle
from core.module.finder import add_paths
from core.module.registries import Registries
from core.security import throttle

if TYPE_CHECKING:
    from core.kernel.config import Settings

_log = logging.getLogger(__name__)

StartResponse = Callable[..., Any]

_DOORS = (
    "core.http.static",
    "core.rpc.xmlrpc",
    "core.rpc.jsonrpc",
    "core.rpc.json2",
    "core.rpc.session_web",
    "core.rpc.dataset_web",
    "core.rpc.database_web",
)
_PAGES = "core.http.web"
_HEALTH = "/health"
_HEALTHY = b'{"status":"pass"}'


class Application:
    """A WSGI application over the databases of one server.

    Attributes:
        settings: of this server.
        registries: its databases.
        site: what the doors know.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        add_paths(settings.addons_path)
        self.registries = Registries(DatabaseServer(settings), settings)
        self.site: Site = make_site(settings, self.registries)
        self._dispatcher = Dispatcher(self.site, core_routes())

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == _HEALTH:
            headers = [("Content-Type", "application/health+json"), ("Cache-Control", "no-store")]
            start_response("200 OK", headers)
            return [_HEALTHY]
        request, response = self._dispatcher.answer(environ)
        return _send(request, response, environ, start_response)

    def warm_up(self) -> None:
        """Build the registry of the database people will ask for, so that nobody waits for it."""
        try:
            self._load_usual()
        finally:
            settle()

    def _load_usual(self) -> None:
        names = self.registries.databases()
        name = self.settings.database or (names[0] if len(names) == 1 else "")
        if not name:
            return
        try:
            self.registries.get(name)
        except Exception:  # noqa: BLE001 - the first request will meet the same error, and tell the person
            _log.exception("database %s cannot be loaded", name)


def make_app(settings: Settings) -> Application:
    """The WSGI application of a server with these settings. Failed logins are counted together by all its processes."""
    throttle.share(settings.data_dir / ".throttle")
    return Application(settings)


def core_routes() -> RouteTable:
    """The routes of core; the same in every database."""
    for name in _DOORS:
        importlib.import_module(name)
    for name in _modules_of(_PAGES):
        importlib.import_module(name)
    return RouteTable(routing.routes_of("core"))


def _modules_of(package: str) -> list[str]:
    try:
        found = importlib.import_module(package)
    except ModuleNotFoundError:
        return []
    return [module.name for module in pkgutil.iter_modules(found.__path__, f"{package}.") if not module.ispkg]


def _send(
    request: Request, response: Response, environ: dict[str, Any], start_response: StartResponse
) -> Iterable[bytes]:
    """Hand an answer to the web server: as one block where it is one, so that the server knows its length."""
    if response.is_streamed or response.direct_passthrough:
        response.call_on_close(request.close)
        return prime(response)(environ, start_response)
    try:
        headers = response.get_wsgi_headers(environ)
        start_response(response.status, headers.to_wsgi_list())
        if request.method == "HEAD" or response.status_code in (204, 304):
            return []
        return [response.get_data()]
    finally:
        request.close()
        response.close()


def prime(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Make a WSGI application call `start_response` before its first byte is asked for.

    Granian takes the status when the application returns; one that is a generator would always say 200.
    """

    def wrapped(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        chunks = iter(app(environ, start_response))
        try:
            first = next(chunks)
        except StopIteration:
            return []
        return _Chunks(first, chunks)

    return wrapped


class _Chunks:
    """An iterable that begins with a chunk already taken, and closes what it came from."""

    def __init__(self, first: bytes, rest: Any) -> None:
        self._first: bytes | None = first
        self._rest = rest

    def __iter__(self) -> _Chunks:
        return self

    def __next__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        chunk: bytes = next(self._rest)
        return chunk

    def close(self) -> None:
        close = getattr(self._rest, "close", None)
        if close is not None:
            close()
