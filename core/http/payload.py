"""Reads JSON from outside within budgets of size, depth and digits."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from core.errors import GrialError

DEEPEST = 64
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class MalformedRequest(GrialError):
    """The request cannot be read: wrong syntax, wrong type, or over a budget."""

    status = 400


def parse_json(body: bytes) -> Any:
    """The value in a JSON body.

    Raises:
        MalformedRequest: invalid UTF-8 or JSON, more than `DEEPEST` levels, NaN or infinite numbers, endless digits.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest("The body is not valid UTF-8.") from None
    if text.count("[") + text.count("{") > DEEPEST and _depth(text) > DEEPEST:
        raise MalformedRequest("The body is nested more than {deepest} levels deep.", deepest=DEEPEST)
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise MalformedRequest("The body is not valid JSON.") from None


def dump_json(value: Any) -> str:
    """Compact JSON that no browser can take for HTML."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if "<" in text:
        text = text.replace("<", "\\u003c")
    return text


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKET.finditer(text):
        character = match[0]
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(digits)
    return value
