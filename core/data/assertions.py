"""`<assert>` with its `<test>`s: what must hold of loaded records. A failing one is reported, it stops nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from core.data.names import EvalNames
from core.data.values import value_of
from core.data.xml import attributes, children, line_of
from core.errors import ExpressionError
from core.kernel.expression import compile_expression
from core.security.record_view import RecordView

if TYPE_CHECKING:
    from core.data.session import Session

TOLERANCE = 0.005


class _TestNames(dict[str, Any]):
    """The fields of one record by name, then the helpers of the file."""

    def __init__(self, names: EvalNames, view: RecordView) -> None:
        super().__init__(names)
        self._names = names
        self._view = view
        self["floatEqual"] = _float_equal
        self["object"] = view

    def __missing__(self, name: str) -> Any:
        try:
            return self._view.expression_attribute(name)
        except KeyError:
            return self._names[name]


def _float_equal(left: float, right: float) -> bool:
    return abs(left - right) < TOLERANCE


def load_assert(session: Session, element: etree._Element) -> None:
    """`<assert model id|search count string severity>`: the records exist, as many as said, and pass every test."""
    session.flush()
    model = element.get("model") or ""
    records = session.env[model]
    xmlid = element.get("id") or ""
    if xmlid:
        records = records.browse(session.id_of(xmlid))
    elif element.get("search"):
        records = records.search(session.evaluate(element.get("search") or "[]"))
    title = element.get("string") or xmlid or model
    failures: list[str] = []
    count = element.get("count")
    if count and count.strip().isdigit() and len(records) != int(count):
        failures.append(f"{title}: {len(records)} records, not {count}")
    for record in records:
        names = _TestNames(session.names, RecordView(record))
        for test in children(element):
            if test.tag == "test":
                failures += _failure(session, test, names, title)
    if failures:
        session.verdict("rejected", line_of(element), xmlid, model, "; ".join(failures))
    else:
        session.verdict("ok", line_of(element), xmlid, model)


def _failure(session: Session, test: etree._Element, names: _TestNames, title: str) -> list[str]:
    source = test.get("expr") or ""
    wanted = value_of(session, test, None) if set(attributes(test)) - {"expr"} or (test.text or "").strip() else True
    try:
        found = compile_expression(source).evaluate(names)
    except ExpressionError as error:
        return [f"{title}: {error}"]
    good = bool(found) if wanted is True else str(found) == str(wanted)
    return [] if good else [f"{title}: {source} is {found!r}, not {wanted!r}"]
