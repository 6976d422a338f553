"""Turns values into what RPC clients expect, and what they send into plain values.

Out: None is False, Decimal a float, a date or time its text in UTC, bytes base64 text, a recordset its ids.
In: XML-RPC's binary and time values become the same texts that JSON clients send.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from core.errors import GrialError

DATE = "%Y-%m-%d"
DATETIME = "%Y-%m-%d %H:%M:%S"
_AS_IT_IS = frozenset({str, int, bool})


def outgoing(value: Any) -> Any:
    """A value made of text, numbers, booleans, lists and mappings only; never None.

    Raises:
        GrialError: the value is of a kind that cannot be sent.
    """
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if value is None:
        return False
    if kind is float:
        return value if math.isfinite(value) else False
    if kind is dict:
        return {
            key if type(key) is str else _key(key): item if type(item) in _AS_IT_IS else outgoing(item)
            for key, item in value.items()
        }
    if kind is list or kind is tuple:
        return [item if type(item) in _AS_IT_IS else outgoing(item) for item in value]
    return _rare(value)


def incoming(value: Any) -> Any:
    """A fresh copy of what a client sent, with binary data as base64 text and times as text."""
    kind = type(value)
    if kind is dict:
        return {key: incoming(item) for key, item in value.items()}
    if kind is list:
        return [incoming(item) for item in value]
    if kind is bytes:
        return base64.b64encode(value).decode("ascii")
    if kind is datetime:
        return value.strftime(DATETIME)
    return value


def _rare(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else False
    if isinstance(value, datetime):
        return value.strftime(DATETIME)
    if isinstance(value, date):
        return value.strftime(DATE)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, Enum):
        return outgoing(value.value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    for plain in (str, int, float):
        if isinstance(value, plain):
            return outgoing(plain(value))
    if isinstance(value, Mapping):
        return {_key(key): outgoing(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, AbstractSet)):
        items = sorted(value, key=repr) if isinstance(value, AbstractSet) else value
        return [outgoing(item) for item in items]
    ids = getattr(value, "ids", None)
    if isinstance(ids, (list, tuple)):
        return list(ids)
    raise GrialError("The method answered with a value that cannot be sent: {kind}.", kind=type(value).__name__)


def _key(key: Any) -> str:
    if key is None or key is False:
        return "False"
    return str(outgoing(key))
