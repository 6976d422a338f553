"""Searches that differ in nothing but their values have one shape: their statement is built once, and run with others.

Only what compiles to the same SQL whatever the value is has a shape: plain fields, and links that no rule limits for
this reader. Everything else is built anew each time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.orm.compare_sql import sought
from core.orm.compare_value import LIKES, operand
from core.orm.domain import NEGATIVE, And, Constant, Domain, Leaf, Not, Or
from core.orm.transaction import EVERYTHING

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo

MOST = 300
"""Statements kept for a model; a domain that a program makes up anew each time must not fill the memory."""

_TEXTS = frozenset(["char", "text", "html", "selection"])
_MEASURES = frozenset(["integer", "float", "decimal", "monetary", "date", "datetime"])
_ORDERED = frozenset(["=", "<", "<=", ">", ">="])
_KINDS = (int, float, str, Decimal, dt.date)

Key = Any  # Any: nested tuples of names, operators and truth values


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement whose values are named `v0`, `v1` and so on, and the models that it reads."""

    statement: Any  # Any: a Select
    models: frozenset[str]


@dataclass(frozen=True, slots=True)
class Path:
    """Where a path of names leads: a stored field that is the same for all readers, and the models on the way."""

    field: Field[Any, Any]
    through: tuple[str, ...]


def key_of(env: Env, info: ModelInfo, domain: Domain, values: list[Any]) -> Key:
    """The shape of a domain for this reader, or None where it has none; its values are appended to `values`.

    Raises:
        AccessError: he may not read a model on the way.
        ValidationError: a value that its field does not take.
    """
    if isinstance(domain, Leaf):
        return _leaf(env, info, domain, values)
    if isinstance(domain, Constant):
        return ("1",) if domain.value else ("0",)
    if isinstance(domain, (And, Or)):
        parts = [domain.sign]
        for part in domain.parts:
            key = key_of(env, info, part, values)
            if key is None:
                return None
            parts.append(key)
        return tuple(parts)
    if isinstance(domain, Not):
        key = key_of(env, info, domain.part, values)
        return None if key is None else ("!", key)
    return None


def steady_order(env: Env, info: ModelInfo, order: str) -> bool:
    """Does an order mean the same to all readers: plain fields of the model itself?"""
    kept = info.shapes.setdefault("orders", {})
    found: bool | None = kept.get(order)
    if found is None:
        if len(kept) > MOST:
            kept.clear()
        names = [part.split()[0] for part in order.split(",") if part.strip()]
        paths = [_path(env, info, name) for name in names if name in info.fields]
        found = kept[order] = len(paths) == len(names) and all(p and not p.field.relational for p in paths)
    return found


def kept_statement(info: ModelInfo, key: Key, build: Callable[[], Kept]) -> Kept:
    """The statement of a shape; `build` makes it when there is none."""
    kept = info.shapes.setdefault("statements", {})
    found: Kept | None = kept.get(key)
    if found is None:
        if len(kept) > MOST:
            kept.clear()
        found = kept[key] = build()
    return found


def named(values: list[Any]) -> dict[str, Any]:
    """The values by the names that they have in a kept statement."""
    return {f"v{place}": value for place, value in enumerate(values)}


def _path(env: Env, info: ModelInfo, path: str) -> Path | None:
    kept = info.shapes.setdefault("paths", {})
    if path in kept:
        found: Path | None = kept[path]
        return found
    if len(kept) > MOST:
        kept.clear()
    kept[path] = made = _found_path(env, info, path)
    return made


def _found_path(env: Env, info: ModelInfo, path: str) -> Path | None:
    *links, last = path.split(".")
    through: list[str] = []
    for name in links:
        field = info.fields.get(name)
        if field is None or not _plain(field) or field.type != "many2one":
            return None
        info = env.registry[field.comodel]  # type: ignore[attr-defined]  # a many2one
        through.append(info.name)
    field = info.fields.get(last)
    return Path(field, tuple(through)) if field is not None and _plain(field) else None


def _plain(field: Field[Any, Any]) -> bool:
    """Is it a column whose value is the same for all readers?"""
    plain = field.stored and field.has_column and not field.groups and field.type != "reference"
    return plain and not field.mapped


def _leaf(env: Env, info: ModelInfo, item: Leaf, values: list[Any]) -> Key:
    path = _path(env, info, item.path)
    if path is None:
        return None
    for model in path.through:
        if env.readable[model] is not EVERYTHING:
            return None
    field, value, operator = path.field, item.value, NEGATIVE.get(item.operator, item.operator)
    if field.type == "boolean":
        return (item.path, item.operator, value) if operator == "=" and type(value) is bool else None
    if field.type in _TEXTS:
        if type(value) is not str or not value:
            return None
        if operator in LIKES:
            values.append(sought(operator, value))
        elif operator == "=":
            values.append(field.to_column(operand(field, operator, value, env)))
        else:
            return None
        return (item.path, item.operator)
    if field.name == "id" or field.type == "many2one":
        return _link(env, field, item, operator, values)
    if field.type in _MEASURES and operator in _ORDERED and _is_measure(value):
        values.append(field.to_column(operand(field, operator, value, env)))
        return (item.path, item.operator)
    return None


def _is_measure(value: Any) -> bool:
    return isinstance(value, _KINDS) and type(value) is not bool and value != ""


def _link(env: Env, field: Field[Any, Any], item: Leaf, operator: str, values: list[Any]) -> Key:
    """A comparison of an id, or of a link to a model of which the reader sees all records."""
    if field.type == "many2one" and not env.is_super(field.model) and env.readable[field.comodel] is not EVERYTHING:  # type: ignore[attr-defined]  # a link
        return None
    value = item.value
    if operator == "=" and type(value) is int and value:
        values.append(value)
        return (item.path, item.operator, "one")
    if operator == "=" and (value is False or value is None) and field.type == "many2one":
        return (item.path, item.operator, "none")
    if operator != "in" or type(value) not in (list, tuple) or not value or not _are_ids(value):
        return None
    values.append(value[0] if len(value) == 1 else list(value))
    return (item.path, item.operator, "one" if len(value) == 1 else "several")


def _are_ids(items: Any) -> bool:
    return set(map(type, items)) == {int} and 0 not in items
