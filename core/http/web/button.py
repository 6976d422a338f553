"""`/web/<model>/<id>/button/<name>`: save the form, press a button, go where it leads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import Busy, ConflictError, GrialError
from core.http.request import Request, Response
from core.http.web import follow
from core.http.web.choosing import button_node
from core.http.web.drafting import entered
from core.http.web.form import answer, keep, posted_of, refused
from core.http.web.opened import Opened, open_record
from core.http.web.page import close_dialog, go, reading, say, told
from core.http.web.query import link
from core.http.web.record import draft_page, stored_page
from core.http.web.refusal import screen
from core.http.web.window import names_of
from core.workflow.engine import press

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.orm.env import Env


@screen("/web/<model>/<int:record_id>/button/<name>", methods=("POST",))
def stored(request: Request, model: str, record_id: int, name: str) -> Response:
    """A button of a record; a form that is being edited is saved first."""
    return _press(request, open_record(request, model, record_id), name)


@screen("/web/<model>/new/button/<name>", methods=("POST",))
def fresh(request: Request, model: str, name: str) -> Response:
    """A button of a record that is not saved yet, such as a wizard."""
    return _press(request, open_record(request, model), name)


def _press(request: Request, opened: Opened, name: str) -> Response:
    kind = request.args.get("kind", "object")
    if kind == "cancel":
        return close_dialog(request, reload=False) if "_dialog" in request.form else go(request, opened.list_url)
    record_id = opened.record_id
    if "_original" in request.form or not record_id:
        saved, posted = keep(request, opened)
        if saved.draft is not None:
            return refused(request, opened, posted, saved)
        record_id = saved.record_id
    if kind == "save":
        if "_dialog" in request.form:
            return close_dialog(request, say(request, "Saved."))
        return go(request, opened.address(record_id), say(request, "Saved."))
    env = opened.env.with_context(active_id=record_id, active_ids=[record_id], active_model=opened.model)
    records: Any = env[opened.model].browse(record_id).exists()
    node = button_node(opened.view, name)
    if node is not None and node.context is not None:
        context = node.context.evaluate(
            {**dict.fromkeys(node.context.names, False), **names_of(env), **_values(records)}
        )
        env = env.with_context(**(context if isinstance(context, dict) else {}))
        records = records.with_env(env)
    if kind == "action":
        extra = {k: v for k, v in env.context.items() if k.startswith(("default_", "search_default_"))}
        return go(
            request,
            link(f"/web/action/{name}", active_id=record_id, active_model=opened.model, context=_json(extra)),
        )

    def act() -> Any:
        return press(records, name)

    found = attempt(request, opened, env, act, record_id)
    if isinstance(found, Response):
        return found
    return follow.answered(request, env, found[0], opened.address(record_id), "")


def _values(records: Any) -> dict[str, Any]:
    fields = records._info.fields
    row = records.read(
        [n for n, f in fields.items() if f.type not in ("binary", "image", "one2many") and f.stored],
        load="_classic_write",
    )
    return {**row[0], "active_id": row[0]["id"]} if row else {}


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, default=str) if values else ""


def attempt(
    request: Request, opened: Opened, env: Env, act: Callable[[], Any], record_id: int
) -> tuple[Any] | Response:
    """Do something that may be refused; a refusal undoes it alone and is told on the form, with all that was typed."""
    try:
        with env.savepoint():
            result = act()
            env.flush()
    except (Busy, ConflictError):
        raise
    except GrialError as error:
        return _told(request, opened, record_id, error)
    return (result,)


def _told(request: Request, opened: Opened, record_id: int, error: GrialError) -> Response:
    if opened.record_id != record_id:
        # A new record has been saved on the way to its button: it is shown as it is now, with the refusal.
        opened = replace(opened, record_id=record_id)
    text = told(request, error)
    with reading(request):
        if "_original" in request.form and opened.dialog:
            posted = posted_of(request, opened)
            shown = draft_page(opened, entered(opened, posted), posted, error=text)
        else:
            shown = replace(stored_page(opened), error=text)
    return answer(request, opened, shown, status=422)
