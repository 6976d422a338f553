"""The SQL of comparisons: by order, and by likeness of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import collate_c, fold_sql
from core.errors import ValidationError
from core.kernel.text import fold
from core.orm.compare_value import EXACT, TEXTS, check_likeness, is_blank, listed, never_empty, operand, pattern_of

BLIND = frozenset(["ilike", "=ilike"])

if TYPE_CHECKING:
    from core.orm.domain_sql import Scope
    from core.orm.env import Env
    from core.orm.fields.base import Field


def bound(scope: Scope | None, value: Any, kind: Any) -> Any:
    """The value; or its place, where the statement of the scope is kept to be run with other values."""
    binds = None if scope is None else scope.root.binds
    if binds is None:
        return value
    binds.append(sa.bindparam(f"v{len(binds)}", type_=kind, required=True))
    return binds[-1]


def compare(column: Any, operator: str, value: Any, convert: Any) -> Any:
    """A comparison of a column with a value, which `convert` brings into its type."""
    try:
        if operator in ("=", "in"):
            return column.in_([convert(i) for i in listed(value)])
        wanted = convert(value)
    except (TypeError, ValueError):
        raise ValidationError(
            "{value} cannot be compared with {operator} here.", value=repr(value), operator=operator
        ) from None
    if isinstance(wanted, bool):
        wanted = sa.literal(wanted)
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


def compare_plain(
    env: Env, field: Field[Any, Any], column: Any, operator: str, value: Any, scope: Scope | None = None
) -> Any:
    """The comparison of a field that is no link with a value, or with a list of them.

    Args:
        scope: where the column is; None where no statement is to be kept.

    Raises:
        ValidationError: the operator or a value does not fit the field.
    """

    def convert(item: Any) -> Any:
        wanted = operand(field, operator, item, env)
        return wanted if field.mapped else field.to_column(wanted)

    filled = never_empty(field)
    if operator not in ("=", "in"):
        if is_blank(value):
            return compare(column, operator, field.null(), lambda item: item) if filled else sa.false()
        kind = column.type
        return compare(ordered_text(field, column), operator, value, lambda item: bound(scope, convert(item), kind))
    items = listed(value)
    if field.type == "boolean":
        wanted = {bool(item) for item in items}
        return column.is_not(None) if len(wanted) == 2 else (column.is_(wanted.pop()) if wanted else sa.false())
    given = [convert(item) for item in items if not is_blank(item)]
    clauses: list[Any] = []
    if given:
        clauses.append(column == bound(scope, given[0], column.type) if len(given) == 1 else column.in_(given))
    if any(map(is_blank, items)):
        clauses.append(column == field.null() if filled else column.is_(None))
    return sa.or_(*clauses) if clauses else sa.false()


def like(scope: Scope, field: Field[Any, Any], column: Any, operator: str, value: Any) -> Any:
    """A column that is like a text: with `=` in front of the operator as a whole, else somewhere in it.

    Raises:
        ValidationError: the field holds no texts.
    """
    check_likeness(field)
    if is_blank(value):
        return sa.true() if operator in ("like", "ilike") else column.is_(None)
    if field.type not in TEXTS:
        column = _text_sql(field, column)
    elif operator in BLIND:
        column = scope.table.c[f"{field.name}_fold"] if field.folded else fold_sql(column)
    return column.like(bound(scope, sought(operator, str(value)), sa.Text()), escape="\\")


def sought(operator: str, text: str) -> str:
    """The pattern of LIKE for a text, folded where case and accents do not count."""
    pattern = pattern_of(operator, text)
    return fold(pattern) if operator in BLIND else pattern


def ordered_text(field: Field[Any, Any], column: Any) -> Any:
    """A column as it is compared by order: texts by code point, whatever collation the database has."""
    return collate_c(column) if field.type in TEXTS else column


def _text_sql(field: Field[Any, Any], column: Any) -> Any:
    """The text of a value that is none: numbers with the places of their field, dates in ISO form to the second."""
    text = sa.cast(column, sa.Text())
    if field.type == "datetime":
        return sa.func.substr(text, 1, 19)
    if field.type in EXACT:
        places: int = field.places()  # type: ignore[attr-defined]  # of an exact number
        unused = 6 - places if places else 7  # of the six that the column has; with none, the point goes too
        return sa.func.substr(text, 1, sa.func.length(text) - unused)
    return text
