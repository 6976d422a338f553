"""The operators of the expression language: bounded arithmetic, and comparisons in which dates and texts meet."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from dateutil.relativedelta import relativedelta

from core.errors import ExpressionError
from core.kernel.vocabulary import LONGEST, NUMBERS, add, exact, number, plain_text, shown, sized

# Any in this file: operands are whatever an expression computed; each operator checks what it gets.

_SPANS = (timedelta, relativedelta)
_PLACE = re.compile(r"%(?:(%)|(s)|(0?\d{0,2}[di])|((?:\.\d)?f)|(.?))", re.DOTALL)


def plus(left: Any, right: Any) -> Any:
    """Sum of numbers; texts, lists and tuples joined; a date moved by a span."""
    if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        return add(left, right)
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) <= LONGEST:
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        return sized(left + right)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return sized(left + right)
    if isinstance(right, _SPANS) and isinstance(left, (date, *_SPANS)):
        return operator.add(left, right)
    raise _mismatch("+", left, right)


def minus(left: Any, right: Any) -> Any:
    """Difference of numbers or dates; a date moved back by a span."""
    if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        return number(exact(left, right) - exact(right, left))  # type: ignore[operator]  # exact() made them meet
    if isinstance(right, _SPANS) and isinstance(left, (date, *_SPANS)):
        return operator.sub(left, right)
    if isinstance(left, date) and isinstance(right, date):
        left, right = meet(left, right)
        return left - right
    raise _mismatch("-", left, right)


def times(left: Any, right: Any) -> Any:
    """Product of numbers; a span taken several times. Never a repeated text or list."""
    if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        return number(exact(left, right) * exact(right, left))  # type: ignore[operator]  # exact() made them meet
    if isinstance(left, timedelta) and isinstance(right, int):
        return left * right
    raise _mismatch("*", left, right)


def _of_numbers(sign: str, compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
            return number(compute(exact(left, right), exact(right, left)))
        raise _mismatch(sign, left, right)

    return run


divide = _of_numbers("/", operator.truediv)
floor_divide = _of_numbers("//", operator.floordiv)
modulo = _of_numbers("%", operator.mod)


def formatter(template: str) -> Callable[[Any], str]:
    """A function that fills the constant template of `template % value`.

    Only `%s`, `%d`, `%05d`, `%f`, `%.2f` and `%%` exist. Raises ExpressionError for any other place.
    """
    kinds: list[str] = []
    for percent, text, whole, real, other in _PLACE.findall(template):
        if not (percent or text or whole or real):
            raise ExpressionError("{place} is not a place that can be filled", place=f"%{other}")
        if not percent:
            kinds.append("s" if text else "d" if whole else "f")

    def run(value: Any) -> str:
        values = value if isinstance(value, tuple) else (value,)
        if len(values) != len(kinds):
            raise ExpressionError("{places} places and {values} values", places=len(kinds), values=len(values))
        shown_values = tuple(
            plain_text(item) if kind == "s" else number(item) for kind, item in zip(kinds, values, strict=True)
        )
        if sum(len(item) for item in shown_values if isinstance(item, str)) > LONGEST:
            raise ExpressionError("the result is too long")
        return sized(template % shown_values)  # type: ignore[no-any-return]  # sized() gives back what it got

    return run


def meet(left: Any, right: Any) -> tuple[Any, Any]:
    """Two values of different types made comparable: a date and a text or a datetime, a Decimal and a float."""
    if isinstance(left, str) and isinstance(right, date):
        right = _stored(right, len(left))
    elif isinstance(left, date) and isinstance(right, str):
        left = _stored(left, len(right))
    elif (
        isinstance(left, datetime) is not isinstance(right, datetime)
        and isinstance(left, date)
        and isinstance(right, date)
    ):
        left, right = _moment(left), _moment(right)
    elif isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        left, right = exact(left, right), exact(right, left)
    return left, right


def _stored(value: date, length: int) -> str:
    """The date as data files write it; a datetime next to a short text counts as its day."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if length <= 10 else f"{value:%Y-%m-%d %H:%M:%S}"
    return value.isoformat()


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def equal(left: Any, right: Any) -> bool:
    """`left == right`."""
    if left.__class__ is not right.__class__:
        left, right = meet(left, right)
    return bool(left == right)


def unequal(left: Any, right: Any) -> bool:
    """`left != right`."""
    return not equal(left, right)


def _order(sign: str, compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    def run(left: Any, right: Any) -> bool:
        if left.__class__ is not right.__class__:
            left, right = meet(left, right)
        try:
            return bool(compare(left, right))
        except TypeError:
            if _is_empty(left) or _is_empty(right):
                return False
            raise _mismatch(sign, left, right) from None

    return run


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value == ""


def contains(item: Any, among: Any) -> bool:
    """`item in among`; nothing is in an empty field."""
    if among.__class__ is tuple or among.__class__ is list:
        return item in among
    if isinstance(among, str):
        return isinstance(item, str) and item in among
    if isinstance(among, (set, frozenset, Mapping)) or hasattr(type(among), "__contains__"):
        return item in among
    if _is_empty(among):
        return False
    raise _mismatch("in", item, among)


def _mismatch(sign: str, left: Any, right: Any) -> ExpressionError:
    return ExpressionError("{sign} does not fit {left} and {right}", sign=sign, left=shown(left), right=shown(right))


def negative(value: Any) -> Any:
    """`-value` of a number or a span."""
    return -value if isinstance(value, _SPANS) else -number(value)


BINARY: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "Add": plus,
    "Sub": minus,
    "Mult": times,
    "Div": divide,
    "FloorDiv": floor_divide,
    "Mod": modulo,
}
COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "Eq": equal,
    "NotEq": unequal,
    "Lt": _order("<", operator.lt),
    "LtE": _order("<=", operator.le),
    "Gt": _order(">", operator.gt),
    "GtE": _order(">=", operator.ge),
    "In": contains,
    "NotIn": lambda item, among: not contains(item, among),
}
