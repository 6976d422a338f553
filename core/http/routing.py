"""Declares which function answers which URL, and finds it again.

    @route("/shop/<int:product_id>", auth="public")
    def product(request: Request, product_id: int) -> Response: ...

Routes of core serve every database; those of an addon's `web.py` only databases in which it is installed.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from weakref import WeakKeyDictionary

from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, MapAdapter, Rule
from werkzeug.routing.exceptions import RequestRedirect

if TYPE_CHECKING:
    from core.http.request import Request, Response
    from core.orm.registry import Registry

Auth = Literal["user", "public", "none"]
Handler = Callable[..., Any]
H = TypeVar("H", bound=Handler)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Route:
    """One declared route.

    Attributes:
        paths: werkzeug URL rules.
        handler: called with the request and the converted parts of the path.
        methods: the verbs it answers; HEAD comes with GET.
        auth: `user` needs a login, `public` serves anybody (as the public user), `none` opens no database.
        csrf: unsafe requests that use the session cookie must prove that they come from our pages.
        write: opens a writing transaction; None means: unless the verb is safe.
        max_body: bytes the body may have; None means the server's usual limit.
        render_error: makes the answer for an error instead of the usual page.
        last: answers only what no other route, of core or of an addon, answers.
    """

    paths: tuple[str, ...]
    handler: Handler
    methods: tuple[str, ...]
    auth: Auth
    csrf: bool
    write: bool | None
    max_body: int | None
    render_error: Callable[[Request, BaseException], Response] | None
    last: bool = False

    @property
    def module(self) -> str:
        return str(self.handler.__module__)

    def writes(self, method: str) -> bool:
        """Does a request with this verb need a writing transaction?"""
        return method not in {"GET", "HEAD", "OPTIONS"} if self.write is None else self.write


_tables: WeakKeyDictionary[Registry, RouteTable] = WeakKeyDictionary()
_declared: dict[tuple[str, str], list[Route]] = {}


def route(
    *paths: str,
    methods: Sequence[str] = ("GET",),
    auth: Auth = "user",
    csrf: bool = True,
    write: bool | None = None,
    max_body: int | None = None,
    render_error: Callable[[Request, BaseException], Response] | None = None,
    last: bool = False,
) -> Callable[[H], H]:
    """Let the decorated function answer these paths; see `Route` for the options."""
    if not paths or not all(path.startswith("/") for path in paths):
        raise ValueError("a route needs paths that start with /")

    def decorate(handler: H) -> H:
        verbs = tuple(m.upper() for m in methods)
        declared = Route(paths, handler, verbs, auth, csrf, write, max_body, render_error, last)
        same = _declared.setdefault((handler.__module__, handler.__qualname__), [])
        same[:] = [other for other in same if other.paths != declared.paths] + [declared]
        return handler

    return decorate


def routes_of(module: str) -> list[Route]:
    """The routes declared in a module and in the modules below it."""
    return [
        declared
        for (home, _name), routes in _declared.items()
        if home == module or home.startswith(module + ".")
        for declared in routes
    ]


@dataclass(frozen=True, slots=True)
class Match:
    """A route that answers a path, with the parts of the path."""

    route: Route
    arguments: dict[str, Any]


class RouteTable:
    """Finds the route of a path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._first = _adapter(declared for declared in self.routes if not declared.last)
        self._last = _adapter(declared for declared in self.routes if declared.last)

    def match(self, path: str, method: str, *, last: bool = False) -> Match | None:
        """The route for a path, or None; with `last`, of those that answer what no other does.

        Raises:
            werkzeug.exceptions.MethodNotAllowed: the path exists, but not for this verb.
        """
        try:
            found, arguments = (self._last if last else self._first).match(path, method)
        except (NotFound, RequestRedirect):
            return None
        return Match(found, dict(arguments))


def _adapter(routes: Iterable[Route]) -> MapAdapter:
    found = Map(strict_slashes=False, merge_slashes=False, redirect_defaults=False)
    for declared in routes:
        for path in declared.paths:
            found.add(Rule(path, endpoint=declared, methods=declared.methods))
    return found.bind("localhost")


def addon_table(registry: Registry) -> RouteTable:
    """The routes of the addons installed in a database, worked out once for a registry."""
    table = _tables.get(registry)
    if table is None:
        routes: list[Route] = []
        for addon in registry.addons:
            if _import_web(addon):
                routes += routes_of(f"addons.{addon}.web")
        table = _tables[registry] = RouteTable(routes)
    return table


def _import_web(addon: str) -> bool:
    """Import an addon's web pages; a broken one is logged and leaves the others running."""
    name = f"addons.{addon}.web"
    try:
        if importlib.util.find_spec(name) is None:
            return False
        importlib.import_module(name)
    except Exception:  # noqa: BLE001 - the code of an addon may fail in any way
        _log.exception("the web pages of addon %s cannot be loaded", addon)
        return False
    return True
