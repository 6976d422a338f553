"""Random questions to a schema: domains, orders, pages, and the readers who ask."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from tests.model import values
from tests.model.paper import Reader
from tests.model.paper_domain import LIKES, ORDERED, PARTS
from tests.model.shape import DATES, LINKS, NUMBERS, OPAQUE, TO_MANY, FieldShape, Schema, sortable

NUMBER = st.integers(0, 7)
NEGATED = {"=": "!=", "in": "not in", "any": "not any", "child_of": "not child_of", "parent_of": "not parent_of",
           **{one: f"not {one}" for one in LIKES}}  # fmt: skip
TIMES = ("hour_number", "minute_number", "second_number")

readers = st.builds(
    Reader,
    lang=st.sampled_from(["", "es_ES", "fr_FR"]),
    tz=st.sampled_from(["UTC", "Europe/Madrid", "America/Caracas", "Pacific/Auckland"]),
    active_test=st.sampled_from([True, True, False]),
)


def domains(schema: Schema, model: str, depth: int = 2) -> st.SearchStrategy[list[Any]]:
    """A domain in list form, with its terms in the prefix order."""
    leaves = leaf(schema, model, depth).map(lambda item: [item])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda two: ["&", *two[0], *two[1]]),
            st.tuples(inner, inner).map(lambda two: ["|", *two[0], *two[1]]),
            inner.map(lambda one: ["!", *one]),
        ),
        max_leaves=3,
    ) | st.lists(leaf(schema, model, depth), max_size=2)


@st.composite
def leaf(draw: st.DrawFn, schema: Schema, model: str, depth: int) -> tuple[Any, str, Any]:
    """One condition; its path goes over at most `depth` links."""
    if draw(st.integers(0, 20)) == 0:
        return (draw(st.sampled_from([0, 1])), draw(st.sampled_from(["=", "!="])), 1)
    path: list[str] = []
    here = model
    while True:
        shape = draw(st.sampled_from([FieldShape("id", "id"), *schema.fields(here)]))
        path.append(shape.name)
        end = schema.end(here, shape)
        if end.kind not in LINKS or len(path) > depth or draw(st.booleans()):
            break
        here = end.target
    if end.kind in DATES and draw(st.integers(0, 3)) == 0:
        part = draw(st.sampled_from([p for p in PARTS if end.kind == "datetime" or p not in TIMES]))
        operator, value = draw(_comparison(NUMBER | st.sampled_from([12, 23, 30, 2026]), ["=", "in", *ORDERED]))
        return (f"{'.'.join(path)}.{part}", operator, value)
    operator, value = draw(_condition(schema, end, depth - len(path)))
    return (".".join(path), operator, value)


@st.composite
def _comparison(draw: st.DrawFn, one: st.SearchStrategy[Any], operators: list[str]) -> tuple[str, Any]:
    """An operator of those, or its opposite, with a value or a list of values."""
    operator = draw(st.sampled_from(operators))
    value = draw(st.lists(one, max_size=3) if operator == "in" else one)
    return (NEGATED[operator] if operator in NEGATED and draw(st.booleans()) else operator), value


def _condition(schema: Schema, end: FieldShape, depth: int) -> st.SearchStrategy[tuple[str, Any]]:
    """Operator and value for the field that a path leads to."""
    blank = st.sampled_from([False, None])
    if end.kind == "id":
        return _comparison(NUMBER, ["=", "in", *ORDERED]) | _tree()
    if end.kind in LINKS:
        ordered = [] if end.kind in TO_MANY else [*ORDERED]
        choices = [
            _comparison(st.integers(1, 7) | blank | values.texts.filter(bool), ["=", "in"]),
            _comparison(values.texts, [*LIKES]),
            _tree(),
            blank.map(lambda value: ("=?", value)),
        ]
        if ordered:
            choices.append(_comparison(NUMBER, ordered))
        if depth >= 0:
            inner = domains(schema, end.target, 0)
            choices.append(st.tuples(st.sampled_from(["any", "not any"]), inner))
        return st.one_of(choices)
    if end.kind in OPAQUE:
        return _comparison(blank, ["="])
    one = compared(schema, end.kind)
    choices = [
        _comparison(one | blank, ["=", "in"]),
        _comparison(one, [*ORDERED]),
        st.tuples(st.just("=?"), one | blank),
    ]
    if end.kind not in ("boolean", "company_boolean", "float"):
        choices.append(_comparison(values.texts | st.just("2") | st.just("-"), [*LIKES]))
    return st.one_of(choices)


def _tree() -> st.SearchStrategy[tuple[str, Any]]:
    named = values.texts.filter(bool)
    return _comparison(NUMBER | named | st.lists(NUMBER, max_size=2), ["child_of", "parent_of"])


def compared(schema: Schema, kind: str) -> st.SearchStrategy[Any]:
    """What a field is compared with; dates as texts too."""
    if kind == "translated":
        return values.texts
    if kind == "reference":
        return values.reference(schema, dict.fromkeys([model.name for model in schema.models], 4))
    if kind == "selection":
        return st.sampled_from(["low", "high", "A", "á"])
    if kind == "date":
        return values.days | values.days.map(dt.date.isoformat)
    if kind == "datetime":
        days = values.days | values.days.map(dt.date.isoformat)
        return values.moments | values.moments.map(lambda moment: moment.isoformat(" ")) | days
    if kind in NUMBERS - {"float"}:
        return values.plain(kind) | st.sampled_from([0.5, 0.1004, 2.125])
    return values.plain(kind)


@st.composite
def orders(draw: st.DrawFn, schema: Schema, model: str) -> str:
    """One to three terms, some of them over links."""
    terms: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        path: list[str] = []
        here = model
        while True:
            own = [
                f
                for f in schema.fields(here)
                if sortable(f) or (f.kind == "related" and _ends_sortable(schema, here, f))
            ]
            shape = draw(st.sampled_from([FieldShape("id", "id"), *own]))
            path.append(shape.name)
            if schema.kind(here, shape) != "many2one" or len(path) > 2 or draw(st.booleans()):
                break
            here = schema.end(here, shape).target
        terms.append(".".join(path) + draw(st.sampled_from(["", " asc", " desc"])))
    return ", ".join(terms)


def _ends_sortable(schema: Schema, model: str, field: FieldShape) -> bool:
    return schema.kind(model, field) not in TO_MANY | OPAQUE
