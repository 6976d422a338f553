"""JSON-2: `/json/2/<model>/<method>` with named arguments and a bearer key, and what the methods of a model take."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from core.errors import AccessDenied, UnknownName, UserError
from core.http import database
from core.http.payload import MalformedRequest
from core.http.request import Request, Response, json_response
from core.http.routing import route
from core.orm.registry import ModelInfo, Registry
from core.rpc import dispatch
from core.rpc.classic import CLASSIC
from core.rpc.dataset_web import call_with_session
from core.rpc.faults import trouble_of
from core.security import authenticate

R = TypeVar("R")
_ANY_MODEL = "fields_get"


def failure(request: Request, error: BaseException) -> Response:
    """An error as JSON, told by the HTTP status."""
    trouble = trouble_of(error, request)
    body = {
        "name": trouble.name,
        "message": trouble.message,
        "arguments": [trouble.message],
        "context": {},
        "debug": f"request {request.number}",
    }
    response = json_response(body, trouble.status)
    if trouble.retry_after:
        response.headers["Retry-After"] = str(trouble.retry_after)
    if trouble.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


@route("/json/2/<model>/<method>", methods=("POST",), auth="none", csrf=False, render_error=failure)
def call(request: Request, model: str, method: str) -> Response:
    """Call a method with named arguments; `ids` and `context` are among them."""
    body = request.read_json() if request.content_length != 0 else {}
    if not isinstance(body, dict):
        raise MalformedRequest("The body is a mapping of named arguments.")
    return json_response(
        _as_bearer(request, lambda registry, uid: dispatch.call(registry, uid, model, method, (), body))
    )


@route("/doc-bearer/<model>.json", auth="none", render_error=failure)
def described_for_key(request: Request, model: str) -> Response:
    """Fields and methods of a model, for the holder of a key."""

    def work(registry: Registry, uid: int) -> dict[str, Any]:
        info = _model(registry, model)
        return description(info, dispatch.call(registry, uid, model, _ANY_MODEL, (), {}))

    return json_response(_as_bearer(request, work))


@route("/doc/<model>.json", auth="none", render_error=failure)
def described_for_session(request: Request, model: str) -> Response:
    """Fields and methods of a model, for a logged-in user."""
    fields = call_with_session(request, model, _ANY_MODEL, [], {})
    assert request.registry is not None
    return json_response(description(_model(request.registry, model), fields))


def description(info: ModelInfo, fields: dict[str, Any]) -> dict[str, Any]:
    """What clients read to turn positional arguments into names."""
    methods = {name: _exported_method(info, name) for name in sorted(info.exported) if name not in CLASSIC}
    for name, classic in CLASSIC.items():
        names = [shown.partition("|")[0] for shown in classic.signature.names]
        on_records = names[:1] == ["ids"]
        methods[name] = {
            "parameters": {parameter: {"name": parameter} for parameter in names if parameter != "ids"},
            "api": [] if on_records else ["model"],
            "doc": inspect.getdoc(getattr(info.cls, name, None)) or "",
        }
    return {"model": info.name, "name": info.description, "fields": fields, "methods": methods}


def _exported_method(info: ModelInfo, name: str) -> dict[str, Any]:
    method = getattr(info.cls, name)
    parameters = list(inspect.signature(method).parameters.values())[1:]
    return {
        "parameters": {parameter.name: {"name": parameter.name} for parameter in parameters},
        "api": [],
        "doc": inspect.getdoc(method) or "",
    }


def _model(registry: Registry, model: str) -> ModelInfo:
    with dispatch.refusing_outdated(registry):
        if model not in registry:
            raise UnknownName("There is no model {name}.", name=model[:80])
        return registry[model]


def _as_bearer(request: Request, work: Callable[[Registry, int], R]) -> R:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise AccessDenied("Send an API key: Authorization: Bearer KEY.")
    name = request.headers.get("X-Odoo-Database") or database.choose(request)
    if not name:
        raise UserError("Name the database in the header X-Odoo-Database.")
    if not request.site.exists(name):
        raise AccessDenied("Wrong database or API key.")

    def attempt(registry: Registry) -> R:
        request.registry = registry
        uid = authenticate.bearer(registry, key.strip(), request.peer.address)
        if uid is None:
            raise AccessDenied("Wrong database or API key.")
        with request.site.budget.place(f"{name}:{uid}"):
            return work(registry, uid)

    return request.site.work(name, attempt)
