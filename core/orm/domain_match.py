"""Evaluates a domain on records in memory, with the same meaning as its SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.errors import UnknownName, ValidationError
from core.orm import hierarchy
from core.orm.compare_value import LIKES, Test, comparison, split_link_value, value_test
from core.orm.domain import DATE_PARTS, NEGATIVE, Allowed, And, Constant, Domain, Leaf, Not, Or, mentions_active
from core.orm.fetch import seen

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.model import Model


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
        compare = comparison(item.operator, item.value, int)
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
    """A linked record meets the domain; one that asks for `active` is asked of archived records too."""
    empty = records.env[field.comodel]
    test = _test(empty, domain)
    if field.to_many and mentions_active(domain):
        return lambda record: any(map(test, seen(field.__get__(record.with_context(active_test=False), None))))
    return lambda record: any(map(test, seen(field.__get__(record, None))))


def _link(records: Model, field: Any, operator: str, value: Any) -> Test:
    env = records.env
    info = env.registry[field.comodel]
    if operator in ("child_of", "parent_of"):
        wanted = set(hierarchy.expand(env, info, value, operator))
        return lambda record: not wanted.isdisjoint(seen(field.__get__(record, None), field.model)._ids)
    if operator == "any":
        return _any_target(records, field, Domain.parse(value))
    if operator in ("=", "in"):
        ids, texts, empty = split_link_value(value)
        known = set(ids)
        named = [_any_target(records, field, Domain.parse(env[field.comodel]._name_domain("=", t))) for t in texts]

        def linked(record: Any) -> bool:
            found = seen(field.__get__(record, None), field.model)._ids
            return not known.isdisjoint(found) or (empty and not found) or any(test(record) for test in named)

        return linked
    if operator in LIKES:
        return _any_target(records, field, Domain.parse(env[field.comodel]._name_domain(operator, value)))
    compare = comparison(operator, value, int)
    return lambda record: any(map(compare, seen(field.__get__(record, None), field.model)._ids))


def _plain(records: Model, field: Field[Any, Any], operator: str, value: Any) -> Test:
    env = records.env
    if isinstance(value, Allowed):
        table, allowed = env.rule_env[value.model], value.rule
        return lambda record: bool(matching(table.browse(_value(field, record) or ()).exists(), allowed))
    if field.name == "id":
        return _identity(records, operator, value)
    test = value_test(field, operator, value, env)
    return lambda record: test(_value(field, record))


def _identity(records: Model, operator: str, value: Any) -> Test:
    if operator in ("child_of", "parent_of"):
        wanted = set(hierarchy.expand(records.env, records._info, value, operator))
    elif operator in ("=", "in"):
        ids, texts, _ = split_link_value(value)
        wanted = {*ids, *(int(text) for text in texts if text.isdigit())}
    else:
        compare = comparison(operator, value, int)
        return lambda record: compare(record._ids[0])
    return lambda record: record._ids[0] in wanted


def _value(field: Field[Any, Any], record: Any) -> Any:
    """What a condition compares: the value, a reference as its text."""
    found = field.__get__(record, None)
    if field.type == "reference":
        return f"{found._name},{found.id}" if found else ""
    return found


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
