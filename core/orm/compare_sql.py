"""The SQL of comparisons: by order, and by likeness of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import fold_sql
from core.errors import ValidationError
from core.kernel.text import fold

if TYPE_CHECKING:
    from core.orm.domain_sql import Scope
    from core.orm.env import Env
    from core.orm.fields.base import Field


LIKES = frozenset(["like", "ilike", "=like", "=ilike"])


def bound(scope: Scope, value: Any, kind: Any) -> Any:
    """The value; or its place, where the statement of the scope is kept to be run with other values."""
    binds = scope.root.binds
    if binds is None:
        return value
    binds.append(sa.bindparam(f"v{len(binds)}", type_=kind, required=True))
    return binds[-1]


def converted(env: Env, field: Field[Any, Any], operator: str, item: Any) -> Any:
    """A value as it is compared with the column of a field. Raises ValidationError for what does not fit."""
    if field.type == "datetime" and isinstance(item, str) and len(item) == 10:
        item += " 23:59:59" if operator in ("<=", ">") else " 00:00:00"
    if field.type in ("integer", "float") and isinstance(item, (int, float)) and not isinstance(item, bool):
        return item
    if field.type == "selection":
        return item if isinstance(item, str) else str(item)
    if field.type == "html":
        return item
    if field.type in ("char", "text") and getattr(field, "mapped", False):
        return str(item)
    return field.to_column(field.to_raw(item, env))


def compare(column: Any, operator: str, value: Any, convert: Any) -> Any:
    """A comparison of a column with a value, which `convert` brings into its type."""
    try:
        if operator in ("=", "in"):
            items = list(value) if isinstance(value, (list, tuple, set)) else [value]
            return column.in_([convert(i) for i in items])
        wanted = convert(value)
    except (TypeError, ValueError):
        raise ValidationError(
            "{value} cannot be compared with {operator} here.", value=repr(value), operator=operator
        ) from None
    match operator:
        case "<":
            return column < wanted
        case "<=":
            return column <= wanted
        case ">":
            return column > wanted
        case ">=":
            return column >= wanted
    raise ValidationError("The operator {operator} does not apply here.", operator=operator)


def like(scope: Scope, field: Field[Any, Any], column: Any, operator: str, value: Any) -> Any:
    """A column that is like a text: with `=` in front of the operator as a whole, else somewhere in it."""
    if value is None or value is False or value == "":
        return sa.true() if operator in ("like", "ilike") else column.is_(None)
    if field.type not in ("char", "text", "html", "selection", "reference"):
        return sa.cast(column, sa.Text()).like(fold(pattern(operator, str(value))), escape="\\")
    wanted = bound(scope, pattern(operator, str(value)), sa.Text())
    if operator in ("ilike", "=ilike"):
        folded = scope.table.c[f"{field.name}_fold"] if field.folded else fold_sql(column)
        return folded.like(wanted, escape="\\")
    return column.like(wanted, escape="\\")


def pattern(operator: str, text: str) -> str:
    """What LIKE looks for, folded where case and accents do not count."""
    wanted = text if operator.startswith("=") else f"%{text}%"
    return fold(wanted) if operator in ("ilike", "=ilike") else wanted
