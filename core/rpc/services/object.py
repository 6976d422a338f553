"""The service `object`: calls methods of models, and sends workflow signals."""

from __future__ import annotations

from typing import Any

from core.errors import UserError
from core.rpc import dispatch
from core.rpc.services.caller import Caller
from core.rpc.services.secured import on_behalf


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
    if args in (None, False):
        args = ()
    if kwargs in (None, False):
        kwargs = {}
    if not isinstance(args, (list, tuple)) or not isinstance(kwargs, dict):
        raise UserError("execute_kw takes a list of arguments and a mapping of named ones.")
    return on_behalf(
        caller, database, uid, password,
        lambda registry, user, check: dispatch.call(registry, user, model, method, args, kwargs, check=check),
    )  # fmt: skip


def exec_workflow(
    caller: Caller, database: object, uid: object, password: object, model: object, signal: object, record: object
) -> Any:
    """Send a workflow signal to a record. Answers False even when it worked, and for a signal nobody waits for."""
    return on_behalf(
        caller, database, uid, password,
        lambda registry, user, check: dispatch.send_signal(registry, user, model, signal, record, check=check),
    )  # fmt: skip


METHODS: dict[str, Any] = {"execute": execute, "execute_kw": execute_kw, "exec_workflow": exec_workflow}
