"""What the conditions of a domain say of plain values; `compare_sql` says the same of columns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP
from decimal import Decimal as Number
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.errors import ValidationError
from core.kernel.text import fold

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field

Test = Callable[[Any], bool]

LIKES = frozenset(["like", "ilike", "=like", "=ilike"])
TEXTS = frozenset(["char", "text", "html", "selection", "reference"])
EXACT = frozenset(["decimal", "monetary"])
OPAQUE = frozenset(["json", "binary", "image"])
_FINEST = Number("0.000001")


def is_blank(item: Any) -> bool:
    """Does this value of a condition stand for "empty"?"""
    return item is None or item is False or item == ""


def is_filled(value: Any) -> bool:
    """Is there a value to compare? Zero and False are values."""
    return not (value is None or value in ("", b""))


def never_empty(field: Field[Any, Any]) -> bool:
    """Has every record a value: a number, or true or false?"""
    return is_filled(field.null())


def listed(value: Any) -> list[Any]:
    """The values that `=` or `in` asks for."""
    if hasattr(value, "_ids"):
        return list(value._ids)
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


def split_link_value(value: Any) -> tuple[list[int], list[str], bool]:
    """Ids, names and "none" out of the value of `=` or `in` on a link."""
    if hasattr(value, "_ids"):
        return list(value._ids), [], not value._ids
    items = list(value) if isinstance(value, (list, tuple, set, frozenset, range)) else [value]
    several = isinstance(value, (list, tuple, set, frozenset, range))
    ids = [i for i in items if isinstance(i, int) and not isinstance(i, bool)]
    texts = [i for i in items if isinstance(i, str)]
    empty = any(i is False or i is None for i in items) or (not several and value == 0)
    return ids, texts, empty


def operand(field: Field[Any, Any], operator: str, item: Any, env: Env) -> Any:
    """A value of a condition that is not blank, in the form in which values of the field are compared.

    A day compared with moments is all of it: `<=` its last second, `>` what comes after that. Numbers are compared as
    they are, with more decimal places than the field has too.

    Raises:
        ValidationError: it is no value of such a field.
    """
    if field.type in OPAQUE:
        raise ValidationError("{field} can only be searched for being empty.", field=field.string)
    if field.type == "datetime":
        day = item.isoformat() if isinstance(item, dt.date) and not isinstance(item, dt.datetime) else item
        if isinstance(day, str) and len(day) == 10:
            item = day + (" 23:59:59" if operator in ("<=", ">") else " 00:00:00")
    if field.type in ("integer", "float") and isinstance(item, (int, float)) and not isinstance(item, bool):
        return item
    if field.type in EXACT:
        rounded = field.to_raw(item, env)
        exact = Number(repr(item)) if isinstance(item, float) else Number(item)
        return rounded if rounded == exact else exact.quantize(_FINEST, rounding=ROUND_HALF_UP)
    if field.type in ("selection", "char", "text", "html"):
        return str(item)
    return field.to_raw(item, env)


def value_test(field: Field[Any, Any], operator: str, value: Any, env: Env) -> Test:
    """What a condition says of a value that a record of this reader shows.

    Raises:
        ValidationError: the operator or the value does not fit the field.
    """
    if operator in LIKES:
        return _likeness(field, operator, value)
    if operator in ("=", "in"):
        items = listed(value)
        given = [operand(field, operator, item, env) for item in items if not is_blank(item)]
        if not any(map(is_blank, items)):
            return lambda found: found in given
        null = field.null()
        return lambda found: found in given or not is_filled(found) or found == null
    if field.type in OPAQUE or operator not in ("<", "<=", ">", ">="):
        raise ValidationError("The operator {operator} does not apply here.", operator=operator)
    if is_blank(value):
        if not never_empty(field):
            return lambda _found: False
        compare = comparison(operator, field.null(), lambda item: item)
    else:
        compare = comparison(operator, value, lambda item: operand(field, operator, item, env))
    return lambda found: is_filled(found) and compare(found)


def comparison(operator: str, value: Any, convert: Callable[[Any], Any]) -> Test:
    """The test that compares with a value, which `convert` brings into the type of what is compared."""
    try:
        if operator in ("=", "in"):
            wanted = {convert(item) for item in listed(value)}
            return lambda found: found in wanted
        limit = convert(value)
    except (TypeError, ValueError):
        raise ValidationError(
            "{value} cannot be compared with {operator} here.", value=repr(value), operator=operator
        ) from None
    tests: dict[str, Test] = {
        "<": lambda found: bool(found < limit),
        "<=": lambda found: bool(found <= limit),
        ">": lambda found: bool(found > limit),
        ">=": lambda found: bool(found >= limit),
    }
    if operator not in tests:
        raise ValidationError("The operator {operator} does not apply here.", operator=operator)
    return tests[operator]


def pattern_of(operator: str, text: str) -> str:
    """The pattern of SQL's LIKE for a text: as a whole with `=` in front of the operator, else anywhere.

    A backslash makes the character after it plain; at the end it is plain itself.
    """
    if (len(text) - len(text.rstrip("\\"))) % 2:
        text += "\\"
    return text if operator.startswith("=") else f"%{text}%"


@lru_cache(maxsize=512)
def like_pattern(pattern: str) -> re.Pattern[str]:
    """A regular expression with the meaning of SQL's LIKE."""
    parts: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            parts.append(re.escape(next(characters, "\\")))
        else:
            parts.append({"%": ".*", "_": "."}.get(character) or re.escape(character))
    return re.compile("".join(parts), re.DOTALL)


def check_likeness(field: Field[Any, Any]) -> None:
    """Refuse `like` on values that have no text of their own. Raises ValidationError."""
    if field.type in OPAQUE or field.type in ("boolean", "float"):
        raise ValidationError(
            "{field} is no text: it cannot be searched with {operator}.", field=field.string, operator="like"
        )


def _likeness(field: Field[Any, Any], operator: str, value: Any) -> Test:
    check_likeness(field)
    if is_blank(value):
        return lambda found: operator in ("like", "ilike") or not is_filled(found)
    blind = operator in ("ilike", "=ilike")
    pattern = pattern_of(operator, str(value))
    expression = like_pattern(fold(pattern) if blind else pattern)

    def test(found: Any) -> bool:
        if not is_filled(found):
            return False
        text = _text_of(field, found)
        return expression.fullmatch(fold(text) if blind else text) is not None

    return test


def _text_of(field: Field[Any, Any], value: Any) -> str:
    """The text of a value that `like` looks into: numbers with the places of their field, dates in ISO form."""
    if field.type in EXACT:
        return f"{value:.{field.places()}f}"  # type: ignore[attr-defined]  # of an exact number
    return str(value)
