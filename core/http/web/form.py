"""`/web/<model>/<id>`: one record, to read and to edit; `/web/<model>/new`: a new one."""

from __future__ import annotations

from contextlib import nullcontext

from core.http.language import translator
from core.http.request import Request, Response
from core.http.web.choosing import field_nodes
from core.http.web.drafting import entered, fresh, obey, react
from core.http.web.menus import place_of
from core.http.web.opened import Opened, open_record
from core.http.web.page import close_dialog, dialog, fragment, go, page, reading, say, shell_of
from core.http.web.pages.field import above
from core.http.web.pages.form import FormPage
from core.http.web.posted import Posted, Reader
from core.http.web.record import draft_page, stored_page
from core.http.web.refusal import screen
from core.http.web.saving import Saved, save
from core.http.web.shown import Shower


@screen("/web/<model>/<int:record_id>", write=False)
def view(request: Request, model: str, record_id: int) -> Response:
    """The record to read, or with `?edit` to edit."""
    opened = open_record(request, model, record_id)
    if "edit" in request.args:
        return _edit(request, opened)
    with reading(request):
        shown = stored_page(opened)
    return answer(request, opened, shown)


@screen("/web/<model>/new", write=False)
def new(request: Request, model: str) -> Response:
    """The form of a new record, with its defaults."""
    opened = open_record(request, model)
    if not opened.env.is_super(model):
        opened.env.check(model, "create")
    return _edit(request, opened)


def _edit(request: Request, opened: Opened) -> Response:
    with reading(request):
        focus = request.args.get("focus", "") or ("" if opened.record_id else first_field(opened))
        shown = draft_page(opened, fresh(opened), focus=focus)
    return answer(request, opened, shown)


def first_field(opened: Opened) -> str:
    """Where the cursor begins in a new record: in its name where that is typed, else in the first text."""
    info = opened.env.registry[opened.model]
    shown = field_nodes(opened.view)
    typed = [
        name
        for name in shown
        if name in info.fields and info.fields[name].type == "char" and not info.fields[name].readonly
    ]
    return info.rec_name if info.rec_name in typed else next(iter(typed), "")


@screen("/web/<model>/<int:record_id>", methods=("POST",))
def write(request: Request, model: str, record_id: int) -> Response:
    """Save a changed record."""
    return _save(request, open_record(request, model, record_id))


@screen("/web/<model>/new", methods=("POST",))
def create(request: Request, model: str) -> Response:
    """Save a new record."""
    return _save(request, open_record(request, model))


@screen("/web/<model>/onchange", methods=("POST",), write=False)
def onchange(request: Request, model: str) -> Response:
    """The form as it is after a change: nothing is saved."""
    number = request.form.get("_id", "")
    opened = open_record(request, model, int(number) if number.isdigit() else 0)
    with reading(request):
        shown = changed_page(request, opened)
    if request.from_script:
        with above() if opened.dialog else nullcontext():
            return fragment(
                request, "record.html", "record", shown, shell_of(request, shown.title, crumbs=opened.crumbs)
            )
    return answer(request, opened, shown)


def posted_of(request: Request, opened: Opened) -> Posted:
    """What the form of a request sent. Call it inside `page.reading`."""
    translate = translator(request)
    return Reader(
        opened.env, opened.resolved, request.form, request.files, lambda error: error.translated(translate)
    ).read()


def changed_page(request: Request, opened: Opened) -> FormPage:
    """The form after on-changes, or after a button of a table of lines."""
    posted = posted_of(request, opened)
    order = request.form.get("_do", "")
    if order:
        obey(opened, posted, order)
    draft = entered(opened, posted)
    if posted.changed:
        react(draft, posted, posted.changed)
    return draft_page(opened, draft, posted, warning=" ".join(draft.warnings))


def _save(request: Request, opened: Opened) -> Response:
    if request.form.get("_do"):
        with reading(request):
            shown = changed_page(request, opened)
        return answer(request, opened, shown)
    saved, posted = keep(request, opened)
    if saved.draft is not None:
        return refused(request, opened, posted, saved)
    if "_dialog" in request.form:
        record = opened.env[opened.model].browse(saved.record_id)
        return close_dialog(request, say(request, "Saved."), made=(record.id, Shower(opened.env).name(record)))
    notice = saved.warning or say(request, "Saved.")
    return go(request, opened.address(saved.record_id), notice, "warning" if saved.warning else "success")


def keep(request: Request, opened: Opened) -> tuple[Saved, Posted]:
    """Save what the form of a request sent."""
    with reading(request):
        posted = posted_of(request, opened)
        return save(opened, posted, translator(request)), posted


def refused(request: Request, opened: Opened, posted: Posted, saved: Saved) -> Response:
    """The form again, with what was refused and why."""
    assert saved.draft is not None
    with reading(request):
        shown = draft_page(
            opened,
            saved.draft,
            posted,
            error=saved.error,
            errors=saved.errors,
            warning=saved.warning,
            conflicts=saved.conflicts,
        )
    return answer(request, opened, shown, status=409 if saved.conflicts else 422)


def answer(request: Request, opened: Opened, shown: FormPage, status: int = 200) -> Response:
    """The form as a page, or as a dialog above the page that asked for one."""
    if (opened.dialog or "_dialog" in request.form) and request.from_script:
        shell = shell_of(request, shown.title)
        with above():
            return dialog(request, "record.html", "record", shown, shell, status=status)
    here = place_of(request.env, opened.window)
    return page(request, "form.html", shown, shown.title, here=here, crumbs=opened.crumbs, status=status)
