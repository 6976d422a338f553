"""Refusals and faults told inside the client: the menus stay, and so does what the person was doing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from core.http import errors
from core.http.errors import LoginRequired
from core.http.language import translator
from core.http.request import Request, Response, redirect
from core.http.routing import Handler, route
from core.http.web.page import page
from core.http.web.pages.admin import ErrorPage

H = TypeVar("H", bound=Handler)


def screen(*paths: str, **options: Any) -> Callable[[H], H]:
    """A route of the client, as `core.http.routing.route`: what it refuses is told in the frame of its pages."""
    return route(*paths, render_error=refused, **options)


def refused(request: Request, error: BaseException) -> Response:
    """The answer for an error of a page."""
    if isinstance(error, LoginRequired) and not request.wants_json:
        return _to_login(request)
    translate = translator(request)
    session, registry = request.session, request.registry
    if session is None or registry is None or request.wants_json:
        return errors.render(request, error, translate)
    problem = errors.problem_of(error, translate)
    if problem.logged:
        errors.note(error, request)
    shown = ErrorPage(
        status=problem.status,
        title=problem.title,
        text=problem.message,
        reference=request.number if problem.logged else "",
    )
    context = {"lang": request.lang, **({"tz": request.zone} if request.zone else {})}
    try:
        with registry.transaction(session.uid, context, write=False) as env:
            request.enter(env)
            response = page(request, "refusal.html", shown, problem.title, status=problem.status)
    except Exception:  # noqa: BLE001 - whatever keeps the frame from being drawn, the refusal itself is told
        return errors.render(request, error, translate)
    finally:
        request.leave()
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _to_login(request: Request) -> Response:
    """The way to the sign-in page and back; a script hears of it and keeps what was typed."""
    target = request.full_path.rstrip("?") if request.method == "GET" else "/web"
    address = f"/web/login?redirect={quote(target, safe='')}"
    if not request.from_script:
        return redirect(address)
    response = Response(status=401)
    response.headers["HX-Redirect"] = address
    return response
