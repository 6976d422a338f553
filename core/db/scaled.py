"""Exact amounts as 64-bit integers: SQLite has no exact decimals, so it keeps amounts in millionths.

Python's unlimited integers do what could overflow or lose digits; the results are those of PostgreSQL's NUMERIC,
rounded half away from zero.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from core.errors import ValidationError

PLACES = 6
UNIT = 10**PLACES
LARGEST = 2**63 - 1
# The context of whoever calls may have any precision; amounts are never rounded by it.
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_STEP = Decimal(1).scaleb(-PLACES)
_LIMIT = Decimal(LARGEST).scaleb(-PLACES, EXACT)


def scale(value: Any) -> int:
    """A number in millionths, halves away from zero. Raises ValidationError when it is none, or too large."""
    return int(exact(value).scaleb(PLACES, EXACT))


def exact(value: Any) -> Decimal:
    """A number as a Decimal of six places, halves away from zero. Raises ValidationError as `scale` does."""
    try:
        if not isinstance(value, Decimal):
            if isinstance(value, bool):
                raise ValueError
            value = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        found: Decimal = value.quantize(_STEP, ROUND_HALF_UP, EXACT)
        if -_LIMIT <= found <= _LIMIT:
            return found
    except (InvalidOperation, TypeError, ValueError):
        raise ValidationError("{value} is not an amount.", value=repr(value)) from None
    raise ValidationError("{value} is too large an amount.", value=value)


def unscale(number: int) -> Decimal:
    """Millionths as a Decimal of six places."""
    return Decimal(number).scaleb(-PLACES, EXACT)


def rounded(value: Decimal | int | float) -> Decimal:
    """A calculated number at six places, halves away from zero; it may be larger than what can be stored."""
    number = value if isinstance(value, Decimal) else _decimal(value)
    return number.quantize(_STEP, ROUND_HALF_UP, EXACT)


def _fit(number: int) -> int:
    if not -LARGEST <= number <= LARGEST:
        raise ValidationError("{value} is too large an amount.", value=unscale(number))
    return number


def _decimal(value: int | float | str) -> Decimal:
    # PostgreSQL turns a double into a numeric by its first 15 digits.
    return Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)


def _half_up(value: Fraction) -> int:
    numerator, denominator = abs(value.numerator), value.denominator
    whole = (2 * numerator + denominator) // (2 * denominator)
    return _fit(whole if value >= 0 else -whole)


# The functions below are called by SQLite. What they raise reaches the caller as "user-defined function raised
# exception", which core.db.retry.too_large words.


def multiply(left: int | float | None, right: int | float | None, divisor: int) -> int | None:
    """`left * right / divisor`, rounded."""
    if left is None or right is None:
        return None
    if isinstance(left, int) and isinstance(right, int):
        return _rounded_division(left * right, divisor)
    return _half_up(Fraction(_decimal(left)) * Fraction(_decimal(right)) / divisor)


def divide(left: int | float | None, right: int | float | None, factor: int) -> int | None:
    """`left * factor / right`, rounded; None by zero."""
    if left is None or right is None or right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        return _rounded_division(left * factor, right)
    return _half_up(Fraction(_decimal(left)) * factor / Fraction(_decimal(right)))


def to_scaled(value: int | float | str | None) -> int | None:
    """A plain number or its text in millionths."""
    if value is None:
        return None
    return value * UNIT if isinstance(value, int) else scale(_decimal(value))


def money_text(number: int | None) -> str | None:
    """Millionths as text with six places, as PostgreSQL writes them."""
    return None if number is None else f"{unscale(number):f}"


def _rounded_division(numerator: int, denominator: int) -> int:
    whole = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return _fit(whole if (numerator >= 0) == (denominator > 0) else -whole)


class Average:
    """The average of millionths, as an aggregate and over a window."""

    def __init__(self) -> None:
        self.total = 0
        self.count = 0

    def step(self, value: int | None) -> None:
        """Take a value in."""
        if value is not None:
            self.total += value
            self.count += 1

    def inverse(self, value: int | None) -> None:
        """Take the value out that leaves the window."""
        if value is not None:
            self.total -= value
            self.count -= 1

    def value(self) -> int | None:
        """The average of what is in."""
        return _rounded_division(self.total, self.count) if self.count else None

    finalize = value
