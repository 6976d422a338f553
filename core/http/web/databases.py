"""`/web/databases`: the database manager, open only where the server has a master password."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from babel import Locale

from core.errors import AccessDenied, GrialError, UserError
from core.http.errors import ForeignRequest
from core.http.request import Request, Response, file_response, redirect
from core.http.routing import route
from core.http.web.page import plain, say, told
from core.http.web.pages.admin import Database, DatabasePage
from core.module import databases
from core.module.create import create_database
from core.security import authenticate, csrf
from core.security.passwords import check_length

LANGUAGES = ("en_US", "es_ES")
_LARGEST_DUMP = 4 * 1024**3


@route("/web/database/manager", "/web/database/selector", auth="none")
def usual(_request: Request) -> Response:
    """The addresses that people know."""
    return redirect("/web/databases")


@route("/web/databases", auth="none")
def show(request: Request) -> Response:
    """The databases, and what may be done with them."""
    return _page(request)


@route("/web/databases/create", methods=("POST",), auth="none")
def create(request: Request) -> Response:
    """A new database with base."""

    def work() -> Response:
        form = request.form
        lang = form.get("lang", "en_US")
        check_length(form.get("admin_password", ""))
        create_database(
            request.site.registries,
            form.get("name", ""),
            demo=bool(form.get("demo")),
            lang="" if lang.startswith("en") else lang,
            admin_password=form.get("admin_password", ""),
        )
        request.site.forget_names()
        return redirect(f"/web/login?db={form.get('name', '')}&login=admin")

    return _guarded(request, work)


@route("/web/databases/copy", methods=("POST",), auth="none")
def copy(request: Request) -> Response:
    """A copy under another name."""

    def work() -> Response:
        name, target = _known(request), request.form.get("new_name", "")
        databases.copy(request.site.registries, name, target, as_is=bool(request.form.get("as_is")))
        request.site.forget_names()
        return _page(request, done=say(request, "{name} is copied to {target}.", name=name, target=target))

    return _guarded(request, work)


@route("/web/databases/drop", methods=("POST",), auth="none")
def drop(request: Request) -> Response:
    """Delete a database for good."""

    def work() -> Response:
        name = _known(request)
        databases.drop(request.site.registries, name)
        request.site.forget_names()
        return _page(request, done=say(request, "{name} is gone.", name=name))

    return _guarded(request, work)


@route("/web/databases/dump", methods=("POST",), auth="none")
def dump(request: Request) -> Response:
    """A database with its files as a zip file."""

    def work() -> Response:
        name = _known(request)
        with tempfile.TemporaryDirectory(prefix="grial-dump-") as folder:
            file = Path(folder, "dump.zip")
            databases.dump(request.site.registries, name, file)
            return file_response(file.read_bytes(), f"{name}.zip", "application/zip")

    return _guarded(request, work)


@route("/web/databases/restore", methods=("POST",), auth="none", max_body=_LARGEST_DUMP)
def restore(request: Request) -> Response:
    """A database from a zip file, under a new name."""

    def work() -> Response:
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            raise UserError("Choose the file of a backup.")
        name = request.form.get("name", "")
        with tempfile.TemporaryDirectory(prefix="grial-restore-") as folder:
            file = Path(folder, "dump.zip")
            upload.save(file)
            databases.restore(request.site.registries, file, name, as_is=bool(request.form.get("as_is")))
        request.site.forget_names()
        return _page(request, done=say(request, "{name} is restored.", name=name))

    return _guarded(request, work)


def _guarded(request: Request, work: Callable[[], Response]) -> Response:
    """Do something for whoever knows the master password; a refusal is told on the page."""
    settings = request.site.settings
    try:
        given = request.form.get("csrf_token", "")
        if not csrf.matches(request.site.csrf_key, _NOBODY, given):
            raise ForeignRequest
        if not settings.master_password:
            raise AccessDenied("The database service is closed: this server has no master password.")
        if not authenticate.master(settings.master_password, request.form.get("master_password"), request.peer.address):
            raise AccessDenied("Wrong master password.")
        return work()
    except GrialError as error:
        return _page(request, error=told(request, error), status=error.status if error.status != 500 else 422)


_NOBODY = "databases"


def _known(request: Request) -> str:
    name = request.form.get("name", "")
    if not request.site.exists(name):
        raise UserError("There is no such database.")
    return name


def _page(request: Request, error: str = "", done: str = "", status: int = 200) -> Response:
    request.lang = request.negotiated_lang(LANGUAGES)
    enabled = bool(request.site.settings.master_password)
    names = request.site.names(freshness=0) if enabled else ()
    shown = DatabasePage(
        databases=tuple(Database(name, _size(request, name)) for name in names),
        enabled=enabled,
        languages=tuple((code, Locale.parse(code).get_display_name(code) or code) for code in LANGUAGES),
        error=error,
        done=done,
        csrf=csrf.token(request.site.csrf_key, _NOBODY),
    )
    return plain(request, "database.html", shown, status=status)


def _size(request: Request, name: str) -> str:
    """How large the file of a database is, where it is a file."""
    server = request.site.registries.server
    if server.url is not None:
        return ""
    file = server.path(name)
    return f"{file.stat().st_size / 1_000_000:.1f} MB" if file.is_file() else ""
