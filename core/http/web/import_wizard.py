"""The import wizard: file, columns, dry run, progress, outcome and undo."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from core.data.sheets.ids import split_path
from core.data.sheets.importing import Import
from core.data.sheets.outcome import Cancelled, Outcome
from core.data.sheets.remembered import remembered
from core.data.sheets.undo import undo
from core.errors import GrialError, MissingError
from core.http.request import Request, Response, redirect
from core.http.routing import route
from core.http.web import import_steps
from core.http.web.import_file import ImportFile, upload, waiting
from core.http.web.import_unknown import read_meanings
from core.http.web.menus import place_of
from core.http.web.page import go, page, say, told
from core.http.web.pages.shell import Link
from core.http.web.pages.transfer import ImportPage
from core.http.web.window import from_model
from core.kernel.formats import format_datetime

if TYPE_CHECKING:
    from core.orm.env import Env

LARGEST_FILE = 64 * 1024 * 1024
RECENT = 8


def _title(request: Request, model: str) -> str:
    env = request.env
    if model not in env:
        raise MissingError("There is no model {name}.", name=model)
    env.check(model, "create")
    info = env.registry[model]
    return say(request, "Import: {model}", model=env.translate_term(info.description, info.addon))


def _step(request: Request, shown: ImportPage, status: int = 200) -> Response:
    """A step, below the menu whose list the records go to."""
    window = from_model(request.env, MultiDict(), shown.model)
    here = place_of(request.env, window)
    return page(
        request, "import.html", shown, shown.title, here=here, crumbs=(Link(window.title, here),), status=status
    )


@route("/web/import/<model>")
def choose_file(request: Request, model: str) -> Response:
    """The first step, with the latest imports."""
    return _first_step(request, model)


def _latest(env: Env, model: str) -> Any:
    """The latest imports of the reader into a model."""
    own = [("model", "=", model), ("user_id", "=", env.uid)]
    return env.super_env["ir.import.batch"].search(own, limit=RECENT)


def _batch_of(env: Env, file: ImportFile) -> int:
    """The import of a waiting file where it was kept; 0 where it was not."""
    return next((b.id for b in _latest(env, file.model) if (b.mapping or {}).get("token") == file.token), 0)


def _first_step(request: Request, model: str, error: str = "") -> Response:
    title = _title(request, model)
    env = request.env
    state: Any = env.registry["ir.import.batch"].field("state")
    states: dict[str, str] = state.labels(env)
    recent = tuple(
        (
            f"{batch.file_name} · {batch.created_count + batch.updated_count}"
            + (f" · {states[batch.state]}" if batch.state != "done" else ""),
            format_datetime(batch.date, request.lang, env.tz),
            f"/web/import/{model}/done/{batch.id}",
        )
        for batch in _latest(env, model)
    )
    shown = ImportPage("upload", model, title, url=f"/web/import/{model}", recent=recent, error=error)
    return _step(request, shown, 422 if error else 200)


@route("/web/import/<model>", methods=("POST",), max_body=LARGEST_FILE)
def take_file(request: Request, model: str) -> Response:
    """Keep the file and go on to its columns."""
    _title(request, model)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _first_step(request, model, say(request, "Choose a file first."))
    file = upload(request, model, sent.filename, sent.read())
    try:
        earlier = remembered(request.env, model, file.sheet().header)
    except GrialError as error:
        return _first_step(request, model, told(request, error))
    if earlier is not None:
        file.targets, file.keys = earlier
        file.save()
    return redirect(f"/web/import/{model}/{file.token}")


@route("/web/import/<model>/<token>")
def show_columns(request: Request, model: str, token: str) -> Response:
    """The second step; while the import runs, its progress; afterwards its outcome."""
    title = _title(request, model)
    file = waiting(request, model, token)
    if file.running and request.site.registries.board.read(request.env.registry.name, token) is None:
        file.running, file.batch = False, _batch_of(request.env, file)
        if not file.batch:
            file.error = say(request, "The server ended during the import; nothing was kept.")
        file.save()
    if file.batch:
        return redirect(f"/web/import/{model}/done/{file.batch}")
    if file.running:
        return _progress(request, file, title)
    return _step(request, import_steps.mapping_page(request, file, file.sheet(), title, file.error))


@route("/web/import/<model>/<token>", methods=("POST",))
def go_on(request: Request, model: str, token: str) -> Response:
    """Take the choices of a step and do what the button says."""
    title = _title(request, model)
    file = waiting(request, model, token)
    wish = request.form.get("do", "")
    _take_choices(file, request.form)
    if wish == "run":
        return _start(request, file)
    if "has_header" in request.form:
        headings = "1" in request.form.getlist("has_header")
        file.title = "" if headings else say(request, "Column {number}", number="{number}")
    if wish.startswith("more:") and file.targets is not None:
        file.targets.setdefault(int(wish[5:]), []).append("")
    file.error = ""
    file.save()
    if wish == "check":
        try:
            sheet = file.sheet()
            outcome = _import_of(request.env, file, sheet).run(dry=True)
        except GrialError as error:
            shown = import_steps.mapping_page(request, file, file.sheet(), title, told(request, error))
            return _step(request, shown, 422)
        _keep_refused(file, outcome)
        return _step(request, import_steps.check_page(request, file, sheet, outcome, title))
    return redirect(f"/web/import/{model}/{token}")


def _take_choices(file: ImportFile, form: MultiDict[str, str]) -> None:
    file.encoding = form.get("encoding", file.encoding)
    file.separator = form.get("separator", file.separator)
    targets: dict[int, list[str]] = {}
    for name in form:
        if name.startswith("to."):
            column = int(name[3:])
            listed = [value for value in form.getlist(name) if value]
            targets[column] = list(dict.fromkeys(listed))
        elif name.startswith("missing."):
            file.missing[name[8:]] = form[name]
    if targets:
        file.targets = targets
        file.keys = form.getlist("key")
    for name, text, meant in read_meanings(form):
        said = file.meant.setdefault(name, {})
        said.pop(text, None)
        if meant is not None:
            said[text] = meant
    file.empty = form.get("empty", file.empty)
    file.on_error = form.get("on_error", file.on_error)


def _import_of(env: Env, file: ImportFile, sheet: Any) -> Import:
    used = file.columns(env, sheet)
    fed = {split_path(name)[0] for names in used.values() for name in names}
    missing = {name: choice for name, choice in file.missing.items() if name in fed}
    meant = {name: said for name, said in file.meant.items() if name in fed}
    keys = [key for key in file.keys if split_path(key)[0] in fed]
    stop = file.on_error == "stop"
    return Import(env, file.model, sheet, used, keys, stop, missing, meant, file.empty)


def _keep_refused(file: ImportFile, outcome: Outcome) -> None:
    if outcome.refused:
        file.refused_path.write_bytes(outcome.refused_file(file.sheet()))
    else:
        file.refused_path.unlink(missing_ok=True)


def _start(request: Request, file: ImportFile) -> Response:
    """Run the import behind the page, which shows how far it is."""
    file.running, file.error = True, ""
    file.save()
    env = request.env
    context = dict(env.context)
    home, database, uid = request.site.registries, env.registry.name, env.uid
    lang = request.lang
    texts = {"cancelled": say(request, "The import was stopped; nothing was kept.")}

    def work() -> None:
        def attempt(inner: Env) -> Outcome:
            def progress(done: int, total: int) -> None:
                home.board.report(database, file.token, file.name, done, total)
                if home.board.cancelled(database, file.token):
                    raise Cancelled(texts["cancelled"])

            progress(0, 0)
            outcome = _import_of(inner, file, file.sheet()).run(progress=progress)
            batch: Any = inner.super_env["ir.import.batch"].browse(outcome.batch)
            batch.mapping = {**batch.mapping, "token": file.token}
            return outcome

        try:
            outcome = home.run(database, attempt, uid, context)
            _keep_refused(file, outcome)
            file.batch = outcome.batch
        except GrialError as error:
            catalogue = home.get(database).ports.translate
            with home.transaction(database, uid, {"lang": lang}, write=False) as reader:
                file.error = error.translated(lambda text: catalogue(reader, text, "base"))
        except Exception as error:
            file.error = f"{type(error).__name__}: {error}"[:300]
            raise
        finally:
            file.running = False
            file.save()
            home.board.clear(database, file.token)

    home.board.report(database, file.token, file.name)
    env.on_commit(threading.Thread(target=work, name=f"import-{file.token[:6]}", daemon=True).start)
    return redirect(f"/web/import/{file.model}/{file.token}")


def _progress(request: Request, file: ImportFile, title: str) -> Response:
    note = request.site.registries.board.read(request.env.registry.name, file.token)
    address = f"/web/import/{file.model}/{file.token}"
    shown = ImportPage(
        "run", file.model, title, url=address, cancel_url=f"{address}/stop", filename=file.name, running=True,
        done=note.done if note else 0, total=note.total if note and note.total else len(file.sheet().rows),
    )  # fmt: skip
    return _step(request, shown)


@route("/web/import/<model>/<token>/stop", methods=("POST",), write=False)
def stop(request: Request, model: str, token: str) -> Response:
    """Ask the running import to stop. It holds the only writing transaction there may be, so that this one reads."""
    waiting(request, model, token)
    request.site.registries.board.cancel(request.env.registry.name, token)
    return redirect(f"/web/import/{model}/{token}")


@route("/web/import/<model>/<token>/refused")
def refused_rows(request: Request, model: str, token: str) -> Response:
    """The refused rows as a file to correct."""
    file = waiting(request, model, token)
    if not file.refused_path.is_file():
        raise MissingError("No row was refused.")
    return _download(file.refused_path.read_bytes(), f"{file.name.rpartition('.')[0] or file.name}-refused.csv")


def _download(data: bytes, name: str) -> Response:
    response = Response(data, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@route("/web/import/<model>/done/<int:batch_id>")
def show_outcome(request: Request, model: str, batch_id: int) -> Response:
    """The last step."""
    title = _title(request, model)
    batch, refused = _finished(request.env, model, batch_id)
    token = (batch.mapping or {}).get("token", "") if isinstance(batch.mapping, Mapping) else ""
    return _step(request, import_steps.outcome_page(request, batch, refused, title, token))


@route("/web/import/<model>/done/<int:batch_id>", methods=("POST",))
def take_back(request: Request, model: str, batch_id: int) -> Response:
    """Undo the import."""
    _finished(request.env, model, batch_id)
    plan = undo(request.env, batch_id)
    notice = say(request, "{deleted} records removed, {restored} restored.", deleted=plan.delete, restored=plan.restore)
    return go(request, f"/web/import/{model}/done/{batch_id}", notice)


def _finished(env: Env, model: str, batch_id: int) -> tuple[Any, Any]:
    batch: Any = env.super_env["ir.import.batch"].browse(batch_id).exists()
    if not batch or batch.model != model or batch.user_id.id != env.uid:
        raise MissingError("There is no such import of yours.")
    lines = env.super_env["ir.import.line"].search([("batch_id", "=", batch.id), ("action", "=", "refused")])
    return batch, lines
