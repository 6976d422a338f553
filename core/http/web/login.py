"""`/web/login`, `/web/logout`: sign in with a password, choose the database; `/web/token`: the token of forms."""

from __future__ import annotations

from core.errors import AccessDenied, Busy, GrialError, Throttled
from core.http import database
from core.http.language import languages
from core.http.request import DATABASE_COOKIE, LANGUAGE_COOKIE, Request, Response, local_path, redirect
from core.http.routing import route
from core.http.sessions import end_session, open_session
from core.http.web.page import plain, say, told
from core.http.web.pages.admin import LoginPage


@route("/web/login", auth="none")
def form(request: Request) -> Response:
    """The sign-in page."""
    name = _chosen(request, request.args.get("db", ""))
    response = _page(request, name, redirect_to=request.args.get("redirect", ""), login=request.args.get("login", ""))
    if request.args.get("db") == name and name:
        response.set_cookie(DATABASE_COOKIE, name, path="/", httponly=True, samesite="Lax", secure=request.https)
    return response


@route("/web/login", methods=("POST",), auth="none", max_body=20_000)
def enter(request: Request) -> Response:
    """Check login and password, and open a session."""
    name = _chosen(request, request.form.get("db", ""))
    login = request.form.get("login", "").strip()
    target = local_path(request.form.get("redirect", "") or "/web")
    request.lang = _language(request, name)
    wrong = say(request, "Wrong user or password.")
    if not name:
        return _page(request, name, target, login, wrong, 401)

    try:
        token, lang = open_session(
            request, name, login, request.form.get("password", ""), lambda env: str(env.user.lang or "")
        )
    except AccessDenied:
        return _page(request, name, target, login, wrong, 401)
    except (Throttled, Busy) as error:
        response = _page(request, name, target, login, told(request, error), error.status)
        response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
        return response
    response = redirect(target)
    response.set_session(request, name, token)
    for cookie, value in ((DATABASE_COOKIE, name), (LANGUAGE_COOKIE, lang)):
        if value:
            response.set_cookie(cookie, value, path="/", httponly=True, samesite="Lax", secure=request.https)
    return response


@route("/web/logout", methods=("POST",), auth="none")
def leave(request: Request) -> Response:
    """End the session."""
    end_session(request)
    response = redirect("/web/login")
    response.clear_session(request)
    return response


@route("/web/token", write=False)
def token(request: Request) -> Response:
    """The token that the forms of this session need: a page whose session has been renewed asks for it."""
    return Response(request.csrf_token, mimetype="text/plain")


def _chosen(request: Request, wanted: str) -> str:
    """The database to sign in to: the one bound to the host, the one asked for, or the usual one."""
    bound = database.bound_to_host(request)
    if bound:
        return bound
    return wanted if wanted and request.site.exists(wanted) else database.choose(request)


def _page(
    request: Request, name: str, redirect_to: str = "", login: str = "", error: str = "", status: int = 200
) -> Response:
    names = _offered(request, name)
    if not names:
        return redirect("/web/databases")
    request.lang = _language(request, name)
    shown = LoginPage(
        database=name or names[0],
        databases=names,
        login=login,
        error=error,
        notice=say(request, "This link was used already or is too old. Sign in with your password.")
        if "spent" in request.args
        else "",
        redirect=redirect_to,
        csrf=request.csrf_token,
        manager_url="/web/databases" if request.site.settings.master_password else "",
    )
    return plain(request, "login.html", shown, status=status)


def _offered(request: Request, name: str) -> tuple[str, ...]:
    """The databases to choose from: without a master password, strangers hear only of the server's own one."""
    bound, settings = database.bound_to_host(request), request.site.settings
    if bound:
        return (bound,)
    if settings.database and not settings.master_password:
        return (name,) if name else ()
    return request.site.names()


def _language(request: Request, name: str) -> str:
    """The language of the page: the best that the database has for this browser."""
    if not name:
        return request.negotiated_lang(("en_US", "es_ES"))
    try:
        with request.site.open(name).transaction(write=False) as env:
            return request.negotiated_lang(languages(env))
    except GrialError:
        return request.lang
