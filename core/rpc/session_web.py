"""The session endpoints of the web client: log in, log out, who am I, and the server's version."""

from __future__ import annotations

from typing import Any

from core.http import database
from core.http.request import Request, Response, session_identifier
from core.http.routing import route
from core.http.sessions import end_session, open_session
from core.orm.env import Env
from core.rpc import version
from core.rpc.jsonrpc import endpoint, failure, read_message, result
from core.rpc.services.db import LANGUAGES


@endpoint("/web/webclient/version_info", auth="none")
def version_info(_request: Request, _params: dict[str, Any]) -> dict[str, object]:
    """The version that clients are told."""
    return version.version()


@route("/web/session/authenticate", methods=("POST",), auth="none", render_error=failure)
def log_in(request: Request) -> Response:
    """Open a session: {db, login, password}. A session that was open before ends."""
    message = read_message(request)
    params = message.params
    name = params.get("db") or database.choose(request)
    token, info = open_session(request, name, params.get("login"), params.get("password"), session_info)
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
        "user_companies": len(env.companies) > 1,
        "is_admin": env.has_group("base.group_erp_manager"),
        "is_system": env.has_group("base.group_system"),
        "is_superuser": env.uid == env.registry.superuser_id,
        "server_version": version.SERVER_VERSION,
        "server_version_info": list(version.SERVER_VERSION_INFO),
    }
