"""Sign in and out."""

from __future__ import annotations

from core.errors import AccessDenied, GrialError, Throttled, UnknownName
from core.http import database
from core.http.request import Request, Response, redirect
from core.http.routing import route
from core.http.web.page import plain, say, told
from core.http.web.pages.admin import LoginPage
from core.orm.env import Env
from core.orm.registry import Registry
from core.rpc.session_web import end_session
from core.security import session as sessions
from core.security.authenticate import authenticate


@route("/web/login", auth="none")
def show_login(request: Request) -> Response:
    """The sign-in page."""
    return _page(request)


@route("/web/login", methods=("POST",), auth="none", csrf=False)
def log_in(request: Request) -> Response:
    """Check login and password, and open a session in place of any earlier one."""
    form = request.form
    name = form.get("db") or database.choose(request)
    login, password = form.get("login", "").strip(), form.get("password", "")

    def work(registry: Registry) -> str:
        uid = authenticate(registry, login, password, request.peer.address)
        if uid is None:
            raise AccessDenied
        agent = request.headers.get("User-Agent", "")

        def enter(env: Env) -> str:
            return sessions.open_session(env, uid, network=request.peer.address, agent=agent)

        return registry.run(enter, uid=uid)

    try:
        token = request.site.work(name, work)
    except (AccessDenied, UnknownName):
        return _page(request, login, say(request, "Wrong login or password."), 401)
    except Throttled as error:
        return _page(request, login, told(request, error), 429)
    except GrialError as error:
        return _page(request, login, told(request, error), error.status)
    response = redirect(_inside(form.get("redirect", "")))
    response.set_session(request, name, token)
    return response


@route("/web/logout", methods=("POST",), auth="user")
def log_out(request: Request) -> Response:
    """End the session and go to the sign-in page."""
    request.env.on_commit(lambda: end_session(request))
    response = redirect("/web/login")
    response.clear_session(request)
    return response


def _inside(address: str) -> str:
    """Where to go after signing in: only a path of ours."""
    plain_path = address.startswith("/web") and not address.startswith("//") and "\\" not in address
    return address if plain_path else "/web"


def _page(request: Request, login: str = "", error: str = "", status: int = 200) -> Response:
    chosen = database.choose(request)
    bound = database.bound_to_host(request)
    names = (bound,) if bound else request.site.names()
    shown = LoginPage(
        chosen or (names[0] if names else ""), databases=tuple(names), login=login, error=error,
        redirect=_inside(request.values.get("redirect", "")),
        manager_url="/web/database/manager" if request.site.settings.master_password else "",
    )  # fmt: skip
    return plain(request, "login.html", shown, status=status)
