"""Evaluates a domain on records in memory, with the same meaning as its SQL."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.errors import UnknownName, ValidationError
from core.kernel.text import fold
from core.orm import hierarchy
from core.orm.domain import DATE_PARTS, NEGATIVE, Allowed, And, Constant, Domain, Leaf, Not, Or
from core.orm.fetch import seen

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.model import Model

Test = Callable[[Any], bool]


def matching(records: Model, domain: Domain) -> list[int]:
    """The ids of those records that meet the domain, in order."""
    test = _test(records, domain)
    return [record._ids[0] for record in records if test(record)]


def _test(records: Model, domain: Domain) -> Test:
    if isinstance(domain, Constant):
        value = domain.value
        return lambda _record: value
    if isinstance(domain, And):
        tests = [_test(records, part) for part in domain.parts]
        return lambda record: all(test(record) for test in tests)
    if isinstance(domain, Or):
        tests = [_test(records, part) for part in domain.parts]
        return lambda record: any(test(record) for test in tests)
    if isinstance(domain, Not):
        inner = _test(records, domain.part)
        return lambda record: not inner(record)
    if isinstance(domain, Leaf):
        return _leaf(records, domain)
    raise ValidationError("{domain} is not a domain.", domain=repr(domain))


def _leaf(records: Model, item: Leaf) -> Test:
    if item.operator in NEGATIVE:
        positive = _leaf(records, Leaf(item.path, NEGATIVE[item.operator], item.value))
        return lambda record: not positive(record)
    if item.operator == "=?":
        if item.value is None or item.value is False:
            return lambda _record: True
        return _leaf(records, Leaf(item.path, "=", item.value))
    name, _, rest = item.path.partition(".")
    field = records._info.field(name)
    if rest and field.type in ("date", "datetime") and rest in DATE_PARTS:
        compare = _comparison(item.operator, item.value, int)
        zone = records.env.zone()
        return lambda record: _part_is(field.__get__(record, None), rest, zone, compare)
    if rest:
        if not field.relational:
            raise UnknownName("{model}.{field} is not a link.", model=records._name, field=name)
        return _any_target(records, field, Leaf(rest, item.operator, item.value))
    if field.relational:
        return _link(records, field, item.operator, item.value)
    return _plain(records, field, item.operator, item.value)


def _any_target(records: Model, field: Any, domain: Domain) -> Test:
    empty = records.env[field.comodel]
    test = _test(empty, domain)
    return lambda record: any(test(target) for target in seen(field.__get__(record, None)))


def _link(records: Model, field: Any, operator: str, value: Any) -> Test:
    env = records.env
    info = env.registry[field.comodel]
    if operator in ("child_of", "parent_of"):
        wanted = set(hierarchy.expand(env, info, value, operator))
        return lambda record: not wanted.isdisjoint(seen(field.__get__(record, None), field.model)._ids)
    if operator == "any":
        return _any_target(records, field, Domain.parse(value))
    if operator in ("=", "in"):
        from core.orm.domain_sql import split_link_value

        ids, texts, empty = split_link_value(value)
        known = set(ids)
        named = [_any_target(records, field, Domain.parse(env[field.comodel]._name_domain("=", t))) for t in texts]

        def linked(record: Any) -> bool:
            found = seen(field.__get__(record, None), field.model)._ids
            return not known.isdisjoint(found) or (empty and not found) or any(test(record) for test in named)

        return linked
    if operator in ("like", "ilike", "=like", "=ilike"):
        return _any_target(records, field, Domain.parse(env[field.comodel]._name_domain(operator, value)))
    compare = _comparison(operator, value, int)
    return lambda record: any(map(compare, seen(field.__get__(record, None), field.model)._ids))


def _plain(records: Model, field: Field[Any, Any], operator: str, value: Any) -> Test:
    env = records.env
    if isinstance(value, Allowed):
        table, allowed = env.rule_env[value.model], value.rule
        return lambda record: bool(matching(table.browse(_value(field, record) or ()).exists(), allowed))
    if field.name == "id" and operator in ("child_of", "parent_of"):
        wanted = set(hierarchy.expand(env, records._info, value, operator))
        return lambda record: record._ids[0] in wanted
    if operator in ("like", "ilike", "=like", "=ilike"):
        return _like(field, operator, value)

    def convert(item: Any) -> Any:
        if field.type == "datetime" and isinstance(item, str) and len(item) == 10:
            item += " 23:59:59" if operator in ("<=", ">") else " 00:00:00"
        if field.type in ("integer", "float") and isinstance(item, (int, float)) and not isinstance(item, bool):
            return item
        if field.type in ("selection", "char", "text", "html"):
            return str(item)
        return field.to_raw(item, env)

    if operator in ("=", "in"):
        items = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
        if hasattr(value, "_ids"):
            items = list(value._ids)
        given = [bool(i) if field.type == "boolean" else convert(i) for i in items if not _is_blank(i)]
        if field.type == "boolean":
            given += [False for i in items if _is_blank(i)]
            return lambda record: _value(field, record) in given
        blank = any(_is_blank(i) for i in items)
        null = field.null()
        return lambda record: (
            (found := _value(field, record)) in given or (blank and (found == null or _is_blank(found)))
        )
    if value is None or value is False:
        null = field.null()
        if null is None or null == "":
            return lambda _record: False
        compare = _comparison(operator, null, lambda v: v)
    else:
        compare = _comparison(operator, value, convert)
    return lambda record: _filled(found := _value(field, record)) and compare(found)


def _value(field: Field[Any, Any], record: Any) -> Any:
    """What a condition compares: the value, a reference as its text."""
    found = field.__get__(record, None)
    if field.type == "reference":
        return f"{found._name},{found.id}" if found else ""
    return found


def _is_blank(item: Any) -> bool:
    return item is None or item is False or item == ""


def _filled(value: Any) -> bool:
    return not (value is None or value == "")


def _comparison(operator: str, value: Any, convert: Callable[[Any], Any]) -> Test:
    try:
        if operator in ("=", "in"):
            wanted = {convert(i) for i in (value if isinstance(value, (list, tuple, set)) else [value])}
            return lambda found: found in wanted
        limit = convert(value)
    except (TypeError, ValueError):
        raise ValidationError(
            "{value} cannot be compared with {operator} here.", value=repr(value), operator=operator
        ) from None
    tests: dict[str, Test] = {
        "<": lambda found: bool(found < limit),
        "<=": lambda found: bool(found <= limit),
        ">": lambda found: bool(found > limit),
        ">=": lambda found: bool(found >= limit),
    }
    if operator not in tests:
        raise ValidationError("The operator {operator} does not apply here.", operator=operator)
    return tests[operator]


@lru_cache(maxsize=512)
def like_pattern(pattern: str) -> re.Pattern[str]:
    """A regular expression with the meaning of SQL's LIKE; a backslash makes the next character plain."""
    parts: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            parts.append(re.escape(next(characters, "\\")))
        else:
            parts.append({"%": ".*", "_": "."}.get(character) or re.escape(character))
    return re.compile("".join(parts), re.DOTALL)


def _like(field: Field[Any, Any], operator: str, value: Any) -> Test:
    if _is_blank(value):
        if operator in ("like", "ilike"):
            return lambda _record: True
        return lambda record: _is_blank(_value(field, record))
    blind = operator in ("ilike", "=ilike")
    text = str(value) if operator.startswith("=") else f"%{value}%"
    pattern = like_pattern(fold(text) if blind else text)

    def test(record: Any) -> bool:
        found = _value(field, record)
        if not _filled(found):
            return False
        return pattern.fullmatch(fold(str(found)) if blind else str(found)) is not None

    return test


def _part_is(value: Any, part: str, zone: dt.tzinfo, compare: Test) -> bool:
    if value is None:
        return False
    if isinstance(value, dt.datetime):
        value = value.replace(tzinfo=dt.UTC).astimezone(zone)
    numbers: dict[str, Callable[[Any], int]] = {
        "year_number": lambda v: int(v.year),
        "quarter_number": lambda v: int((v.month + 2) // 3),
        "month_number": lambda v: int(v.month),
        "iso_week_number": lambda v: int(v.isocalendar()[1]),
        "day_of_week": lambda v: int(v.isoweekday()),
        "day_of_month": lambda v: int(v.day),
        "day_of_year": lambda v: int(v.timetuple().tm_yday),
        "hour_number": lambda v: int(getattr(v, "hour", 0)),
        "minute_number": lambda v: int(getattr(v, "minute", 0)),
        "second_number": lambda v: int(getattr(v, "second", 0)),
    }
    return compare(numbers[part](value))
