"""The SQL of comparisons: by order, and by likeness of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import fold_sql
from core.errors import ValidationError
from core.kernel.text import fold

if TYPE_CHECKING:
    from core.orm.domain_sql import Scope
    from core.orm.fields.base import Field


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
    text = str(value)
    pattern = text if operator.startswith("=") else f"%{text}%"
    if field.type not in ("char", "text", "html", "selection", "reference"):
        column = sa.cast(column, sa.Text())
        return column.like(fold(pattern), escape="\\")
    if operator in ("ilike", "=ilike"):
        folded = scope.table.c[f"{field.name}_fold"] if field.folded else fold_sql(column)
        return folded.like(fold(pattern), escape="\\")
    return column.like(pattern, escape="\\")
