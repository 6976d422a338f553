"""The names a workflow's conditions and actions know: the fields of the record, and its exported methods."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from core.errors import UserError
from core.kernel.expression import compile_expression, expression_helpers
from core.security.record_view import RecordView
from core.workflow.definition import Transition

if TYPE_CHECKING:
    from core.orm.model import Model

_WRITE = re.compile(r"^(?:self\.|obj\.|object\.)?write\((?P<values>\{.*\})\)$", re.DOTALL)
_CALL = re.compile(r"^(?:self\.|obj\.|object\.)?(?P<method>[a-z][a-z0-9_]*)\(\)$", re.IGNORECASE)


class Subject(Mapping[str, Any]):
    """The names of one record."""

    def __init__(self, record: Model) -> None:
        self._record = record
        self._view = RecordView(record)
        self._helpers = {**expression_helpers(record.env.now(), record.env.tz), "uid": record.env.uid}

    def __getitem__(self, name: str) -> Any:
        if name in self._helpers:
            return self._helpers[name]
        if name in ("self", "object", "o", "obj"):
            return self._view
        info = self._record._info
        if name in info.fields:
            return self._view.expression_attribute(name)
        if name in info.exported:
            return getattr(self._record, name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter((*self._helpers, *self._record._info.fields))

    def __len__(self) -> int:
        return len(self._helpers) + len(self._record._info.fields)


def holds(record: Model, way: Transition) -> bool:
    """Does the condition of a transition hold for a record?"""
    return way.unconditional or bool(way.condition.evaluate(Subject(record)))


def run_action(records: Model, line: str) -> Any:
    """Carry out one line of an activity: `write({…})`, or a call of one of the model's exported methods.

    Gives what the method answers. Raises UserError for anything else.
    """
    written = _WRITE.match(line)
    if written:
        values = compile_expression(written["values"])
        if values.names:
            for record in records:
                record.write(values.evaluate(Subject(record)))
        else:
            records.write(values.evaluate({}))
        return None
    called = _CALL.match(line)
    if called and called["method"] in records._info.exported:
        return getattr(records, called["method"])()
    if line in ("True", "False", "pass"):
        return None
    raise UserError(
        "The workflow of {model} asks for {line}, which is neither write(…) nor a method that may be called.",
        model=records._info.description,
        line=line,
    )
