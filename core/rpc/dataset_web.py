"""The data endpoints of the web client: methods of models, called with a session."""

from __future__ import annotations

from typing import Any

from core.errors import UserError
from core.http import database
from core.http.dispatch import caller, enter, touch, who
from core.http.errors import LoginRequired
from core.http.request import Request, Response
from core.http.routing import route
from core.orm.env import Env
from core.orm.registry import Registry
from core.rpc import dispatch
from core.rpc.jsonrpc import endpoint, failure, read_message, result


@route(
    "/web/dataset/call_kw", "/web/dataset/call_kw/<model>/<method>",
    "/web/dataset/call", "/web/dataset/call/<model>/<method>",
    methods=("POST",), auth="none", render_error=failure,
)  # fmt: skip
def call_kw(request: Request, model: str = "", method: str = "") -> Response:
    """Call a method: {model, method, args, kwargs}; the path may name model and method instead."""
    message = read_message(request)
    params = message.params
    return result(
        message.id,
        call_with_session(
            request, params.get("model", model), params.get("method", method), params.get("args"), params.get("kwargs")
        ),
    )


@route("/web/dataset/call_button", methods=("POST",), auth="none", render_error=failure)
def call_button(request: Request) -> Response:
    """Press a button: as `call_kw`, but only an action is answered; anything else becomes False."""
    message = read_message(request)
    params = message.params
    answer = call_with_session(
        request, params.get("model"), params.get("method"), params.get("args"), params.get("kwargs")
    )
    return result(message.id, answer if isinstance(answer, dict) and answer.get("type") else False)


@route("/web/dataset/exec_workflow", methods=("POST",), auth="none", render_error=failure)
def exec_workflow(request: Request) -> Response:
    """Send a workflow signal: {model, id, signal}."""
    message = read_message(request)
    params = message.params

    def work(registry: Registry, uid: int, check: Any) -> Any:
        call = dispatch.plan_signal(registry, params.get("model"), params.get("signal"), params.get("id"))
        return dispatch.carry_out(registry, uid, call, check)

    return result(message.id, _with_session(request, work))


def call_with_session(request: Request, model: object, method: object, args: Any, kwargs: Any) -> Any:
    """Call a method of a model on behalf of the session's user, in a transaction of the kind the method needs."""
    args = args or []
    kwargs = kwargs or {}
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        raise UserError("A call has a list of arguments and a mapping of named ones.")
    return _with_session(
        request,
        lambda registry, uid, check: dispatch.call(registry, uid, model, method, args, kwargs, check=check),
    )


def _with_session(request: Request, work: Any) -> Any:
    name = database.choose(request)
    if not name:
        raise LoginRequired

    def check(env: Env) -> None:
        enter(env, request, required=True)
        request.leave()

    def run(registry: Registry) -> Any:
        request.registry = registry
        with request.site.budget.place(caller(request)):
            uid = who(registry, request, required=True)
            answer = work(registry, uid, check)
        if request.session is not None and request.session.stale:
            touch(registry, request.session)
        return answer

    return request.site.work(name, run)


@endpoint("/web/dataset/search_read", auth="user", write=False)
def search_read(request: Request, params: dict[str, Any]) -> dict[str, Any]:
    """Rows and how many there are: {model, fields, domain, offset, limit, sort}."""
    registry = request.env.registry
    given = {
        "domain": params.get("domain"), "fields": params.get("fields"), "offset": params.get("offset"),
        "limit": params.get("limit"), "order": params.get("sort"),
    }  # fmt: skip
    model = params.get("model")
    rows = dispatch.plan(registry, model, "search_read", [], given).act(request.env[str(model)])
    count = dispatch.plan(registry, model, "search_count", [given["domain"]], {}).act(request.env[str(model)])
    return {"length": count, "records": rows}
