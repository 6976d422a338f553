"""Turns the condition of a `Check` into SQL: comparisons of the model's own fields, `and`, `or`, `not`, arithmetic."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.errors import ValidationError

if TYPE_CHECKING:
    from core.orm.registry import ModelInfo

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
}


def check_clause(info: ModelInfo, condition: str) -> Any:
    """The SQL of a condition such as `date_deadline >= date`.

    A comparison with an empty value holds, as SQL's CHECK has it.

    Raises:
        ValidationError: when the condition uses anything but fields, constants, comparisons and simple arithmetic.
    """
    try:
        tree = ast.parse(condition.strip(), mode="eval")
    except SyntaxError as error:
        raise ValidationError("{model}: the check {text} cannot be read.", model=info.name, text=condition) from error
    return _clause(info, condition, tree.body)


def _clause(info: ModelInfo, text: str, node: ast.expr) -> Any:
    def part(child: ast.expr) -> Any:
        return _clause(info, text, child)

    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return sa.and_(*map(part, values))
        case ast.BoolOp(op=ast.Or(), values=values):
            return sa.or_(*map(part, values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return sa.not_(part(operand))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -Decimal(repr(number))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            terms = [left, *comparators]
            if all(type(op) in _COMPARE for op in ops):
                return sa.and_(
                    *(_COMPARE[type(op)](part(a), part(b)) for op, a, b in zip(ops, terms, terms[1:], strict=False))
                )
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            return _ARITHMETIC[type(op)](part(left), part(right))
        case ast.Name(id=name):
            field = info.field(name)
            if field.stored and field.has_column and not field.mapped:
                return info.table.c[name]
        case ast.Constant(value=bool() | str() as value):
            return sa.literal(value)
        case ast.Constant(value=int() | float() as value):
            return Decimal(repr(value)) if isinstance(value, float) else value
    raise ValidationError(
        "{model}: the check {text} may only compare stored fields and constants.", model=info.name, text=repr(text)
    )
