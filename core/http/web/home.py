"""The start page: every app the reader may open."""

from __future__ import annotations

from core.http.request import Request, Response, redirect
from core.http.routing import route
from core.http.web import menus
from core.http.web.page import page, say
from core.http.web.pages.admin import HomePage
from core.kernel.zones import to_local


@route("/", auth="none")
def root(_request: Request) -> Response:
    """The address people type."""
    return redirect("/web")


@route("/web")
def home(request: Request) -> Response:
    """The reader's home action, or the tiles of all apps."""
    env = request.env
    own = menus.home_url(env)
    if own and "apps" not in request.args:
        return redirect(own)
    roots, _app = menus.placed(menus.apps(env), "")
    name = env.user.name.split(" ")[0]
    hour = to_local(env.now(), env.tz).hour
    greetings = {
        "morning": say(request, "Good morning, {name}", name=name),
        "afternoon": say(request, "Good afternoon, {name}", name=name),
        "evening": say(request, "Good evening, {name}", name=name),
    }
    part = "morning" if 5 <= hour < 13 else "afternoon" if 13 <= hour < 20 else "evening"
    return page(request, "home.html", HomePage(greetings[part], roots), say(request, "Home"), here="/web")
