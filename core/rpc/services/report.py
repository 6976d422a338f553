"""The service `report`: prints records, at once or to be fetched later."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

from core.errors import MissingError, ValidationError
from core.report.printing import print_records
from core.rpc.arguments import read_ids
from core.rpc.services.caller import Caller
from core.rpc.services.secured import Check, on_behalf
from core.security.client_context import client_context

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.registry import Registry

_KEPT_FOR = 3600
_ATTACHMENTS = "ir.attachment"
_MARK = "report service"


def render_report(
    caller: Caller,
    database: object,
    uid: object,
    password: object,
    name: object,
    ids: object,
    _data: object = None,
    context: object = None,
) -> dict[str, Any]:
    """Print records: {result: base64, format, state: True}."""

    def work(registry: Registry, user: int, check: Check) -> dict[str, Any]:
        def render(env: Env) -> dict[str, Any]:
            check(env)
            return _finished(*_printed(env, name, ids))

        given = client_context(context)
        caller.reads(registry, given)
        return registry.run(render, uid=user, context=given, write=False)

    return on_behalf(caller, database, uid, password, work)


def report(
    caller: Caller,
    database: object,
    uid: object,
    password: object,
    name: object,
    ids: object,
    _data: object = None,
    context: object = None,
) -> int:
    """Print records for `report_get`; gives the number to ask with."""

    def work(registry: Registry, user: int, check: Check) -> int:
        def render(env: Env) -> int:
            check(env)
            content, kind = _printed(env, name, ids)
            with env.elevated("keep a report until it is fetched", _ATTACHMENTS) as su:
                _forget_old(su)
                kept: Any = su[_ATTACHMENTS].create(
                    {
                        "name": f"report.{kind}",
                        "description": f"{_MARK} {user} {int(time.time())}",
                        "datas": base64.b64encode(content).decode("ascii"),
                    }
                )
                return int(kept.id)

        given = client_context(context)
        caller.reads(registry, given)
        return registry.run(render, uid=user, context=given)

    return on_behalf(caller, database, uid, password, work)


def report_get(caller: Caller, database: object, uid: object, password: object, number: object) -> dict[str, Any]:
    """The report that `report` made for the same user; it can be fetched once."""

    def work(registry: Registry, user: int, check: Check) -> dict[str, Any]:
        def fetch(env: Env) -> dict[str, Any]:
            check(env)
            with env.elevated("fetch a kept report", _ATTACHMENTS) as su:
                condition = [("id", "in", list(read_ids(number).values)), ("description", "like", f"{_MARK} {user} ")]
                kept: Any = su[_ATTACHMENTS].search(condition, limit=1)
                if not kept:
                    raise MissingError("This report does not exist, or it has been fetched already.")
                content = kept.datas
                kind = kept.name.rpartition(".")[2]
                kept.unlink()
                return _finished(content if isinstance(content, bytes) else base64.b64decode(content), kind)

        return registry.run(fetch, uid=user)

    return on_behalf(caller, database, uid, password, work)


def _printed(env: Env, name: object, ids: object) -> tuple[bytes, str]:
    if not isinstance(name, str):
        raise ValidationError("A report is named by a text.")
    printed = print_records(env, name.removeprefix("report."), read_ids(ids).values)
    return printed.data, printed.format


def _finished(content: bytes, kind: str) -> dict[str, Any]:
    return {"result": base64.b64encode(content).decode("ascii"), "format": kind, "state": True}


def _forget_old(su: Env) -> None:
    """Drop reports that nobody fetched within an hour."""
    kept: Any = su[_ATTACHMENTS].search([("description", "=like", f"{_MARK} %")])
    limit = time.time() - _KEPT_FOR
    kept.filtered(lambda one: int(one.description.rpartition(" ")[2]) < limit).unlink()


METHODS: dict[str, Any] = {"render_report": render_report, "report": report, "report_get": report_get}
