"""Conditions on paper: what every leaf and every combination of a domain in list form means of one record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.model.paper import Paper, Refused, empty, folded, is_empty, like, pattern_of
from tests.model.shape import DATES, EXACT, LINKS, NUMBERS, OPAQUE, TEXTS, TO_MANY, FieldShape

ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
LIKES = ("like", "ilike", "=like", "=ilike")
PARTS: dict[str, Callable[[dt.datetime], int]] = {
    "year_number": lambda m: m.year,
    "quarter_number": lambda m: (m.month - 1) // 3 + 1,
    "month_number": lambda m: m.month,
    "iso_week_number": lambda m: m.isocalendar().week,
    "day_of_week": lambda m: m.isoweekday(),
    "day_of_month": lambda m: m.day,
    "day_of_year": lambda m: (m.date() - dt.date(m.year, 1, 1)).days + 1,
    "hour_number": lambda m: m.hour,
    "minute_number": lambda m: m.minute,
    "second_number": lambda m: m.second,
}


def found(paper: Paper, model: str, domain: Sequence[Any]) -> list[int]:
    """The ids of the records that a search finds, in the order of their ids."""
    hides = paper.archives(model) and paper.reader.active_test and not mentions_active(domain)
    return [i for i in paper.ids(model) if holds(paper, model, i, domain) and (not hides or paper.alive(model, i))]


def mentions_active(domain: Sequence[Any]) -> bool:
    """Does a condition of the domain itself ask for `active`?"""
    return any(not isinstance(term, str) and term[0] == "active" for term in domain)


def holds(paper: Paper, model: str, record: int, domain: Sequence[Any]) -> bool:
    """Does a record meet a domain?"""
    terms = list(domain)

    def term() -> bool:
        item = terms.pop(0)
        if item == "!":
            return not term()
        if item in ("&", "|"):
            one, other = term(), term()
            return (one and other) if item == "&" else (one or other)
        return leaf(paper, model, record, *item)

    results: list[bool] = []
    while terms:
        results.append(term())
    return all(results)


def leaf(paper: Paper, model: str, record: int, path: Any, operator: str, value: Any) -> bool:
    """Does a record meet one condition?"""
    operator = {"<>": "!=", "==": "="}.get(operator, operator)
    if operator == "!=":
        return not leaf(paper, model, record, path, "=", value)
    if operator.startswith("not "):
        return not leaf(paper, model, record, path, operator.removeprefix("not "), value)
    if path in (0, 1):
        return bool(path == value)
    if operator == "=?":
        return value is None or value is False or leaf(paper, model, record, path, "=", value)
    name, _, rest = path.partition(".")
    if name == "id":
        return _id(paper, model, record, operator, value)
    shape = paper.schema.field(model, name)
    end = paper.schema.end(model, shape)
    if end.kind in LINKS:
        if rest:
            there = paper.linked(model, record, shape, archived=rest == "active")
            return any(leaf(paper, end.target, one, rest, operator, value) for one in there)
        return _link(paper, model, record, shape, operator, value)
    if rest:
        return _part(paper, paper.value(model, record, shape), rest, operator, value)
    return plain(end.kind, paper.value(model, record, shape), operator, value)


def _id(paper: Paper, model: str, record: int, operator: str, value: Any) -> bool:
    if operator in ("child_of", "parent_of"):
        return record in family(paper, model, operator, value)
    if operator in ORDERED:
        return ORDERED[operator](record, value)
    if operator in ("=", "in"):
        return record in [i for i in _many(value) if i is not False]
    raise Refused


def _link(paper: Paper, model: str, record: int, shape: FieldShape, operator: str, value: Any) -> bool:
    end = paper.schema.end(model, shape)
    target = end.target
    if operator == "any":
        there = paper.linked(model, record, shape, archived=mentions_active(value))
        return any(holds(paper, target, one, value) for one in there)
    there = paper.linked(model, record, shape)
    if operator in ("child_of", "parent_of"):
        return not family(paper, target, operator, value).isdisjoint(there)
    if operator in ("=", "in"):
        wanted = _many(value)
        if not there:
            return any(one in (None, False) for one in wanted)
        return any(one in there for one in wanted if isinstance(one, int) and not isinstance(one, bool)) or any(
            leaf(paper, target, one, "name", "=", text) for one in there for text in wanted if isinstance(text, str)
        )
    if operator in LIKES:
        return any(leaf(paper, target, one, "name", operator, value) for one in there)
    if end.kind in TO_MANY:
        raise Refused
    return any(ORDERED[operator](one, value) for one in there)


def family(paper: Paper, model: str, operator: str, value: Any) -> set[int]:
    """The records below or above those that a value names, themselves included."""
    ids: set[int] = set()
    for one in _many(value):
        if isinstance(one, str):
            ids |= {i for i in paper.ids(model) if one and leaf(paper, model, i, "name", "ilike", one)}
        elif one:
            ids |= {one} & set(paper.ids(model))
    tree = any(f.name == "parent_id" for f in paper.schema.model(model).fields)
    grown = set(ids)
    while tree and grown:
        if operator == "child_of":
            grown = {i for i in paper.ids(model) if paper.read(model, i, "parent_id") in grown} - ids
        else:
            grown = {p for i in grown if (p := paper.read(model, i, "parent_id"))} - ids
        ids |= grown
    return ids


def _part(paper: Paper, found: Any, part: str, operator: str, value: Any) -> bool:
    """A condition on a part of a date, in the reader's zone."""
    if found is None:
        return False
    if isinstance(found, dt.datetime):
        moment = found.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(paper.reader.tz))
    else:
        moment = dt.datetime.combine(found, dt.time())
    number = PARTS[part](moment)
    return ORDERED[operator](number, value) if operator in ORDERED else number in _many(value)


def plain(kind: str, value: Any, operator: str, wanted: Any) -> bool:
    """A condition on a value that is no link."""
    if operator in LIKES:
        return _likeness(kind, value, operator, wanted)
    if operator in ("=", "in"):
        return any(_same(kind, value, one) for one in _many(wanted))
    if operator not in ORDERED or kind in OPAQUE:
        raise Refused
    if wanted in (None, False, ""):
        if kind not in NUMBERS | {"boolean", "company_boolean"}:
            return False
        wanted = empty(kind)
    if kind in TEXTS | DATES and is_empty(kind, value):
        return False
    if kind == "datetime" and is_day(wanted):
        late = operator in ("<=", ">")
        wanted = dt.datetime.combine(as_date(wanted), dt.time(23, 59, 59) if late else dt.time())
    elif kind == "datetime":
        wanted = as_moment(wanted)
    elif kind == "date":
        wanted = as_date(wanted)
    elif kind in NUMBERS:
        value, wanted = as_number(value), as_number(wanted)
    return ORDERED[operator](value, wanted)


def _same(kind: str, value: Any, wanted: Any) -> bool:
    if wanted in (None, False, "") and not (kind in NUMBERS and wanted == 0 and wanted is not False):
        return is_empty(kind, value)
    if kind in OPAQUE:
        raise Refused
    if value is None:
        return False
    if kind == "datetime":
        moment = dt.datetime.combine(as_date(wanted), dt.time()) if is_day(wanted) else as_moment(wanted)
        return bool(value == moment)
    if kind == "date":
        return bool(value == as_date(wanted))
    if kind in NUMBERS:
        return as_number(value) == as_number(wanted)
    return bool(value == wanted)


def _likeness(kind: str, value: Any, operator: str, wanted: Any) -> bool:
    if kind in OPAQUE | {"boolean", "company_boolean", "float"}:
        raise Refused
    if wanted in (None, False, ""):
        return operator in ("like", "ilike") or (kind not in NUMBERS and is_empty(kind, value))
    if kind in EXACT:
        text = f"{value:.{6 if kind == 'monetary' else 3}f}"
    elif kind not in NUMBERS and is_empty(kind, value):
        return False
    else:
        text = str(value)
    pattern = pattern_of(wanted)
    if not operator.startswith("="):
        pattern = [None, *pattern, None]
    if operator.endswith("ilike"):
        return like(folded(text), [part and folded(part) for part in pattern])
    return like(text, pattern)


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def is_day(value: Any) -> bool:
    """Is this a date without a time?"""
    return len(value) == 10 if isinstance(value, str) else not isinstance(value, dt.datetime)


def as_date(value: Any) -> dt.date:
    """A date, also out of its text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def as_moment(value: Any) -> dt.datetime:
    """A moment, also out of its text."""
    return dt.datetime.fromisoformat(value) if isinstance(value, str) else value


def as_number(value: Any) -> Decimal:
    """A number as it is written, so that 0.1 is the same whatever its type."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
