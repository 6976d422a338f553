"""`/web/action/<action>` and `/web/<model>`: many records as a list or a board, with their search in the address."""

from __future__ import annotations

from core.http.request import Request, Response, redirect
from core.http.web import follow
from core.http.web.analysis import analysis_page
from core.http.web.board import board_page
from core.http.web.calendar import calendar_page
from core.http.web.listing import Listing
from core.http.web.menus import place_of
from core.http.web.page import page, reading
from core.http.web.query import Query, pairs_of
from core.http.web.refusal import screen
from core.http.web.searching import search
from core.http.web.window import CARRIED, SHOWN, Window, carried, find_action, from_model, of_action
from core.view.resolve import resolve


@screen("/web/action/<reference>", write=False)
def action(request: Request, reference: str) -> Response:
    """Open an action: the records of a window action, or whatever another kind does."""
    kept, context = carried(request.args)
    env = request.env.with_context(**context)
    found = find_action(env, reference)
    if found._name != "ir.actions.act_window":
        return follow.stored(request, found)
    window = of_action(env, found, reference, kept)
    first = window.views[0][0] if window.views else "list"
    if window.target == "new" or window.res_id or (first == "form" and "view" not in request.args):
        return redirect(follow.form_url(window, dialog=window.target == "new" and request.from_script))
    return show(request, window)


@screen("/web/<model>", write=False)
def model(request: Request, model: str) -> Response:
    """The records of a model that no action describes."""
    return show(request, from_model(request.env, request.args, model))


def show(request: Request, window: Window) -> Response:
    """The records of a window in the view that the address asks for."""
    query = Query.of(window.path, pairs_of(request.args))
    kind = query.get("view")
    kinds = [name for name, _ in window.views if name in SHOWN and name != "form"]
    if kind not in kinds:
        kind = kinds[0] if kinds else "list"
    env = request.env.with_context(**{k: v for k, v in window.context.items() if not k.startswith("search_default_")})
    with reading(request):
        found = search(env, window, query.without(*CARRIED) if not window.kept else query)
        resolved = resolve(env, window.model, kind, window.view_id(kind) or None)
        if kind == "kanban":
            return page(request, "board.html", board_page(found, resolved), window.title, here=place_of(env, window))
        if kind == "calendar":
            month = calendar_page(found, resolved)
            return page(request, "calendar.html", month, window.title, here=place_of(env, window))
        if kind in ("graph", "pivot"):
            figures = analysis_page(found, resolved)
            return page(request, "analysis.html", figures, window.title, here=place_of(env, window))
        shown = Listing(found, resolved).page()
    return page(request, "list.html", shown, window.title, here=place_of(env, window))
