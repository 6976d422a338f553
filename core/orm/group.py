"""Counts and aggregates by groups, in one statement: the base of lists by group, boards and analyses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from core.db.types import collate_c, date_trunc_sql, fold_sql
from core.errors import ValidationError
from core.orm import select
from core.orm.compare_sql import ordered_text
from core.orm.compare_value import OPAQUE, never_empty
from core.orm.domain import TRUE, Domain, Leaf, conjunction
from core.orm.domain_sql import Scope, shown_column
from core.orm.edge import link_names

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.model import Model

UNITS = ("hour", "day", "week", "month", "quarter", "year")
_NUMBERS = frozenset(["integer", "float", "decimal", "monetary"])
_ORDERED = _NUMBERS | {"date", "datetime", "char", "text", "html", "selection"}
_FIT = {
    "sum": _NUMBERS, "avg": _NUMBERS, "min": _ORDERED, "max": _ORDERED, "bool_and": {"boolean"}, "bool_or": {"boolean"},
    "count_distinct": _ORDERED | {"boolean", "many2one", "reference", "binary", "image"},
}  # fmt: skip
FUNCTIONS = ("sum", "avg", "min", "max", "count", "count_distinct", "bool_and", "bool_or")


@dataclass
class Key:
    """One level of grouping: a field reached over links, perhaps cut to a unit of time.

    Attributes:
        walked: the path, with the links that a related field shows its value over.
    """

    spec: str
    path: str
    walked: str
    unit: str
    field: Field[Any, Any]
    column: Any
    scope: Scope


def _walk(scope: Scope, path: str, before: str = "") -> tuple[Scope, Field[Any, Any], str]:
    """The table and field at the end of a path of many2ones, and the path without related fields."""
    names = path.split(".")
    for position, name in enumerate(names):
        field = scope.field(name)
        if field.related and not field.stored:
            return _walk(scope, ".".join((*field.related, *names[position + 1 :])), before)
        if position == len(names) - 1:
            return scope, field, before + name
        if field.type != "many2one" or not field.stored:
            raise ValidationError("{path} cannot be grouped: {name} is not a link to one record.", path=path, name=name)
        scope, before = scope.joined(field), f"{before}{name}."
    raise ValidationError("{path} is not a path of fields.", path=path)


def _key(scope: Scope, spec: str) -> Key:
    path, _, unit = spec.partition(":")
    place, field, walked = _walk(scope, path)
    if field.type in OPAQUE:
        raise ValidationError("{field} holds files or data; it cannot be grouped by.", field=field.string)
    if not field.stored:
        raise ValidationError("{field} is worked out when read; it cannot be grouped by.", field=field.string)
    if field.type == "many2many":
        target = place.through(field)
        return Key(spec, path, walked, "", field, target.table.c.id, target)
    if field.to_many:
        raise ValidationError("{field} holds many records; it cannot be grouped by.", field=field.string)
    column = shown_column(place, field)
    if field.type in ("date", "datetime"):
        unit = unit or "month"
        if unit not in UNITS:
            raise ValidationError(
                "{unit} is not a unit of time; there are {known}.", unit=repr(unit), known=list(UNITS)
            )
        column = date_trunc_sql(column, cast(Any, unit), scope.env.tz if field.type == "datetime" else None)
    elif unit:
        raise ValidationError("{field} is no date: {unit} does not apply.", field=field.string, unit=unit)
    return Key(spec, path, walked, unit, field, column, place)


def _aggregate(scope: Scope, spec: str) -> tuple[Any, Field[Any, Any] | None, str]:
    """The SQL of `amount:sum`."""
    if spec in ("__count", "id:count"):
        return sa.func.count(), None, "count"
    path, _, function = spec.partition(":")
    place, field, _ = _walk(scope, path)
    function = function or field.aggregate
    if function not in FUNCTIONS:
        raise ValidationError("{spec} is not an aggregate; there are {known}.", spec=spec, known=list(FUNCTIONS))
    if not field.stored or field.to_many:
        raise ValidationError("{field} is not stored; it cannot be added up.", field=field.string)
    if function != "count" and field.type not in _FIT[function]:
        raise ValidationError("{function} does not apply to {field}.", function=function, field=field.string)
    column = shown_column(place, field)
    if function == "count":
        return sa.func.count(column), field, function
    if function == "count_distinct":
        return sa.func.count(sa.distinct(column)), field, function
    if function in ("bool_and", "bool_or"):
        number = sa.case((column, 1), (column.is_(sa.false()), 0))
        return (sa.func.min if function == "bool_and" else sa.func.max)(number), field, function
    return getattr(sa.func, function)(ordered_text(field, column)), field, function


def grouped(
    records: Model, domain: Domain, by: Sequence[str], aggregates: Sequence[str], order: str = "",
    limit: int | None = None, offset: int = 0,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Rows of group values followed by aggregates; many2ones as ids, sums as the field's own kind of number."""
    rows, _ = _rows(records.env, records, domain, by, aggregates, order, limit, offset)
    return rows


def _rows(
    env: Env, records: Model, domain: Domain, by: Sequence[str], aggregates: Sequence[str], order: str,
    limit: int | None, offset: int,
) -> tuple[list[tuple[Any, ...]], list[Key]]:  # fmt: skip
    query = select.Query(env, records._info, domain)
    keys = [_key(query.scope, spec) for spec in by]
    sums = [_aggregate(query.scope, spec) for spec in aggregates]
    labels = {spec: sa.label(f"g{n}", key.column) for n, (spec, key) in enumerate(zip(by, keys, strict=True))}
    results = {spec: sa.label(f"a{n}", item[0]) for n, (spec, item) in enumerate(zip(aggregates, sums, strict=True))}
    terms, extra = _order(query.scope, keys, labels, results, order)
    statement = query._select(*labels.values(), *results.values())
    if keys:
        statement = statement.group_by(*[key.column for key in keys], *extra).order_by(*terms)
    if limit:
        statement = statement.limit(limit)
    if offset:
        statement = statement.offset(offset)
    rows: list[tuple[Any, ...]] = []
    for row in env.tx.execute(statement):
        head = [_group_value(key, value) for key, value in zip(keys, row, strict=False)]
        tail = [_number(item, value) for item, value in zip(sums, row[len(keys) :], strict=True)]
        rows.append((*head, *tail))
    return rows, keys


def _group_value(key: Key, value: Any) -> Any:
    if value is None:
        absent = key.field.relational or key.unit or (key.scope.optional and never_empty(key.field))
        return None if absent else key.field.null()
    if key.unit and isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if key.unit and key.field.type == "date" and isinstance(value, dt.datetime):
        return value.date()
    return value


def _number(item: tuple[Any, Field[Any, Any] | None, str], value: Any) -> Any:
    _, field, function = item
    if function in ("count", "count_distinct"):
        return int(value or 0)
    if function in ("bool_and", "bool_or"):
        return bool(value)
    if field is None:
        return value
    if value is None:
        return field.null()
    if function in ("sum", "min", "max") and field.type == "integer":
        return int(value)
    if field.type in ("float", "integer"):
        return float(value)
    return value


def _order(
    scope: Scope, keys: Sequence[Key], labels: dict[str, Any], results: dict[str, Any], order: str
) -> tuple[list[Any], list[Any]]:
    """Order terms and the extra columns to group by: the empty group always comes last."""
    terms: list[Any] = []
    extra: list[Any] = []
    asked: dict[str, bool] = {}
    for part in order.split(","):
        words = part.split()
        if words:
            asked[words[0]] = len(words) > 1 and words[1].lower() == "desc"
    for name, descending in asked.items():
        found = next((results[s] for s in results if s == name or s.partition(":")[0] == name), None)
        if found is not None:
            terms.append(found.desc() if descending else found.asc())
    for key in keys:
        descending = asked.get(key.spec, asked.get(key.path, False))
        if key.field.relational:
            titles = select.target_terms(key.scope, key.field, descending)
            extra += [_bare(term) for term in titles]
            terms += [key.column.is_(None).asc(), *titles]
        elif key.field.type in ("char", "text", "selection"):
            folded = collate_c(fold_sql(key.column))
            extra.append(folded)
            terms.append((folded.desc() if descending else folded.asc()).nulls_last())
        term = ordered_text(key.field, key.column)
        terms.append((term.desc() if descending else term.asc()).nulls_last())
    return terms, extra


def _bare(term: Any) -> Any:
    """The column under an order term's modifiers."""
    while getattr(term, "modifier", None) is not None:
        term = term.element
    return term


def read_group(
    records: Model, domain: Domain, fields: Sequence[str], groupby: str | Sequence[str], offset: int,
    limit: int | None, orderby: str, lazy: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """Groups as OpenERP clients know them.

    With `lazy` one level is answered and the rest is left in `__context`. Each group has its fields, the number of
    records (`<first>_count` when lazy, else `__count`), and `__domain` that finds its records.
    """
    levels = [groupby] if isinstance(groupby, str) else list(groupby)
    by = levels[:1] if lazy else levels
    env, info = records.env, records._info
    wanted: list[str] = []
    for spec in fields:
        name, _, function = spec.partition(":")
        if name in ("__count", "id") or name in {level.partition(":")[0] for level in levels}:
            continue
        field = info.field(name)
        if field.stored and not field.to_many and (function or field.aggregate):
            wanted.append(f"{name}:{function or field.aggregate}")
    rows, keys = _rows(env, records, domain, by, ["__count", *wanted], orderby, limit, offset)
    names = [
        link_names(env, key.field.comodel, {row[n] for row in rows if row[n]}) if key.field.relational else {}  # type: ignore[attr-defined]  # a link
        for n, key in enumerate(keys)
    ]
    result: list[dict[str, Any]] = []
    for row in rows:
        group: dict[str, Any] = {}
        conditions: list[Domain] = [domain]
        for position, key in enumerate(keys):
            shown, condition = _shown(env, key, row[position], names[position])
            group[key.spec] = shown
            conditions.append(condition)
        count = row[len(keys)]
        group[f"{keys[0].path}_count" if lazy and keys else "__count"] = count
        if keys:
            group["__count"] = count
        for spec, value in zip(wanted, row[len(keys) + 1 :], strict=True):
            group[spec.partition(":")[0]] = _edge_number(value)
        group["__domain"] = conjunction(conditions).as_list()
        if lazy:
            group["__context"] = {"group_by": levels[1:]}
        result.append(group)
    return result


def _edge_number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _shown(env: Env, key: Key, value: Any, names: dict[int, str]) -> tuple[Any, Domain]:
    """What a client sees of a group's value, and the condition its records meet."""
    if value is None or value == "":
        return False, _without(key)
    if key.field.relational:
        return ([value, names[value]] if value in names else False), Leaf(key.walked, "=", value)
    if key.unit:
        start, end = period(value, key.unit)
        return period_label(env, value, key.unit), _within(env, key, start, end)
    return value, Leaf(key.walked, "=", value)


def _without(key: Key) -> Domain:
    """The condition of records without a value, or without the record that has it."""
    links, _, name = key.walked.rpartition(".")
    if not links:
        return Leaf(name, "=", False)
    return ~Leaf(links, "any", TRUE if never_empty(key.field) else Leaf(name, "!=", False))


def _within(env: Env, key: Key, start: Any, end: Any) -> Domain:
    if key.field.type == "datetime":
        zone = env.zone()
        start, end = (m if isinstance(m, dt.datetime) else dt.datetime(m.year, m.month, m.day) for m in (start, end))
        start, end = (m.replace(tzinfo=zone).astimezone(dt.UTC).replace(tzinfo=None) for m in (start, end))
        return Leaf(key.walked, ">=", f"{start:%Y-%m-%d %H:%M:%S}") & Leaf(key.walked, "<", f"{end:%Y-%m-%d %H:%M:%S}")
    return Leaf(key.walked, ">=", start.isoformat()) & Leaf(key.walked, "<", end.isoformat())


def period(start: Any, unit: str) -> tuple[Any, Any]:
    """Start and end (exclusive) of the unit of time that begins at `start`."""
    if unit == "hour":
        return start, start + dt.timedelta(hours=1)
    if unit == "day":
        return start, start + dt.timedelta(days=1)
    if unit == "week":
        return start, start + dt.timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    index = start.year * 12 + start.month - 1 + months
    return start, start.replace(year=index // 12, month=index % 12 + 1)


def period_label(env: Env, start: Any, unit: str) -> str:
    """What people call a unit of time, in the reader's language."""
    from babel.dates import format_date, format_datetime

    locale = env.lang or "en_US"
    try:
        if unit == "hour":
            return str(format_datetime(start, "HH:mm d MMM", locale=locale))
        patterns = {
            "day": "dd MMM yyyy",
            "week": "'W'w YYYY",
            "month": "MMMM yyyy",
            "quarter": "QQQ yyyy",
            "year": "yyyy",
        }
        return str(format_date(start, patterns[unit], locale=locale))
    except ValueError:
        return str(start)
