"""The services of the classic protocols: common, db, object and report, found by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from core.errors import UnknownName, UserError
from core.rpc.services import common, db, report
from core.rpc.services import object as object_service
from core.rpc.services.caller import Caller

Service = dict[str, Callable[..., Any]]

SERVICES: dict[str, Service] = {
    "common": common.METHODS,
    "db": db.METHODS,
    "object": object_service.METHODS,
    "report": report.METHODS,
}


def call_service(caller: Caller, service: object, method: object, args: Sequence[Any]) -> Any:
    """Call a method of a service; the answer is made of plain values.

    Raises:
        UnknownName: no such service or method.
        GrialError: whatever the method refuses.
    """
    methods = SERVICES.get(service) if isinstance(service, str) else None
    if methods is None:
        raise UnknownName("There is no service {name}.", name=str(service)[:80], known=SERVICES)
    act = methods.get(method) if isinstance(method, str) else None
    if act is None:
        raise UnknownName(
            "The service {service} has no method {name}.", name=str(method)[:80], known=methods, service=service
        )
    try:
        inspect.signature(act).bind(caller, *args)
    except TypeError:
        raise UserError("{service}.{method} takes other arguments.", service=service, method=method) from None
    return act(caller, *args)
