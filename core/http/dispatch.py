"""Takes a request to its handler: route, database, session, transaction, and back as an answer with its headers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.exceptions import BadRequest, NotFound

from core.errors import Busy, GrialError, TookTooLong
from core.http import compress, database, errors, headers
from core.http.errors import ForeignRequest, LoginRequired
from core.http.language import language_of, translator
from core.http.network import acceptable_host
from core.http.request import Request, Response, json_response, split_session_identifier
from core.http.routing import Match, RouteTable, addon_table
from core.kernel.limit import TimeIsUp
from core.security import csrf
from core.security import session as sessions

if TYPE_CHECKING:
    from core.http.site import Site
    from core.orm.env import Env
    from core.orm.registry import Registry

_log = logging.getLogger(__name__)
LOGIN_PAGE = "/web/login"
PUBLIC_USER = "base.public_user"


class Dispatcher:
    """Answers the requests of one server.

    Args:
        site: the server.
        table: the routes of core.
    """

    def __init__(self, site: Site, table: RouteTable) -> None:
        self._site = site
        self._table = table

    def answer(self, environ: dict[str, Any]) -> tuple[Request, Response]:
        """The request of a WSGI environment and the answer to it. Raises nothing."""
        request = Request(environ, self._site)
        found: Match | None = None
        try:
            if not acceptable_host(request.peer.host, self._site.hosts):
                raise BadRequest
            found = self._find(request)
            request.max_content_length = found.route.max_body or self._site.max_body
            response = self._serve(request, found)
        except Exception as error:  # noqa: BLE001 - whatever happened, the caller gets an answer and the log a number
            response = self._failed(request, found, error)
        except TimeIsUp:  # it came in the very moment in which its block ended
            response = self._failed(request, found, TookTooLong())
        compress.compress(request, response)
        headers.secure(response.headers, https=request.https)
        response.headers["X-Request-Id"] = request.number
        return request, response

    def _find(self, request: Request) -> Match:
        found = self._table.match(request.path, request.method)
        if found is None:
            registry = self._registry(request)
            if registry is not None:
                found = addon_table(registry).match(request.path, request.method)
                if found is None and self._site.registries.refresh(registry.name):  # another process has more addons
                    request.registry = self._site.open(registry.name)
                    found = addon_table(request.registry).match(request.path, request.method)
        if found is None and request.session_id and request.method in csrf.SAFE_METHODS:
            found = self._table.match(request.path, "GET", last=True)
        if found is None:
            raise NotFound
        return found

    def _registry(self, request: Request) -> Registry | None:
        if request.registry is None:
            name = database.choose(request)
            request.registry = self._site.open(name) if name else None
        return request.registry

    def _serve(self, request: Request, found: Match) -> Response:
        route = found.route
        if route.auth == "none":
            if route.csrf:
                refuse_foreign(request)
            return as_response(route.handler(request, **found.arguments))
        name = database.choose(request)
        if not name:
            raise LoginRequired
        return self._site.work(name, lambda registry: self._in_database(registry, request, found))

    def _in_database(self, registry: Registry, request: Request, found: Match) -> Response:
        request.registry = registry
        with self._site.budget.place(caller(request)):
            uid = who(registry, request, required=found.route.auth == "user")
            response = registry.run(
                lambda env: self._inside(env, request, found), uid=uid, write=found.route.writes(request.method)
            )
        if request.session is not None and request.session.stale:
            touch(registry, request.session)
        return response

    def _inside(self, env: Env, request: Request, found: Match) -> Response:
        """The part of the work that is one transaction; it may run again after a conflict."""
        rewind(request)
        enter(env, request, required=found.route.auth == "user")
        if found.route.csrf:
            refuse_foreign(request)
        try:
            return as_response(found.route.handler(request, **found.arguments))
        finally:
            request.leave()

    def _failed(self, request: Request, found: Match | None, error: Exception) -> Response:
        if found is not None and found.route.render_error is not None:
            return found.route.render_error(request, error)
        if isinstance(error, LoginRequired) and not request.wants_json and request.path != LOGIN_PAGE:
            return _to_login(request)
        return errors.render(request, error, translator(request))


def caller(request: Request) -> str:
    """Who gets a place to work: one user, whatever session or door; an address, until it is known who is there."""
    named, token = split_session_identifier(request.session_id)
    uid = sessions.known_owner(named, token)
    return f"{named}:{uid}" if uid is not None else request.peer.address


def who(registry: Registry, request: Request, *, required: bool) -> int:
    """The user a request claims to come from, so that its transaction can be opened for them; `enter` checks it.

    Raises:
        LoginRequired: nobody, and the public user will not do.
    """
    named, token = split_session_identifier(request.session_id)
    uid = sessions.owner(registry, token) if named == registry.name else None
    if uid is None and not required:
        uid = _public_user(registry)
    if uid is None:
        raise LoginRequired
    return uid


def enter(env: Env, request: Request, *, required: bool) -> None:
    """Check inside the transaction who is asking, and give the request its `Env`.

    Args:
        env: opened for the user that `who` found.
        request: gets `session`, `lang` and `env`.
        required: raise LoginRequired when the session has ended, instead of serving the public user.
    """
    named, token = split_session_identifier(request.session_id)
    session = sessions.resolve(env, token) if named == env.registry.name else None
    if session is None:
        public = None if required else _public_user(env.registry)
        if public is None:
            raise LoginRequired
        env = env if env.uid == public else env.with_user(public)
    elif session.uid != env.uid:
        env = env.with_user(session.uid)
    request.session = session
    request.lang = language_of(env, request)
    context = {"lang": request.lang}
    if request.zone:
        context["tz"] = request.zone
    request.enter(env.with_context(**context))


def refuse_foreign(request: Request) -> None:
    """Raise ForeignRequest for an unsafe request that another site may have sent with our user's cookie."""
    if request.method in csrf.SAFE_METHODS:
        return
    if csrf.foreign(request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin"), request.own_origin):
        raise ForeignRequest
    if request.session is None or not request.ambient or request.is_json:
        return
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token")
    if not csrf.matches(request.site.csrf_key, request.session.token, given):
        raise ForeignRequest


def rewind(request: Request) -> None:
    """Set uploaded files back to their start, since the work may run again."""
    if "files" in request.__dict__:
        for upload in request.files.values():
            upload.stream.seek(0)


def touch(registry: Registry, session: sessions.Session) -> None:
    """Note the use of a session; a busy database loses the note, not the request."""
    try:
        registry.run(lambda env: sessions.touch(env, session))
    except GrialError as error:
        if not isinstance(error, Busy):
            raise
        _log.info("the use of a session was not noted: %s is busy", registry.name)


def as_response(answer: Any) -> Response:
    """What a handler gave, as an answer: a Response, HTML text, or a mapping or list for JSON."""
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, str):
        return Response(answer)
    if isinstance(answer, (dict, list)):
        return json_response(answer)
    if answer is None:
        return Response(status=204)
    raise TypeError(f"a handler answered with {type(answer).__name__}")


def _public_user(registry: Registry) -> int | None:
    """The user that stands for everybody who has not logged in, where base has one."""
    cache = registry.cache("http.public_user")
    if "uid" not in cache:
        with registry.transaction(write=False) as env:
            found: Any = env.ref(PUBLIC_USER, raise_missing=False)
            cache["uid"] = int(found.id) if found else None
    uid: int | None = cache["uid"]
    return uid


def _to_login(request: Request) -> Response:
    target = request.full_path.rstrip("?") if request.method == "GET" else "/web"
    address = f"{LOGIN_PAGE}?redirect={quote(target, safe='')}"
    if request.from_script:
        response = Response(status=401)
        response.headers["HX-Redirect"] = address
        return response
    response = Response(status=303)
    response.headers["Location"] = address
    return response
