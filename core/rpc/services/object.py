"""The service `object`: calls methods of models, and sends workflow signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import UserError
from core.rpc import dispatch
from core.rpc.services.caller import Caller
from core.rpc.services.secured import Check, on_behalf

if TYPE_CHECKING:
    from core.orm.registry import Registry


def execute(
    caller: Caller, database: object, uid: object, password: object, model: object, method: object, *args: Any
) -> Any:
    """Call a method with positional arguments."""
    return execute_kw(caller, database, uid, password, model, method, args, {})


def execute_kw(
    caller: Caller,
    database: object,
    uid: object,
    password: object,
    model: object,
    method: object,
    args: Any = (),
    kwargs: Any = None,
) -> Any:
    """Call a method with positional and named arguments."""
    positional = () if args is None or args is False else args
    named = {} if kwargs is None or kwargs is False else kwargs
    if not isinstance(positional, (list, tuple)) or not isinstance(named, dict):
        raise UserError("execute_kw takes a list of arguments and a mapping of named ones.")

    def work(registry: Registry, user: int, check: Check) -> Any:
        caller.reads(registry, {})
        call = dispatch.plan(registry, model, method, positional, named)
        caller.reads(registry, call.context)
        return dispatch.carry_out(registry, user, call, check)

    return on_behalf(caller, database, uid, password, work)


def exec_workflow(
    caller: Caller, database: object, uid: object, password: object, model: object, signal: object, record: object
) -> Any:
    """Send a workflow signal to a record. Answers False even when it worked, and for a signal nobody waits for."""

    def work(registry: Registry, user: int, check: Check) -> Any:
        caller.reads(registry, {})
        return dispatch.carry_out(registry, user, dispatch.plan_signal(registry, model, signal, record), check)

    return on_behalf(caller, database, uid, password, work)


METHODS: dict[str, Any] = {"execute": execute, "execute_kw": execute_kw, "exec_workflow": exec_workflow}
