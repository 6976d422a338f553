"""The session endpoints of the web client: log in, log out, who am I, and the server's version."""

from __future__ import annotations

from typing import Any

from core.errors import AccessDenied, UnknownName
from core.http import database
from core.http.dispatch import who
from core.http.errors import LoginRequired
from core.http.request import Request, Response, session_identifier, split_session_identifier
from core.http.routing import route
from core.orm.env import Env
from core.orm.registry import Registry
from core.rpc import version
from core.rpc.jsonrpc import endpoint, failure, read_message, result
from core.rpc.services.db import LANGUAGES
from core.security import session as sessions
from core.security.authenticate import authenticate


@endpoint("/web/webclient/version_info", auth="none")
def version_info(_request: Request, _params: dict[str, Any]) -> dict[str, object]:
    """The version that clients are told."""
    return version.version()


@route("/web/session/authenticate", methods=("POST",), auth="none", render_error=failure)
def log_in(request: Request) -> Response:
    """Open a session: {db, login, password}. A session that was open before ends."""
    message = read_message(request)
    name = message.params.get("db") or database.choose(request)

    def work(registry: Registry) -> tuple[str, dict[str, Any]]:
        uid = authenticate(registry, message.params.get("login"), message.params.get("password"), request.peer.address)
        if uid is None:
            raise AccessDenied
        old_database, old = split_session_identifier(request.session_id)

        def enter(env: Env) -> tuple[str, dict[str, Any]]:
            if old_database == registry.name:
                sessions.close(env, old)
            agent = request.headers.get("User-Agent", "")
            token = sessions.open_session(env, uid, network=request.peer.address, agent=agent)
            return token, session_info(env)

        return registry.run(enter, uid=uid)

    try:
        token, info = request.site.work(name, work)
    except UnknownName:
        raise AccessDenied from None
    info["session_id"] = session_identifier(info["db"], token)
    response = result(message.id, info)
    response.set_session(request, info["db"], token)
    return response


@endpoint("/web/session/get_session_info", auth="user", write=False)
def info(request: Request, _params: dict[str, Any]) -> dict[str, Any]:
    """Who is logged in."""
    return session_info(request.env)


@endpoint("/web/session/check", auth="user", write=False)
def check(_request: Request, _params: dict[str, Any]) -> bool:
    """True while the session is open; else an error of code 100."""
    return True


@route("/web/session/destroy", methods=("POST",), auth="none", render_error=failure)
def log_out(request: Request) -> Response:
    """End the session."""
    message = read_message(request)
    end_session(request)
    response = result(message.id, True)
    response.clear_session(request)
    return response


@endpoint("/web/session/get_lang_list", auth="none")
def languages(_request: Request, _params: dict[str, Any]) -> list[list[str]]:
    """The languages a new database can have."""
    return [list(language) for language in LANGUAGES]


def end_session(request: Request) -> None:
    """Close the session of a request, when it has one."""
    name, token = split_session_identifier(request.session_id)
    if not name or not request.site.exists(name):
        return

    def work(registry: Registry) -> None:
        try:
            uid = who(registry, request, required=True)
        except LoginRequired:
            return
        registry.run(lambda env: sessions.close(env, token), uid=uid)

    request.site.work(name, work)


def session_info(env: Env) -> dict[str, Any]:
    """What clients read about the user of a session."""
    user = env.user
    context = {"lang": user.lang or "en_US", "tz": user.tz or False, "uid": env.uid}
    company = env.company
    return {
        "uid": env.uid,
        "username": user.login,
        "name": user.name,
        "partner_id": user.partner_id.id,
        "db": env.registry.name,
        "company_id": company.id if company else False,
        "user_context": context,
        "user_companies": False,
        "is_admin": env.has_group("base.group_erp_manager"),
        "is_system": env.has_group("base.group_system"),
        "is_superuser": env.uid == env.registry.superuser_id,
        "server_version": version.SERVER_VERSION,
        "server_version_info": list(version.SERVER_VERSION_INFO),
    }
