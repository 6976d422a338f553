"""The words of the expression language: its functions, and its helpers for dates and times."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite
from typing import Any, Final

from dateutil.relativedelta import relativedelta

from core.errors import ExpressionError
from core.kernel.zones import to_local, to_utc

Number = int | float | Decimal
NUMBERS: Final = (int, float, Decimal)
PLAIN: Final = (str, int, float, Decimal, bool, type(None), date, datetime, time)

LARGEST_NUMBER: Final = 10**18
LONGEST: Final = 10_000  # characters of a text, items of a list

_DATE_FORMAT = re.compile(r"(?:[^%]|%-?[aAbBcdDeFHIjmMpSTuUVwWxXyYZGR%])*")
_CLOCK = re.compile(r"%-?[cHIMpSTXR]")


class Helper:
    """A namespace of an expression, such as `time`: declared members, methods, and perhaps a call of its own."""

    __slots__ = ("call", "members", "methods", "name")

    def __init__(
        self,
        name: str,
        methods: Mapping[str, Callable[..., Any]],
        members: Mapping[str, Helper] | None = None,
        call: Callable[..., Any] | None = None,
    ) -> None:
        self.name = name
        self.methods = methods
        self.members = members or {}
        self.call = call

    def expression_attribute(self, name: str) -> Helper:
        """A namespace inside this one, such as `datetime.datetime`; KeyError when there is none."""
        return self.members[name]

    def expression_method(self, name: str) -> Callable[..., Any]:
        """A function of this namespace; KeyError when there is none. A member that can be called counts too."""
        if name in self.methods:
            return self.methods[name]
        call = self.members[name].call
        if call is None:
            raise KeyError(name)
        return call


class Values:
    """Lets an expression read a mapping by attribute: `parent.partner_id` reads the key `partner_id`."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def expression_attribute(self, name: str) -> Any:  # Any: a field value
        """The value under this key; KeyError when there is none."""
        return self._values[name]


def number(value: Any) -> Any:
    """The value when it is a number within bounds; else ExpressionError. Any: whatever an expression computed."""
    if not isinstance(value, NUMBERS):
        raise ExpressionError("{value} is not a number", value=shown(value))
    if isinstance(value, float) and not isfinite(value):
        raise ExpressionError("the number is too large")
    if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise ExpressionError("the number is too large")
    return value


def sized(value: Any) -> Any:
    """The text or collection when it is not too long; else ExpressionError. Any: whatever an expression computed."""
    if len(value) > LONGEST:
        raise ExpressionError("the result is too long")
    return value


def shown(value: object) -> str:
    """A value for an error text: short, and never the inside of an object."""
    text = repr(value) if isinstance(value, PLAIN) else f"a {type(value).__name__}"
    return text if len(text) <= 40 else text[:37] + "..."


def plain_text(value: object) -> str:
    """What `str(value)` and `%s` give; only for plain values. ExpressionError for a collection or an object."""
    if not isinstance(value, PLAIN):
        raise ExpressionError("{value} cannot be written as text", value=shown(value))
    return value if isinstance(value, str) else str(value)


def date_text(value: date | time, form: Any) -> str:
    """`value.strftime(form)` with the usual directives; ExpressionError for padding and other extensions.

    Any: the form is whatever an expression computed.
    """
    if not isinstance(form, str) or len(form) > 100 or not _DATE_FORMAT.fullmatch(form):
        raise ExpressionError("{form} is not a date format", form=shown(form))
    return value.strftime(form)


def items(value: Any) -> list[Any]:
    """The items of a list, tuple, set or mapping, else ExpressionError. Any: whatever an expression computed."""
    if not isinstance(value, (list, tuple, set, frozenset, Mapping)):
        raise ExpressionError("{value} is not a list", value=shown(value))
    return list(sized(value))


def exact(value: Number, other: object) -> Number:
    """The value as a Decimal when it meets a Decimal, so that `amount * 0.5` is money."""
    return Decimal(repr(value)) if isinstance(value, float) and isinstance(other, Decimal) else value


def add(left: Number, right: Number) -> Any:
    """The bounded sum of two numbers. Any: an int, a float or a Decimal."""
    left, right = exact(left, right), exact(right, left)
    return number(left + right)  # type: ignore[operator]  # exact() has made the two sides meet


def _sum(values: Any) -> Any:
    total: Number = 0
    for value in items(values):
        total = add(total, number(value))
    return total


def _round(value: Any, digits: Any = 0) -> Any:
    if not isinstance(digits, int) or not -18 <= digits <= 18:
        raise ExpressionError("{digits} is not a number of digits", digits=shown(digits))
    if isinstance(number(value), int) and digits >= 0:
        return value
    exactly = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    rounded = exactly.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return rounded if isinstance(value, Decimal) else int(rounded) if digits <= 0 else float(rounded)


def _int(value: Any = 0) -> int:
    if isinstance(value, str) and len(value) > 40:
        raise ExpressionError("the number is too large")
    if not isinstance(value, (str, *NUMBERS)):
        raise ExpressionError("{value} is not a number", value=shown(value))
    return number(int(value))  # type: ignore[no-any-return]  # number() gives back what it got


def _float(value: Any = 0) -> float:
    if not isinstance(value, (str, *NUMBERS)):
        raise ExpressionError("{value} is not a number", value=shown(value))
    return number(float(value))  # type: ignore[no-any-return]  # number() gives back what it got


def _len(value: Any) -> int:
    if isinstance(value, (str, list, tuple, set, frozenset, Mapping)) or hasattr(type(value), "expression_attribute"):
        return len(value)
    raise ExpressionError("{value} has no length", value=shown(value))


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    def extreme(*values: Any) -> Any:
        return choose(items(values[0]) if len(values) == 1 else values)

    return extreme


def _dict(values: Any = (), /, **more: Any) -> dict[Any, Any]:
    if not isinstance(values, (Mapping, list, tuple)):
        raise ExpressionError("{value} is not a list", value=shown(values))
    return {**dict(sized(values)), **more}


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "abs": lambda value: abs(number(value)),
    "bool": bool,
    "dict": _dict,
    "float": _float,
    "int": _int,
    "len": _len,
    "list": lambda value=(): items(value),
    "max": _extreme(max),
    "min": _extreme(min),
    "round": _round,
    "set": lambda value=(): set(items(value)),
    "str": lambda value="": plain_text(value),
    "sum": _sum,
    "tuple": lambda value=(): tuple(items(value)),
}

# What an expression may read and call on a date, by type; the first type that fits counts.
DATE_MEMBERS: Final[tuple[tuple[type, frozenset[str], Mapping[str, Callable[..., Any]]], ...]] = (
    (
        datetime,
        frozenset({"year", "month", "day", "hour", "minute", "second"}),
        {
            "strftime": date_text,
            "isoformat": lambda value: value.isoformat(),
            "weekday": datetime.weekday,
            "isoweekday": datetime.isoweekday,
            "date": datetime.date,
            "time": datetime.time,
            "replace": datetime.replace,
        },
    ),
    (
        date,
        frozenset({"year", "month", "day"}),
        {
            "strftime": date_text,
            "isoformat": lambda value: value.isoformat(),
            "weekday": date.weekday,
            "isoweekday": date.isoweekday,
            "replace": date.replace,
        },
    ),
    (time, frozenset({"hour", "minute", "second"}), {"strftime": date_text}),
    (timedelta, frozenset({"days", "seconds"}), {"total_seconds": timedelta.total_seconds}),
)


def expression_helpers(now: datetime, tz: str = "UTC") -> dict[str, Any]:
    """The names `time`, `datetime`, `DateTime`, `timedelta`, `relativedelta`, `context_today` and `current_date`.

    `now` is UTC without tzinfo. Moments (`datetime.now()`, a `time.strftime` with a clock in it) are UTC, as they are
    stored; days (`context_today()`, `current_date`, `datetime.date.today()`, a `time.strftime` without a clock) are
    those of `tz`.
    Build it once a request, not once a record.
    """
    now = now.replace(microsecond=0)
    local = to_local(now, tz)

    def strftime(form: Any) -> str:
        return date_text(now if isinstance(form, str) and _CLOCK.search(form) else local, form)

    def combine(day: date, clock: time = time()) -> datetime:
        return datetime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second)

    def local_to_utc(value: datetime) -> datetime:
        return to_utc(value, tz)

    clock = Helper("time", {"strftime": strftime}, call=time)
    days = Helper("date", {"today": lambda: local.date()}, call=date)
    span = Helper("timedelta", {}, call=timedelta)
    moments: dict[str, Callable[..., Any]] = {
        "now": lambda: now,
        "utcnow": lambda: now,
        "today": lambda: now,
        "combine": combine,
        "to_utc": local_to_utc,
    }
    moment = Helper("datetime", moments, call=datetime)
    module = Helper(
        "datetime", moments, {"datetime": moment, "date": days, "time": clock, "timedelta": span}, call=datetime
    )
    return {
        "time": clock,
        "datetime": module,
        "DateTime": module,
        "timedelta": timedelta_of,
        "relativedelta": relativedelta_of,
        "context_today": lambda: local.date(),
        "current_date": local.date().isoformat(),
    }


def timedelta_of(*parts: float, **named: float) -> timedelta:
    """`timedelta(…)` of the standard library, as a plain function that an expression may call."""
    return timedelta(*parts, **named)


def relativedelta_of(**named: Any) -> relativedelta:
    """`relativedelta(…)` with plain numbers only: a step of months or years. Any: numbers, checked here."""
    return relativedelta(**{name: number(value) for name, value in named.items()})
