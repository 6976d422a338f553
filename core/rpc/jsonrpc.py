"""JSON-RPC 2.0: the envelope, the errors as clients of this family read them, and the endpoint `/jsonrpc`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import UserError
from core.http.payload import MalformedRequest
from core.http.request import Request, Response, json_response
from core.http.routing import Auth, route
from core.rpc.faults import trouble_of
from core.rpc.marshal import outgoing
from core.rpc.services import call_service
from core.rpc.services.caller import Caller

_SESSION_EXPIRED = 100
_SERVER_ERROR = 200
_BY_STATUS = frozenset({400, 405, 413, 415, 503})


@dataclass(frozen=True, slots=True)
class Message:
    """A JSON-RPC request: its id and its parameters."""

    id: Any
    params: dict[str, Any]


def read_message(request: Request) -> Message:
    """The JSON-RPC request in a body. Raises MalformedRequest when there is none."""
    body = request.read_json()
    if not isinstance(body, dict):
        raise MalformedRequest("The body is not a JSON-RPC request.")
    params = body.get("params")
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise MalformedRequest("The parameters of a JSON-RPC request are named.")
    return Message(body.get("id"), params)


def result(message_id: Any, value: Any) -> Response:
    """An answer; `value` is made of plain values."""
    return json_response({"jsonrpc": "2.0", "id": message_id, "result": value})


def failure(request: Request, error: BaseException) -> Response:
    """An error, in an answer with status 200 unless the request could not be read or the server is overloaded."""
    trouble = trouble_of(error, request)
    body = {
        "jsonrpc": "2.0",
        "id": _id_of(request),
        "error": {
            "code": _SESSION_EXPIRED if trouble.expired else _SERVER_ERROR,
            "message": "Odoo Session Expired" if trouble.expired else "Odoo Server Error",
            "data": {
                "name": trouble.name,
                "message": trouble.message,
                "arguments": [trouble.message],
                "exception_type": trouble.kind,
                "debug": f"request {request.number}",
                "context": {},
            },
        },
    }
    response = json_response(body, trouble.status if trouble.status in _BY_STATUS else 200)
    if trouble.status == 503:
        response.headers["Retry-After"] = str(trouble.retry_after)
    return response


def endpoint(
    *paths: str, auth: Auth = "user", write: bool | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Let a function answer JSON-RPC calls on these paths: it gets the request and the named parameters."""

    def decorate(act: Callable[..., Any]) -> Callable[..., Response]:
        def handler(request: Request, **path_arguments: Any) -> Response:
            message = read_message(request)
            return result(message.id, outgoing(act(request, message.params, **path_arguments)))

        handler.__module__, handler.__qualname__, handler.__doc__ = act.__module__, act.__qualname__, act.__doc__
        return route(*paths, methods=("POST",), auth=auth, write=write, render_error=failure)(handler)

    return decorate


@endpoint("/jsonrpc", auth="none")
def services(request: Request, params: dict[str, Any]) -> Any:
    """Calls a service: {service, method, args}."""
    args = params.get("args") or []
    if not isinstance(args, list):
        raise UserError("The arguments of a service are a list.")
    caller = Caller(request)
    return call_service(caller, params.get("service"), params.get("method"), args)


def _id_of(request: Request) -> Any:
    """The id of the request, where it could be read."""
    try:
        return read_message(request).id
    except Exception:  # noqa: BLE001 - this is the answer to a request that may be broken in any way
        return None
