"""`/web/<model>/bulk`: what is done with the ticked rows of a list, or with all that its search finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from core.errors import Busy, ConflictError, GrialError, UserError
from core.http.language import translator
from core.http.request import Request, Response, redirect
from core.http.web import follow
from core.http.web.inputs import Inputs, Place, State
from core.http.web.menus import place_of
from core.http.web.opened import form_of
from core.http.web.page import close_dialog, dialog, go, page, reading, say
from core.http.web.pages.listing import BulkEdit
from core.http.web.posted import Reader, set_links
from core.http.web.query import Query, link
from core.http.web.refusal import screen
from core.http.web.searching import search
from core.http.web.window import Window, find_action, from_action, from_model
from core.orm.draft import Draft
from core.view import nodes
from core.view.resolve import resolve

if TYPE_CHECKING:
    from core.http.web.searching import Search
    from core.orm.env import Env
    from core.orm.model import Model

MOST = 20_000
_TYPES = (
    "char",
    "text",
    "integer",
    "float",
    "decimal",
    "monetary",
    "boolean",
    "date",
    "datetime",
    "selection",
    "many2one",
    "many2many",
)


@screen("/web/<model>/bulk", methods=("POST",))
def bulk(request: Request, model: str) -> Response:
    """Delete, archive, export, edit, print, or run an action on the ticked records."""
    wish = request.form.get("do", "")
    found, records = ticked(request, model)
    back = found.query.url
    if not records:
        return go(request, back, say(request, "Tick some records first."), "warning")
    ids = ",".join(map(str, records.ids))
    if wish == "export":
        kept = {"ids": ids} if "all" not in request.form else {}
        url = Query(f"/web/export/{model}", found.query.without("page", "open").items).with_(
            **{"from": found.window.reference, **kept}
        )
        return redirect(url.url)
    if wish.startswith("print:"):
        return follow.away(request, f"/web/report/{wish.removeprefix('print:')}/{ids}")
    if wish.startswith("action:"):
        return _act(request, found.env, model, wish.removeprefix("action:"), records, back)
    if wish == "edit":
        return edit_page(request, found, records)
    if wish == "write":
        return _write(request, found, records)
    if wish == "delete":
        records.unlink()
        return go(request, back, say(request, "{count} records are deleted.", count=len(records)))
    if wish == "archive" and "active" in records._info.fields:
        active = not all(getattr(record, "active", True) for record in records)
        records.write({"active": active})
        text = (
            say(request, "{count} records are back.", count=len(records))
            if active
            else say(request, "{count} records are archived.", count=len(records))
        )
        return go(request, back, text)
    raise UserError("There is no such action for several records.")


def ticked(request: Request, model: str) -> tuple[Search, Model]:
    """The search of the page, and the records that are ticked in it, or all that it finds."""
    address = urlsplit(request.form.get("query", ""))
    pairs = parse_qsl(address.query, keep_blank_values=True)
    window = window_at(request, model, address.path, pairs)
    env = request.env.with_context(**{k: v for k, v in window.context.items() if not k.startswith("search_default_")})
    with reading(request):
        found = search(env, window, Query.of(window.path, pairs))
    table = env.with_context(**found.context)[model]
    if "all" in request.form:
        count = table.search_count(found.domain)
        if count > MOST:
            raise UserError("These are {count} records; at most {most} are changed at a time.", count=count, most=MOST)
        return found, table.search(found.domain)
    ids = [int(text) for text in request.form.getlist("id") if text.isdigit()]
    return found, table.browse(ids).exists()


def window_at(request: Request, model: str, path: str, pairs: list[tuple[str, str]]) -> Window:
    """The window behind an address of ours."""
    from werkzeug.datastructures import MultiDict

    args = MultiDict(pairs)
    if path.startswith("/web/action/"):
        return from_action(request.env, args, path.removeprefix("/web/action/"))
    return from_model(request.env, args, model)


def _act(request: Request, env: Env, model: str, reference: str, records: Model, back: str) -> Response:
    """Run an action that is bound to the model."""
    action = find_action(env, reference)
    ids = records.ids
    env = env.with_context(active_ids=ids, active_id=ids[0], active_model=model)
    if action._name == "ir.actions.server":
        return follow.answered(request, env, action.with_env(env).run(), back, say(request, "Done."))
    return redirect(link(f"/web/action/{reference}", active_model=model, active_ids=",".join(map(str, ids))))


def edit_page(request: Request, found: Search, records: Model, posted: Any = None, error: str = "") -> Response:
    """The fields of the list, to set one or more of them in all ticked records."""
    with reading(request):
        shown = BulkEdit(
            url=f"/web/{records._name}/bulk",
            title=say(request, "Change {count} records", count=len(records)),
            fields=_fields(found, records, posted.state if posted is not None else State()),
            kept=(
                ("query", request.form.get("query", "")),
                *((("all", "1"),) if "all" in request.form else (("id", str(one)) for one in records.ids)),
            ),
            cancel_url=found.query.url,
            error=error,
        )
    status = 422 if error else 200
    if request.from_script:
        return dialog(request, "bulk.html", "form", shown, status=status)
    here = place_of(request.env, found.window)
    return page(request, "bulk_page.html", shown, shown.title, here=here, status=status)


def _fields(found: Search, records: Model, state: State) -> tuple[Any, ...]:
    env = found.env
    draft = Draft(env, records._name)
    inputs = Inputs(draft.env, state)
    blank: Any = draft.env[records._name]._make(draft.env, (draft.tx.new_id(0),), ())
    shown: list[Any] = []
    for name, node in editable(found, records).items():
        bound: Any = records._info.fields[name]
        place = Place(records._name, 0, 0)
        shown.append(inputs.view(bound, blank, node, place, {}, required=False))
    return tuple(shown)


def editable(found: Search, records: Model) -> dict[str, nodes.FieldNode]:
    """The fields that can be set in many records: those of the list, then those of the form."""
    env, model = found.env, records._name
    listed = resolve(env, model, "list", found.window.view_id("list") or None).view
    from core.http.web.choosing import field_nodes

    candidates = {**field_nodes(listed), **field_nodes(form_of(env, model, found.window.view_id("form") or None).view)}
    fields = records._info.fields
    return {
        name: node
        for name, node in candidates.items()
        if name in fields
        and fields[name].type in _TYPES
        and not fields[name].readonly
        and fields[name].writable
        and env.field_open(fields[name])
    }


def _write(request: Request, found: Search, records: Model) -> Response:
    """Set the chosen fields."""
    chosen = [name for name in request.form.getlist("set") if name in editable(found, records)]
    translate = translator(request)
    with reading(request):
        resolved = form_of(found.env, records._name, found.window.view_id("form") or None)
        posted = Reader(
            found.env, resolved, request.form, request.files, lambda error: error.translated(translate)
        ).read()
    posted.state.errors = {k: v for k, v in posted.state.errors.items() if k in chosen}
    if not chosen or posted.refused:
        text = (
            say(request, "Tick the fields that shall be set.")
            if not chosen
            else say(request, "Not saved yet: look at the fields in red.")
        )
        return edit_page(request, found, records, posted, text)
    values = set_links(found.env, records._name, {name: posted.values.get(name, False) for name in chosen})
    try:
        with found.env.savepoint():
            records.write(values)
            found.env.flush()
    except (Busy, ConflictError):
        raise
    except GrialError as error:
        return edit_page(request, found, records, posted, error.translated(translate))
    notice = say(request, "{count} records are changed.", count=len(records))
    if request.from_script:
        return close_dialog(request, notice)
    return go(request, found.query.url, notice)
