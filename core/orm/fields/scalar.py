"""Fields that hold one plain value: text, numbers, truth, dates."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, InvalidOperation
from decimal import Decimal as Number
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Unpack, overload

import sqlalchemy as sa

from core.db.types import Money, UtcDateTime
from core.kernel.text import flaw
from core.orm.fields.base import MISSING, Field, MappedField
from core.orm.fields.options import Options

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

    from core.orm.env import Env
    from core.orm.model import Model

D = TypeVar("D")


class Id(Field[int, int]):
    """The database id of a record."""

    type = "integer"

    def __get__(self, record: Any, owner: Any) -> Any:
        if record is None:
            return self
        ids = record._ids
        if len(ids) == 1:
            return ids[0]
        return self.of_set(record) if ids else 0

    def null(self) -> int:
        return 0

    def to_raw(self, value: Any, env: Env) -> int:
        return int(value)

    def column_type(self) -> TypeEngine[Any]:
        return sa.Integer()


class _Text(MappedField[str, str]):
    """What short and long texts share: an empty text reads as "" and is stored as NULL."""

    size: int = 0

    def null(self) -> str:
        return ""

    def to_raw(self, value: Any, env: Env) -> str:
        if value is None or value is False:
            return ""
        if not isinstance(value, str):
            if isinstance(value, (int, float, Number)) and not isinstance(value, bool):
                return str(value)
            raise self.refuse(value, "is not a text")
        wrong = flaw(value)
        if wrong:
            raise self.refuse(value, wrong)
        if self.size and len(value) > self.size:
            raise self.refuse(value, f"is longer than {self.size} characters")
        return value

    def to_record(self, raw: Any, record: Model) -> str:
        if self.mapped:
            text: str = self.pick(raw, record.env)
            return text
        result: str = raw
        return result

    def to_column(self, raw: Any) -> Any:
        return raw or None

    def from_column(self, value: Any) -> Any:
        if value is None:
            return None if self.mapped else ""
        return value

    def from_columns(self, values: Sequence[Any]) -> Iterable[Any]:
        return values if self.mapped or None not in values else ["" if value is None else value for value in values]

    def to_edge(self, raw: Any, record: Model) -> Any:
        return self.to_record(raw, record) or False

    def to_edges(self, raws: Sequence[Any], records: Model) -> list[Any]:
        if self.mapped:
            return [self.pick(raw, records.env) or False for raw in raws]
        return [raw or False for raw in raws]

    def column_type(self) -> TypeEngine[Any]:
        return sa.Text()


class Char(_Text):
    """A short text on one line; `size` limits its length in characters."""

    type = "char"

    def __init__(
        self, string: str = "", *, required: bool = False, size: int = MISSING, fold: bool = MISSING,
        related: str = MISSING, **options: Unpack[Options],
    ) -> None:  # fmt: skip
        super().__init__(string, required=required, size=size, folded=fold, related=path_of(related), **options)

    def describe(self, env: Env) -> dict[str, Any]:
        return {**super().describe(env), "size": self.size or False}


class Text(_Text):
    """A text of several lines."""

    type = "text"

    def __init__(
        self, string: str = "", *, required: bool = False, related: str = MISSING, **options: Unpack[Options]
    ) -> None:
        super().__init__(string, required=required, related=path_of(related), **options)


class Html(_Text):
    """Formatted text; what a person enters is sanitised when it is written."""

    type = "html"

    def __init__(
        self, string: str = "", *, required: bool = False, sanitize: bool = True, **options: Unpack[Options]
    ) -> None:
        super().__init__(string, required=required, sanitize=sanitize, **options)

    sanitize: bool = True

    def to_raw(self, value: Any, env: Env) -> str:
        text = super().to_raw(value, env)
        return env.registry.ports.clean_html(text) if text and self.sanitize else text


class _Numeric(MappedField[D, D]):
    """What numbers share: they are never empty, and sum up in groups."""

    aggregate = "sum"
    zero: Any = 0

    def null(self) -> Any:
        return self.zero

    def is_empty(self, raw: Any) -> bool:
        return False

    def to_record(self, raw: Any, record: Model) -> Any:
        return self.pick(raw, record.env) if self.mapped else raw

    def to_edges(self, raws: Sequence[Any], records: Model) -> list[Any]:
        return super().to_edges(raws, records) if self.mapped else list(raws)

    def from_column(self, value: Any) -> Any:
        if value is None:
            return None if self.mapped else self.zero
        return value

    def from_columns(self, values: Sequence[Any]) -> Iterable[Any]:
        return values if None not in values else map(self.from_column, values)

    @property
    def server_default(self) -> Any:
        return None if self.mapped else "0"

    def describe(self, env: Env) -> dict[str, Any]:
        return {**super().describe(env), "group_operator": self.aggregate or False}


class Integer(_Numeric[int]):
    """A whole number within 64 bits."""

    type = "integer"

    def __init__(self, string: str = "", *, required: bool = False, **options: Unpack[Options]) -> None:
        super().__init__(string, required=required, **options)

    def to_raw(self, value: Any, env: Env) -> int:
        if value is None or value is False or value == "":
            return 0
        try:
            number = int(value) if not isinstance(value, float) else round(value)
        except (TypeError, ValueError, OverflowError):
            raise self.refuse(value, "is not a whole number") from None
        if not -(2**63) <= number < 2**63:
            raise self.refuse(value, "is too large")
        return number

    def column_type(self) -> TypeEngine[Any]:
        return sa.BigInteger()


class Float(_Numeric[float]):
    """A double; use `Decimal` or `Monetary` for what must add up to the cent."""

    type = "float"
    zero = 0.0
    digits: tuple[int, int] | None = None

    def __init__(
        self, string: str = "", *, required: bool = False, digits: tuple[int, int] = MISSING,
        **options: Unpack[Options],
    ) -> None:  # fmt: skip
        super().__init__(string, required=required, digits=digits, **options)

    def to_raw(self, value: Any, env: Env) -> float:
        if value is None or value is False or value == "":
            return 0.0
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise self.refuse(value, "is not a number") from None
        if not math.isfinite(number):
            raise self.refuse(value, "is not a finite number")
        return round(number, self.digits[1]) if self.digits else number

    def column_type(self) -> TypeEngine[Any]:
        return sa.Double()

    def describe(self, env: Env) -> dict[str, Any]:
        return {**super().describe(env), "digits": self.digits or False}


class _Exact(_Numeric[Number]):
    """What exact numbers share: they are Decimal from the form to the column."""

    zero = Number(0)

    def places(self) -> int:
        """Decimal places kept."""
        return 6

    def to_raw(self, value: Any, env: Env) -> Number:
        if value is None or value is False or value == "":
            return self.zero
        try:
            number = Number(repr(value)) if isinstance(value, float) else Number(value)
            if not number.is_finite():
                raise InvalidOperation
        except (InvalidOperation, TypeError, ValueError):
            raise self.refuse(value, "is not a number") from None
        if abs(number) >= Number(10) ** 12:
            raise self.refuse(value, "is too large")
        return round_half_up(number, self.places())

    def to_json(self, raw: Any) -> Any:
        return str(raw)

    def from_json(self, value: Any) -> Any:
        return Number(value)

    def column_type(self) -> TypeEngine[Any]:
        return Money()


class Decimal(_Exact):
    """An exact number with `digits` = (total, decimal places), at most 6 places."""

    type = "decimal"
    digits: tuple[int, int] = (16, 2)

    def __init__(
        self, string: str = "", *, required: bool = False, digits: tuple[int, int] = MISSING,
        **options: Unpack[Options],
    ) -> None:  # fmt: skip
        super().__init__(string, required=required, digits=digits, **options)

    def places(self) -> int:
        return min(self.digits[1], 6)

    def describe(self, env: Env) -> dict[str, Any]:
        return {**super().describe(env), "type": "float", "digits": list(self.digits)}


class Monetary(_Exact):
    """An amount of money in the currency that the field named by `currency` holds."""

    type = "monetary"
    currency: str = "currency_id"

    def __init__(
        self, string: str = "", *, required: bool = False, currency: str = MISSING, **options: Unpack[Options]
    ) -> None:
        super().__init__(string, required=required, currency=currency, **options)

    def describe(self, env: Env) -> dict[str, Any]:
        return {**super().describe(env), "currency_field": self.currency}


class Boolean(MappedField[bool, bool]):
    """True or false."""

    type = "boolean"

    def __init__(self, string: str = "", *, required: bool = False, **options: Unpack[Options]) -> None:
        super().__init__(string, required=required, **options)

    def null(self) -> bool:
        return False

    def is_empty(self, raw: Any) -> bool:
        return False

    def to_raw(self, value: Any, env: Env) -> bool:
        if isinstance(value, str):
            if value.strip().lower() in ("0", "false", "no", ""):
                return False
            if value.strip().lower() in ("1", "true", "yes"):
                return True
            raise self.refuse(value, "is neither true nor false")
        return bool(value)

    def to_record(self, raw: Any, record: Model) -> bool:
        return bool(self.pick(raw, record.env) if self.mapped else raw)

    def from_column(self, value: Any) -> Any:
        return value if self.mapped else bool(value)

    def column_type(self) -> TypeEngine[Any]:
        return sa.Boolean()

    @property
    def server_default(self) -> Any:
        return None if self.mapped else "false"


class Date(Field[D, D | None]):
    """A day without a time."""

    type = "date"

    @overload
    def __init__(
        self: Date[dt.date], string: str = "", *, required: Literal[True], **options: Unpack[Options]
    ) -> None: ...
    @overload
    def __init__(
        self: Date[dt.date | None], string: str = "", *, required: Literal[False] = False, **options: Unpack[Options]
    ) -> None: ...
    def __init__(self, string: str = "", *, required: bool = False, **options: Unpack[Options]) -> None:
        super().__init__(string, required=required, **options)

    def to_raw(self, value: Any, env: Env) -> dt.date | None:
        if value is None or value is False or value == "":
            return None
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value)[:10])
        except ValueError:
            raise self.refuse(value, "is not a date (YYYY-MM-DD)") from None

    def to_edge(self, raw: Any, record: Model) -> Any:
        return raw.isoformat() if raw else False

    def column_type(self) -> TypeEngine[Any]:
        return sa.Date()


class Datetime(Field[D, D | None]):
    """A moment: naive UTC inside, in the reader's zone on a screen."""

    type = "datetime"

    @overload
    def __init__(
        self: Datetime[dt.datetime], string: str = "", *, required: Literal[True], **options: Unpack[Options]
    ) -> None: ...
    @overload
    def __init__(
        self: Datetime[dt.datetime | None], string: str = "", *, required: Literal[False] = False,
        **options: Unpack[Options],
    ) -> None: ...  # fmt: skip
    def __init__(self, string: str = "", *, required: bool = False, **options: Unpack[Options]) -> None:
        super().__init__(string, required=required, **options)

    def to_raw(self, value: Any, env: Env) -> dt.datetime | None:
        if value is None or value is False or value == "":
            return None
        if isinstance(value, dt.datetime):
            moment = value
        elif isinstance(value, dt.date):
            moment = dt.datetime(value.year, value.month, value.day)
        else:
            try:
                moment = dt.datetime.fromisoformat(str(value).strip())
            except ValueError:
                raise self.refuse(value, "is not a date and time (YYYY-MM-DD HH:MM:SS)") from None
        if moment.tzinfo is not None:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
        return moment.replace(microsecond=0)

    def to_edge(self, raw: Any, record: Model) -> Any:
        return raw.strftime("%Y-%m-%d %H:%M:%S") if raw else False

    def column_type(self) -> TypeEngine[Any]:
        return UtcDateTime()


def round_half_up(number: Number, places: int) -> Number:
    """Round to `places` decimals, halves away from zero: the one rounding of money."""
    return number.quantize(Number(1).scaleb(-places), rounding=ROUND_HALF_UP)


def path_of(related: Any) -> Any:
    """A dotted path as a tuple of names; MISSING stays MISSING."""
    return tuple(related.split(".")) if isinstance(related, str) else related
