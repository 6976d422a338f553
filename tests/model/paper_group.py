"""Groups on paper: the values by which records are put together, the order of groups, and what they add up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cmp_to_key
from typing import Any
from zoneinfo import ZoneInfo

from tests.model.paper import Paper, Refused, empty
from tests.model.paper_order import by_order, key, resolve
from tests.model.shape import EXACT, NUMBERS, OPAQUE, TEXTS, TO_MANY, WHOLE

ORDERED = NUMBERS | (TEXTS - {"reference"}) | {"date", "datetime"}
FIT: dict[str, frozenset[str]] = {
    "sum": NUMBERS,
    "avg": NUMBERS,
    "min": ORDERED,
    "max": ORDERED,
    "bool_and": frozenset(["boolean", "company_boolean"]),
    "bool_or": frozenset(["boolean", "company_boolean"]),
    "count_distinct": ORDERED | {"boolean", "company_boolean", "many2one", "reference", "binary"},
}


@dataclass
class Level:
    """One level of grouping: a path, perhaps with a unit of time, and what it leads to."""

    path: str
    unit: str
    kind: str
    target: str


@dataclass
class Group:
    """Records with the same values.

    Attributes:
        values: one a level; None where there is nothing.
        records: their ids; of a level with many links, a record is in several groups.
    """

    values: tuple[Any, ...]
    records: list[int]


def level(paper: Paper, model: str, spec: str) -> Level:
    """What `path:unit` means."""
    path, _, unit = spec.partition(":")
    kind, target, _, _ = resolve(paper, model, None, path)
    if kind in OPAQUE | {"one2many"}:
        raise Refused
    if kind in ("date", "datetime"):
        if kind == "date" and unit == "hour":
            raise Refused
        return Level(path, unit or "month", kind, target)
    if unit:
        raise Refused
    return Level(path, "", kind, target)


def groups(paper: Paper, model: str, ids: Sequence[int], levels: Sequence[Level], downwards: set[int]) -> list[Group]:
    """The groups of some records, in order; empty ones come last. `downwards` are the levels in falling order."""
    made: dict[tuple[Any, ...], list[int]] = {}
    for one in ids:
        for values in _values(paper, model, one, levels):
            made.setdefault(values, []).append(one)

    def compare(first: Group, second: Group) -> int:
        for place, found in enumerate(levels):
            one, other = first.values[place], second.values[place]
            if one != other:
                if _absent(found, one) or _absent(found, other):
                    return 1 if _absent(found, one) else -1
                order = _before(paper, found, one, other)
                return -order if place in downwards else order
        return 0

    return sorted((Group(*item) for item in made.items()), key=cmp_to_key(compare))


def _absent(found: Level, value: Any) -> bool:
    return value is None or (found.kind in TEXTS and not value)


def _before(paper: Paper, found: Level, one: Any, other: Any) -> int:
    if found.target:
        return by_order(paper, found.target, one, other, paper.schema.model(found.target).order, 1) or one - other
    first, second = key(found.kind, one), key(found.kind, other)
    if first == second:
        first, second = one, other
    return (first > second) - (first < second)


def _values(paper: Paper, model: str, record: int, levels: Sequence[Level]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [()]
    for one in levels:
        value = resolve(paper, model, record, one.path)[2]
        if one.kind in TO_MANY:
            found = [(*before, item) for before in found for item in value or [None]]
            continue
        if one.unit and value is not None:
            value = cut(value, one.unit, paper.reader.tz)
        elif value is None and one.kind in TEXTS:
            value = empty(one.kind)
        found = [(*before, value) for before in found]
    return found


def cut(value: Any, unit: str, tz: str) -> Any:
    """The beginning of the hour, day, week, month, quarter or year, in the reader's zone."""
    if isinstance(value, dt.datetime):
        value = value.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(tz)).replace(tzinfo=None)
        if unit == "hour":
            return value.replace(minute=0, second=0)
        value = value.date()
    if unit == "week":
        return value - dt.timedelta(days=value.isoweekday() - 1)
    if unit == "day":
        return value
    month = {"month": value.month, "quarter": (value.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    return dt.date(value.year, month, 1)


def aggregate(paper: Paper, model: str, ids: Sequence[int], spec: str) -> Any:
    """What `path:function` gives for some records; values behind empty links do not take part."""
    if spec == "__count":
        return len(ids)
    path, _, function = spec.partition(":")
    kind = resolve(paper, model, None, path)[0]
    if kind in TO_MANY or (function != "count" and kind not in FIT[function]):
        raise Refused
    found = [resolve(paper, model, one, path)[2] for one in ids]
    filled = [v for v in found if v is not None and not (kind in TEXTS | OPAQUE and v in ("", b""))]
    if function in ("count", "count_distinct"):
        return len(filled) if function == "count" else len(set(filled))
    if function in ("bool_and", "bool_or"):
        return bool(filled) and (all(filled) if function == "bool_and" else any(filled))
    if not filled:
        return empty(kind)
    if function in ("min", "max"):
        return min(filled) if function == "min" else max(filled)
    if function == "sum":
        return sum(filled)
    if kind in EXACT:
        exact = Fraction(sum(filled)) / len(filled)
        scaled = Decimal(exact.numerator * 10**12) / Decimal(exact.denominator)
        return (scaled / 10**12).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    assert kind in WHOLE | {"float"}
    return sum(filled) / len(filled)
