"""`/web/export/<model>`: choose fields, get the records of a search, or the ticked ones, as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from core.data.sheets.writing import table
from core.errors import UserError
from core.http.request import Request, Response, file_response
from core.http.web.listing import Listing
from core.http.web.menus import place_of
from core.http.web.page import page, reading
from core.http.web.pages.shell import Link
from core.http.web.pages.transfer import ExportField, ExportPage
from core.http.web.query import Query, pairs_of
from core.http.web.refusal import screen
from core.http.web.render import say
from core.http.web.searching import Search, search
from core.http.web.window import opened_from
from core.view.resolve import resolve

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

MOST = 200_000
DEEPEST = 3
_HIDDEN = ("binary", "image", "json")
_OURS = ("ids", "from", "open_field", "field", "as", "mode", "csrf_token")


@screen("/web/export/<model>", write=False)
def choose(request: Request, model: str) -> Response:
    """The fields to choose from; those of the list are ticked."""
    found, records = _records(request, model, pairs_of(request.args))
    env = request.env
    with reading(request):
        resolved = resolve(env, model, "list", found.window.view_id("list") or None)
        chosen = request.args.getlist("field") or [node.name for node in Listing(found, resolved).columns]
        opened = request.args.getlist("open_field")
        listed = fields_of(env, model, chosen, opened, Query.of(f"/web/export/{model}", pairs_of(request.args)))
        by_path = {item.path: item for item in listed}
        shown = ExportPage(
            model=model,
            title=say("Export: {title}", title=found.window.title),
            url=f"/web/export/{model}",
            scope=say("{count} records.", count=len(records)),
            fields=tuple(listed),
            chosen=tuple(by_path.get(path, ExportField(path, path, True)) for path in chosen),
            hidden=(("_query", Query.of("", pairs_of(request.args)).text),),
            count=len(records),
            back_url=found.query.url,
        )
    return page(
        request,
        "export.html",
        shown,
        shown.title,
        here=place_of(env, found.window),
        crumbs=(Link(found.window.title, shown.back_url),),
    )


@screen("/web/export/<model>", methods=("POST",))
def download(request: Request, model: str) -> Response:
    """The file."""
    form = request.form
    pairs = parse_qsl(form.get("_query", ""), keep_blank_values=True)
    found, records = _records(request, model, pairs)
    paths = list(dict.fromkeys(form.getlist("field")))
    if not paths:
        raise UserError("Tick the fields that shall be in the file.")
    if len(records) > MOST:
        raise UserError(
            "These are {count} records; at most {most} are exported at a time.", count=len(records), most=MOST
        )
    to_import = form.get("mode") == "import"
    if to_import and "id" not in paths:
        paths.insert(0, "id")
    made = table(records, paths, labels=not to_import, naming=to_import)
    name = found.window.title
    if form.get("as") == "csv":
        return file_response(made.csv(), f"{name}.csv")
    return file_response(made.xlsx(), f"{name}.xlsx")


def _records(request: Request, model: str, pairs: list[tuple[str, str]]) -> tuple[Search, Model]:
    """The search, and its records in their order: the ticked ones where there are some."""
    from werkzeug.datastructures import MultiDict

    args = MultiDict(pairs)
    window = opened_from(request.env, args, model)
    env = request.env.with_context(**{k: v for k, v in window.context.items() if not k.startswith("search_default_")})
    kept = [(key, value) for key, value in pairs if key not in _OURS]
    with reading(request):
        found = search(env, window, Query.of(window.path, kept))
        resolved = resolve(env, model, "list", window.view_id("list") or None)
        order = Listing(found, resolved).order
    table_ = env.with_context(**found.context)[model]
    ids = [int(text) for text in args.get("ids", "").split(",") if text.isdigit()]
    if ids:
        return found, table_.browse(ids).exists()
    return found, table_.search(found.domain, order=order)


def fields_of(
    env: Env, model: str, chosen: list[str], opened: list[str], query: Query, path: str = "", level: int = 0
) -> list[ExportField]:
    """The fields of a model, and below an opened link those of the model it leads to."""
    found: list[ExportField] = []
    fields = [f for f in env.registry[model].fields.values() if env.field_open(f) and f.type not in _HIDDEN]
    labelled = sorted(((env.translate_term(f.string, f.addon), f) for f in fields), key=lambda pair: pair[0].casefold())
    for label, field in labelled:
        here = f"{path}{field.name}"
        bound: Any = field
        link = bool(field.relational and field.type != "reference" and level < DEEPEST)
        is_open = here in opened
        toggled = query.minus("open_field", here) if is_open else query.plus("open_field", here)
        found.append(ExportField(here, label, here in chosen, level, toggled.url if link else ""))
        if link and is_open and bound.comodel in env:
            found += fields_of(env, bound.comodel, chosen, opened, query, f"{here}/", level + 1)
    return found
