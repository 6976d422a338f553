"""The web client's endpoints for databases: the list as JSON, everything else as the form posts that clients send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.errors import UserError
from core.http.request import Request, Response, content_disposition, json_response
from core.http.routing import route
from core.rpc.json2 import failure
from core.rpc.jsonrpc import endpoint
from core.rpc.services import db
from core.rpc.services.caller import Caller


@endpoint("/web/database/list", auth="none")
def names(request: Request, _params: dict[str, Any]) -> list[str]:
    """The names of the databases; refused while the server has no master password."""
    return db.list_databases(Caller(request))


def _form(path: str) -> Callable[[Callable[[Request], Response]], Callable[[Request], Response]]:
    return route(f"/web/database/{path}", methods=("POST",), auth="none", render_error=failure)


@_form("create")
def create(request: Request) -> Response:
    """Make a database: master_pwd, name, lang, password, demo, login, country_code, phone."""
    form = {name: "" if value in {"None", "False", "0"} else value for name, value in request.form.items()}
    db.create_database(
        Caller(request),
        form.get("master_pwd"),
        form.get("name"),
        bool(form.get("demo")),
        form.get("lang") or "en_US",
        form.get("password"),
        form.get("login") or "admin",
        form.get("country_code") or "",
    )
    return _done(request)


@_form("duplicate")
def duplicate(request: Request) -> Response:
    """Copy a database: master_pwd, name, new_name."""
    form = request.form
    db.duplicate_database(Caller(request), form.get("master_pwd"), form.get("name"), form.get("new_name"))
    return _done(request)


@_form("drop")
def drop(request: Request) -> Response:
    """Delete a database: master_pwd, name."""
    db.drop(Caller(request), request.form.get("master_pwd"), request.form.get("name"))
    return _done(request)


@_form("backup")
def backup(request: Request) -> Response:
    """Send a database as a zip file: master_pwd, name."""
    name = request.form.get("name", "")
    content = db.dump_bytes(Caller(request), request.form.get("master_pwd"), name)
    response = Response(content, content_type="application/zip")
    response.headers["Content-Disposition"] = content_disposition(f"{name}.zip")
    return response


@_form("restore")
def restore(request: Request) -> Response:
    """Make a database from a zip file: master_pwd, name, backup_file."""
    upload = request.files.get("backup_file")
    if upload is None:
        raise UserError("Send the dump as backup_file.")
    db.restore_bytes(Caller(request), request.form.get("master_pwd"), request.form.get("name"), upload.stream.read())
    return _done(request)


@_form("change_password")
def change_password(request: Request) -> Response:
    """Refused: the master password is a setting of the server."""
    db.change_admin_password(Caller(request), request.form.get("master_pwd"), request.form.get("master_pwd_new"))
    return _done(request)


def _done(request: Request) -> Response:
    """Send a browser to the start page, and tell a program that it worked."""
    if request.wants_json:
        return json_response({"result": True})
    response = Response(status=303)
    response.headers["Location"] = "/web"
    return response
