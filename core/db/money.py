"""`Money`: an exact amount of six decimal places, NUMERIC on PostgreSQL and a scaled integer on SQLite.

The compiler rescales on SQLite wherever an amount meets another amount or a plain number, so that an expression gives
the same on both databases. A Python number beside an amount is bound as an amount; inside a function that does not know
amounts (`coalesce`, `case`) write `sa.literal(5, Money())`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, ExpressionClauseList
from sqlalchemy.sql.functions import FunctionElement, GenericFunction
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.db.scaled import PLACES, UNIT, exact, rounded, scale, unscale

# Any in this file: SQLAlchemy passes elements, compilers and options through its hooks without types.

_COMPARISONS = frozenset(
    {operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge}
    | {operators.is_distinct_from, operators.is_not_distinct_from}
)
_SUMS = frozenset({operators.add, operators.sub})
_PRODUCTS = frozenset({operators.mul, operators.truediv})
_BETWEEN = frozenset({operators.between_op, operators.not_between_op})


class ScaledInteger(sa.BigInteger):
    """The storage of an amount on SQLite: INT in its name makes it an integer, MONEY tells it when reflected."""

    __visit_name__ = "scaled_integer"


@compiles(ScaledInteger)
def _scaled_integer(_type: ScaledInteger, _compiler: Any, **_options: Any) -> str:
    return "MONEYINT"


class Money(TypeDecorator[Decimal]):
    """An amount of money or a quantity: at most six decimal places, below 9.2 x 10^12.

    Accepts Decimal, int, float and text; more places are rounded, halves away from zero. Gives Decimal.
    Raises ValidationError for what is no number or too large.

    Args:
        places: how many decimals a Decimal that is read shows; the stored value is never rounded to it.
    """

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, places: int = PLACES) -> None:
        super().__init__(PLACES + 13, PLACES)
        self.places = places

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC, or the scaled integer."""
        return ScaledInteger() if dialect.name == "sqlite" else sa.Numeric(PLACES + 13, PLACES)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """What is sent to the database."""
        if value is None:
            return None
        return scale(value) if dialect.name == "sqlite" else exact(value)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        """What is made of a value from the database."""
        show = _shower(self.places)
        if dialect.name != "sqlite":
            return None if self.places >= PLACES else lambda value: None if value is None else show(value)

        def from_scaled(value: Any) -> Any:
            if value is None:
                return None
            # SQLite turns a sum of integers that leaves 64 bits into a double.
            return show(unscale(value if isinstance(value, int) else scale(Decimal(value).scaleb(-PLACES))))

        return from_scaled


SQLiteDialect.ischema_names["MONEYINT"] = Money


def _shower(places: int) -> Callable[[Decimal], Decimal]:
    if places >= PLACES:
        return lambda value: value
    short = Decimal(1).scaleb(-places)

    def show(value: Decimal) -> Decimal:
        shown = rounded(value).quantize(short)
        return shown if shown == value else value

    return show


def _is_money(element: Any) -> bool:
    return isinstance(element.type, Money)


class _Averaged(Money):
    """An amount that PostgreSQL gives with more than six places."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        """What is made of a value from the database."""
        if dialect.name == "sqlite":
            return super().result_processor(dialect, coltype)
        return lambda value: None if value is None else rounded(value)


class _Avg(GenericFunction[Any]):
    """`func.avg`: an amount for amounts, a double for other numbers, on both databases."""

    name = "avg"
    inherit_cache = True

    def __init__(self, value: Any, **options: Any) -> None:
        super().__init__(value, **options)
        (inner,) = self.clauses
        self.type = _Averaged() if _is_money(inner) else sa.Double()


@compiles(_Avg, "sqlite")
def _avg_on_sqlite(element: _Avg, compiler: Any, **options: Any) -> str:
    name = "grial_average" if isinstance(element.type, Money) else "avg"
    return f"{name}({compiler.process(element.clauses, **options, within_aggregate_function=True)})"


@compiles(_Avg, "postgresql")
def _avg_on_postgresql(element: _Avg, compiler: Any, **options: Any) -> str:
    inner = compiler.process(element.clauses, **options, within_aggregate_function=True)
    return f"avg({inner})" if isinstance(element.type, Money) else f"avg(CAST({inner} AS DOUBLE PRECISION))"


class _Rescaled(FunctionElement[Any]):
    """A number in the form that the other side of an operator has: millionths, or a double."""

    inherit_cache = True

    def __init__(self, number: Any, to: TypeEngine[Any]) -> None:
        super().__init__(number)
        self.type = to


@compiles(_Rescaled)
def _rescaled(element: _Rescaled, compiler: Any, **options: Any) -> str:
    (number,) = element.clauses
    return _converted(compiler.process(number, **options), number, element, compiler.dialect.name == "sqlite")


def _converted(sql: str, number: Any, target: Any, sqlite: bool) -> str:
    """SQL that turns a number of one kind into another kind, the same way on both databases."""
    if not sqlite:
        return f"ROUND(CAST({sql} AS NUMERIC), {PLACES})" if _is_money(target) else f"CAST({sql} AS DOUBLE PRECISION)"
    if _is_money(target):
        return f"(({sql}) * {UNIT})" if isinstance(number.type, sa.Integer) else f"grial_scaled({sql})"
    return f"(({sql}) / {UNIT}.0)"


@compiles(BinaryExpression, "sqlite", "postgresql")
def _binary(element: BinaryExpression[Any], compiler: Any, **options: Any) -> str:
    left, right, operator = element.left, element.right, element.operator
    on_sqlite = compiler.dialect.name == "sqlite"
    if not (_is_money(left) or _is_money(right)):
        return str(compiler.visit_binary(element, **options))
    if _is_money(element) and operator in _PRODUCTS:
        return (_product_on_sqlite if on_sqlite else _product_on_postgresql)(element, compiler, options)
    if operator in _BETWEEN or operator in _COMPARISONS or operator in _SUMS or operator in _PRODUCTS:
        sides = (left, *(right.clauses if operator in _BETWEEN else (right,)))
        inexact = sa.Float in map(_kind, sides) and not _is_money(element)
        if on_sqlite or _is_money(element):
            element = element._clone()
            target = sa.Double() if inexact else Money()
            element.left, element.right = _meet(left, target), _meet(right, target)
    return str(compiler.visit_binary(element, **options))


@compiles(ExpressionClauseList, "sqlite", "postgresql")
def _chain(element: ExpressionClauseList[Any], compiler: Any, **options: Any) -> str:
    """`a * b * c` is one element in SQLAlchemy; here it is `(a * b) * c`."""
    if not (_is_money(element) and element.operator in (operators.mul, operators.add)):
        return str(compiler.visit_expression_clauselist(element, **options))

    def pair(left: Any, right: Any) -> BinaryExpression[Any]:
        kinds = {_kind(left), _kind(right)}
        kind = Money() if Money in kinds else sa.Double() if sa.Float in kinds else left.type
        return BinaryExpression(left, right, element.operator, type_=kind)

    first, *rest = element.clauses
    return str(compiler.process(reduce(pair, rest, first), **options))


def _product_on_sqlite(element: BinaryExpression[Any], compiler: Any, options: dict[str, Any]) -> str:
    left, right = (compiler.process(side, **options) for side in (element.left, element.right))
    amounts = (_is_money(element.left), _is_money(element.right))
    if element.operator is operators.mul:
        return f"grial_multiply({left}, {right}, {UNIT if all(amounts) else 1})"
    return f"grial_divide({left}, {right}, {UNIT if all(amounts) else 1 if amounts[0] else UNIT * UNIT})"


def _product_on_postgresql(element: BinaryExpression[Any], compiler: Any, options: dict[str, Any]) -> str:
    left, right = (
        f"CAST({compiler.process(side, **options)} AS NUMERIC{'' if _kind(side) is sa.Float else '(40, 18)'})"
        for side in (element.left, element.right)
    )
    if element.operator is operators.mul:
        return f"ROUND({left} * {right}, {PLACES})"
    return f"ROUND({left} / NULLIF({right}, 0), {PLACES})"


def _kind(element: Any) -> type[Any]:
    for kind in (Money, sa.Float, sa.Integer):
        if isinstance(element.type, kind):
            return kind
    return sa.types.NullType


def _meet(side: Any, target: TypeEngine[Any]) -> Any:
    """A side of an operator, in the form of `target` if it is a number of another kind."""
    if isinstance(side, ExpressionClauseList) and side.operator is operators.and_:
        bounds = side._clone()
        bounds.clauses = tuple(_meet(bound, target) for bound in side.clauses)
        return bounds
    kind = _kind(side)
    return side if isinstance(target, kind) or kind is sa.types.NullType else _Rescaled(side, target)


@compiles(sa.Cast, "sqlite")
def _cast_on_sqlite(element: sa.Cast[Any], compiler: Any, **options: Any) -> str:
    inner, target = element.clause, element.type
    if _is_money(inner) == isinstance(target, Money):
        sql = compiler.process(inner, **options) if _is_money(inner) else compiler.visit_cast(element, **options)
        return str(sql)
    sql = compiler.process(inner, **options)
    if isinstance(target, Money):
        return f"grial_scaled({sql})"
    if isinstance(target, sa.String):
        return f"grial_money_text({sql})"
    return f"grial_divide({sql}, {UNIT}, 1)" if isinstance(target, sa.Integer) else f"(({sql}) / {UNIT}.0)"
