"""Calls of methods from data files: `<function>` and its arguments."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lxml import etree

from core.data.values import value_of
from core.data.xml import children, line_of
from core.errors import UnknownName, UserError

if TYPE_CHECKING:
    from core.data.session import Session

ALWAYS = frozenset({"create", "copy", "search"})
"""Methods of every model that a data file may call beside those that are exported."""


def load_function(session: Session, element: etree._Element) -> None:
    """Call a method once the records before it exist; on an upgrade only outside `noupdate` blocks."""
    if session.mode == "update" and session.noupdate:
        session.verdict("skipped", line_of(element), "", element.get("model") or "")
        return
    session.flush()
    _call(session, element)
    notes = session.take_notes()
    session.verdict("partial" if notes else "ok", line_of(element), "", element.get("model") or "", notes)


def _call(session: Session, element: etree._Element) -> Any:
    # A model that is not here is said before an argument that speaks of its records.
    model, name = session.env.registry[element.get("model") or ""].name, element.get("name") or ""
    arguments: list[Any] = []
    if element.get("eval"):
        given = session.evaluate(element.get("eval") or "", element.get("obj") or "")
        arguments = list(given) if isinstance(given, (list, tuple)) else [given]
    for child in children(element):
        if child.tag == "function":
            arguments.append(_call(session, child))
        elif child.tag in ("value", "field"):
            arguments.append(value_of(session, child, None))
        else:
            raise UserError("<function> holds <value> and <function>, not <{tag}>.", tag=str(child.tag))
    return call(session, model, name, arguments, element)


def call(session: Session, model: str, name: str, arguments: list[Any], element: etree._Element) -> Any:
    """Call a method in the manner of programs outside: ids first for methods on records, a context last.

    Raises UnknownName for a method that is not exported.
    """
    env = session.env
    info = env.registry[model]
    if name not in info.exported and name not in ALWAYS:
        raise UnknownName(
            "{model} has no method {name} that a data file may call.", model=model, name=name,
            known=info.exported | ALWAYS,
        )  # fmt: skip
    context = session.evaluate(element.get("context") or "{}")
    if element.get("uid"):
        env = env.with_user(session.id_of(element.get("uid") or ""))
    records = env[model].with_context(**context) if context else env[model]
    signature = inspect.signature(getattr(type(records), name))
    signature = signature.replace(parameters=list(signature.parameters.values())[1:])
    if arguments and _is_ids(arguments[0]) and (_fits(signature, arguments[1:]) or not _fits(signature, arguments)):
        records = records.browse(arguments[0])
        arguments = arguments[1:]
    while (
        arguments and not _fits(signature, arguments) and (arguments[-1] is None or isinstance(arguments[-1], Mapping))
    ):
        if isinstance(arguments[-1], Mapping):
            records = records.with_context(**arguments[-1])
        arguments = arguments[:-1]
    if not _fits(signature, arguments):
        raise UserError("{model}.{name} does not take {count} arguments.", model=model, name=name, count=len(arguments))
    if session.tolerant and name in info.transitions:
        return _move(session, records, name, arguments)
    answer = getattr(records, name)(*arguments)
    return answer.ids if hasattr(answer, "_ids") else answer


def _move(session: Session, records: Any, name: str, arguments: list[Any]) -> list[int]:
    """Move each record whose state allows it, as OpenERP did; of the others it is said why they stay."""
    moved: list[int] = []
    for record in records:
        try:
            with record.env.savepoint():
                getattr(record, name)(*arguments)
                moved.append(record.id)
        except UserError as error:
            session.note(str(error))
    return moved


def _is_ids(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, (list, tuple)) and all(isinstance(i, int) for i in value))


def _fits(signature: inspect.Signature, arguments: list[Any]) -> bool:
    try:
        signature.bind(*arguments)
    except TypeError:
        return False
    return True
