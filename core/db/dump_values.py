"""How the values of each kind of column are written into a dump, and read from it."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.db.columns import JsonMap, UtcDateTime
from core.db.money import Money
from core.db.scaled import PLACES, scale, unscale
from core.db.shape import ColumnShape, Type

# Any in this file: values of all kinds, and JSON.

KINDS: dict[str, Callable[[int | None], Type]] = {
    "text": lambda length: sa.String(length) if length else sa.Text(),
    "boolean": lambda _: sa.Boolean(),
    "integer": lambda _: sa.Integer(),
    "bigint": lambda _: sa.BigInteger(),
    "money": lambda _: Money(),
    "float": lambda _: sa.Double(),
    "date": lambda _: sa.Date(),
    "datetime": lambda _: UtcDateTime(),
    "json": lambda _: JsonMap(),
    "binary": lambda _: sa.LargeBinary(),
}
"""The kinds of columns, and the type of each for a given length."""


def kind_of(kind: Type) -> str:
    """The kind of a column; "" for one that a dump cannot hold, such as a search vector."""
    for name, classes in _CLASSES:
        if isinstance(kind, classes):
            return name
    return ""


_CLASSES: tuple[tuple[str, type[Type] | tuple[type[Type], ...]], ...] = (
    ("money", (Money, sa.Numeric)),
    ("datetime", (UtcDateTime, sa.DateTime)),
    ("json", (JsonMap, sa.JSON)),
    ("boolean", sa.Boolean),
    ("bigint", sa.BigInteger),
    ("integer", sa.Integer),
    ("float", sa.Float),
    ("date", sa.Date),
    ("binary", sa.LargeBinary),
    ("text", (sa.String, sa.Uuid)),
)


def encoder(kind: Type) -> Callable[[Any], Any] | None:
    """What makes JSON of a value that is not None; None where the value is JSON already."""
    found: dict[str, Callable[[Any], Any]] = {
        "money": lambda value: f"{value:f}",
        "datetime": lambda value: value.isoformat(),
        "date": date.isoformat,
        "float": lambda value: value if math.isfinite(value) else str(value),
        "binary": lambda value: base64.b64encode(value).decode(),
    }
    return found.get(kind_of(kind))


def decoder(kind: Type) -> Callable[[Any], Any] | None:
    """What makes a value of JSON that is not null; it raises ValueError or TypeError for what does not fit."""
    found: dict[str, Callable[[Any], Any]] = {
        "money": Decimal,
        "datetime": datetime.fromisoformat,
        "date": date.fromisoformat,
        "float": float,
        "binary": lambda value: base64.b64decode(value, validate=True),
        "boolean": _exactly(bool),
        "integer": _exactly(int),
        "bigint": _exactly(int),
        "text": _exactly(str),
    }
    return found.get(kind_of(kind))


def _exactly(wanted: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not wanted:
            raise TypeError
        return value

    return check


def manifest_default(column: ColumnShape, backend: str) -> Any:
    """The default of a column as a value, as far as it is one: a number, a text, true or false."""
    text = column.default
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return text[1:-1].replace("''", "'")
    try:
        number = Decimal(text)
    except ArithmeticError:
        return None
    if kind_of(column.type) == "boolean":
        return bool(number)
    if backend == "sqlite" and kind_of(column.type) == "money":
        number = unscale(int(number))
    return f"{number:f}"


def sql_default(value: Any, kind: Type, backend: str) -> str:
    """The SQL of a default from the manifest. Raises ValueError or TypeError for what does not fit the column."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise TypeError
    if kind_of(kind) in ("text", "json", "date", "datetime"):
        return "'" + value.replace("'", "''") + "'"
    try:
        number = Decimal(value)
        if not number.is_finite():
            raise ValueError
    except ArithmeticError:
        raise ValueError from None
    if kind_of(kind) == "money":
        return str(scale(number)) if backend == "sqlite" else f"{round(number, PLACES).normalize():f}"
    return f"{number.normalize():f}"
