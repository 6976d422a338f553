"""`/web/board/move`: a card that was dropped in another column of a board."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from core.errors import Busy, ConflictError, GrialError, MissingError
from core.http.request import Request, Response
from core.http.web.board import board_page
from core.http.web.page import fragment, go, reading, say, told, trigger
from core.http.web.query import Query
from core.http.web.refusal import screen
from core.http.web.searching import search
from core.http.web.typed import parse
from core.http.web.window import opened_from
from core.view.resolve import resolve


@screen("/web/board/move", methods=("POST",))
def move(request: Request) -> Response:
    """Give the card what its new column stands for; the answer is the board as it then is."""
    model, name = request.args.get("model", ""), request.args.get("field", "").partition(":")[0]
    try:
        with request.env.savepoint():
            _set(request, model, name)
            request.env.flush()
    except (Busy, ConflictError):
        raise
    except GrialError as error:
        if not request.from_script:
            raise
        return trigger(_board(request, model), **{"grial:notice": {"text": told(request, error), "tone": "danger"}})
    if request.from_script:
        return _board(request, model)
    return go(request, opened_from(request.env, request.args, model).path, say(request, "Moved."))


def _set(request: Request, model: str, name: str) -> None:
    env = request.env
    bound: Any = env.registry[model].field(name)
    number = request.form.get("id", "")
    record: Any = env[model].browse(int(number) if number.isdigit() else 0).exists()
    if not record:
        raise MissingError("This record does not exist any more, or it is not for you.")
    value = parse(env, bound, request.form.get("to", ""))
    current: Any = getattr(record, name)
    before = (current.id if hasattr(current, "_ids") else current) or False
    if before != (value or False):
        record.write({name: value})


def _board(request: Request, model: str) -> Response:
    """The board with the search that the page has in its address."""
    env = request.env
    window = opened_from(env, request.args, model)
    pairs = parse_qsl(request.form.get("query", "").lstrip("?"), keep_blank_values=True)
    env = env.with_context(**{k: v for k, v in window.context.items() if not k.startswith("search_default_")})
    with reading(request):
        found = search(env, window, Query.of(window.path, pairs))
        shown = board_page(found, resolve(env, model, "kanban", window.view_id("kanban") or None))
    return fragment(request, "columns.html", "columns", shown)
