"""`/web/<model>/<id>/button/<name>`: save the form, press a button, go where it leads; also duplicate, archive, delete, choose a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import Busy, ConflictError, GrialError, UserError
from core.http.language import translator
from core.http.request import Request, Response
from core.http.routing import route
from core.http.web import follow
from core.http.web.choosing import button_node
from core.http.web.drafting import entered
from core.http.web.form import answer, keep, refused
from core.http.web.opened import Opened, open_record
from core.http.web.page import close_dialog, go, reading, refusal_notice, say, told
from core.http.web.query import link
from core.http.web.record import draft_page, stored_page
from core.http.web.typed import parse
from core.http.web.window import names_of
from core.kernel.expression import literal
from core.workflow.engine import press

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.orm.env import Env


@route("/web/<model>/<int:record_id>/button/<name>", methods=("POST",))
def stored(request: Request, model: str, record_id: int, name: str) -> Response:
    """A button of a record; a form that is being edited is saved first."""
    return _press(request, open_record(request, model, record_id), name)


@route("/web/<model>/new/button/<name>", methods=("POST",))
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
        context = node.context.evaluate({**dict.fromkeys(node.context.names, False), **names_of(env), **_values(records)})
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
    row = records.read([n for n, f in fields.items() if f.type not in ("binary", "image", "one2many") and f.stored], load="_classic_write")
    return {**row[0], "active_id": row[0]["id"]} if row else {}


def _json(values: dict[str, Any]) -> str:
    import json

    return json.dumps(values, default=str) if values else ""


def attempt(request: Request, opened: Opened, env: Env, act: Callable[[], Any], record_id: int) -> tuple[Any] | Response:
    """Do something that may be refused; a refusal undoes it alone and is told on the form, which keeps what was typed."""
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
    from dataclasses import replace

    if opened.record_id != record_id:
        # A new record has been saved on the way to its button: it is shown as it is now, with the refusal.
        opened = replace(opened, record_id=record_id)
    text = told(request, error)
    with reading(request):
        if "_original" in request.form and opened.dialog:
            from core.http.web.form import posted_of

            posted = posted_of(request, opened)
            shown = draft_page(opened, entered(opened, posted), posted, error=text)
        else:
            shown = replace(stored_page(opened), error=text)
    return answer(request, opened, shown, status=422)


@route("/web/<model>/<int:record_id>/set/<name>", methods=("POST",))
def choose(request: Request, model: str, record_id: int, name: str) -> Response:
    """A click on a step of the status bar."""
    opened = open_record(request, model, record_id)
    bound: Any = opened.env.registry[model].field(name)
    value = parse(opened.env, bound, request.form.get("_value", ""))
    found = attempt(request, opened, opened.env, lambda: opened.record().write({name: value}), record_id)
    return found if isinstance(found, Response) else go(request, opened.address(record_id))


@route("/web/<model>/<int:record_id>/copy", methods=("POST",))
def copy(request: Request, model: str, record_id: int) -> Response:
    """A new record like this one, ready to be edited."""
    opened = open_record(request, model, record_id)
    found = attempt(request, opened, opened.env, lambda: opened.record().copy(), record_id)
    if isinstance(found, Response):
        return found
    url = opened.query.without("at").at(f"/web/{model}/{found[0].id}").with_(edit="1").url
    return go(request, url, say(request, "This is the copy."))


@route("/web/<model>/<int:record_id>/archive", methods=("POST",))
def archive(request: Request, model: str, record_id: int) -> Response:
    """Put a record aside, or bring it back."""
    opened = open_record(request, model, record_id)
    record: Any = opened.record()
    active = not record.active
    found = attempt(request, opened, opened.env, lambda: record.write({"active": active}), record_id)
    if isinstance(found, Response):
        return found
    return go(request, opened.address(record_id), say(request, "Back from the archive.") if active else say(request, "Archived."))


@route("/web/<model>/<int:record_id>/delete", methods=("POST",))
def delete(request: Request, model: str, record_id: int) -> Response:
    """Delete a record and go back to the list."""
    opened = open_record(request, model, record_id)
    name = opened.record().display_name
    found = attempt(request, opened, opened.env, lambda: opened.record().unlink(), record_id)
    if isinstance(found, Response):
        return found
    return go(request, opened.list_url, say(request, "{name} is deleted.", name=name))


@route("/web/board/move", methods=("POST",))
def move(request: Request) -> Response:
    """A card dropped in another column, or at another place of its own."""
    from core.http.web.records import show
    from core.http.web.window import opened_from

    env = request.env
    model, name = request.args.get("model", ""), request.args.get("field", "").partition(":")[0]
    bound: Any = env.registry[model].field(name)
    record: Any = env[model].browse(int(request.form.get("id", "0") or 0)).exists()
    value = parse(env, bound, request.form.get("to", ""))
    try:
        if not record:
            raise UserError("This record does not exist any more, or it is not for you.")
        with env.savepoint():
            current: Any = getattr(record, name)
            if (current.id or False if hasattr(current, "_ids") else current or False) != (value or False):
                record.write({name: value})
            env.flush()
    except (Busy, ConflictError):
        raise
    except GrialError as error:
        if not request.from_script:
            raise
        response = _board(request)
        import json

        response.headers["HX-Trigger"] = json.dumps({"grial:notice": {"text": error.translated(translator(request)), "tone": "danger"}})
        return response
    window = opened_from(env, request.args, model)
    if not request.from_script:
        return go(request, window.path, say(request, "Moved."))
    del show, literal
    return _board(request)


def _board(request: Request) -> Response:
    """The board as it now is, with the search that the page has in its address."""
    from urllib.parse import parse_qsl

    from core.http.web.board import board_page
    from core.http.web.page import fragment
    from core.http.web.query import Query
    from core.http.web.searching import search
    from core.http.web.window import opened_from
    from core.view.resolve import resolve

    model = request.args.get("model", "")
    window = opened_from(request.env, request.args, model)
    query = Query.of(window.path, parse_qsl(request.form.get("query", "").lstrip("?"), keep_blank_values=True))
    env = request.env.with_context(**{k: v for k, v in window.context.items() if not k.startswith("search_default_")})
    with reading(request):
        found = search(env, window, query)
        shown = board_page(found, resolve(env, model, "kanban", window.view_id("kanban") or None))
    return fragment(request, "columns.html", "columns", shown)
