"""The service `report`: prints records, at once or to be fetched later."""

from __future__ import annotations

import base64
from datetime import timedelta
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

_KEPT_FOR = timedelta(hours=1)
_ATTACHMENTS = "ir.attachment"
_OWNER = "service report"
"""What kept reports belong to: no model, so that nobody else makes or finds such files."""


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
                        "res_model": _OWNER,
                        "res_id": user,
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
                condition = [
                    ("id", "in", list(read_ids(number).values)),
                    ("res_model", "=", _OWNER),
                    ("res_id", "=", user),
                ]
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
    limit = su.now() - _KEPT_FOR
    su[_ATTACHMENTS].search([("res_model", "=", _OWNER), ("create_date", "<", limit)]).unlink()


METHODS: dict[str, Any] = {"render_report": render_report, "report": report, "report_get": report_get}
