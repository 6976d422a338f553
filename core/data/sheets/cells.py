"""Turns cells into values: numbers and dates in the reader's format, links by name."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.errors import ValidationError
from core.kernel.formats import parse_date, parse_datetime, parse_number
from core.kernel.text import fold

if TYPE_CHECKING:
    from core.data.sheets.names import Names
    from core.orm.env import Env
    from core.orm.fields.base import Field

Convert = Callable[[str], Any]
TRUE_WORDS = frozenset(["1", "true", "yes", "y", "si", "s", "x", "verdadero"])
_QUOTE = '"'
FALSE_WORDS = frozenset(["0", "false", "no", "n", "falso"])


def converter(env: Env, field: Field[Any, Any], names: Names | None) -> Convert:
    """The function from a cell's text to a value of the field; raises GrialError for a cell that does not fit."""
    lang, tz = env.lang or "en_US", env.tz
    if field.type == "many2one" and names is not None:
        return lambda text: (names.find(text) or None) if text else None
    if field.type == "many2many" and names is not None:
        return lambda text: [(6, 0, [i for i in map(names.find, split_tags(text)) if i])]
    if field.type in ("integer", "float", "decimal", "monetary"):
        return lambda text: parse_number(text, lang) if text else 0
    if field.type == "date":
        return lambda text: (_iso_date(text) or parse_date(text, lang)) if text else None
    if field.type == "datetime":
        return lambda text: parse_datetime(text, lang, tz) if text else None
    if field.type == "boolean":
        return _truth
    if field.type == "selection":
        return _choice(field.labels(env))  # type: ignore[attr-defined]  # a selection
    return lambda text: text


def _choice(labels: Mapping[str, str]) -> Convert:
    """From a key of a selection, or its label, to the key."""
    keys = {**{fold(label): key for key, label in labels.items()}, **{key: key for key in labels}}

    def convert(text: str) -> str | None:
        if not text:
            return None
        found = keys.get(text) or keys.get(fold(text))
        if found is None:
            raise ValidationError("“{text}” is none of: {choices}.", text=text, choices=", ".join(labels.values()))
        return found

    return convert


def unmistakable(number: float | Decimal) -> str:
    """A number whose point no language takes for one that groups thousands: `1.234` is `1.2340`."""
    text = f"{Decimal(repr(number)) if isinstance(number, float) else Decimal(number):f}"
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def join_tags(names: Sequence[str]) -> str:
    """Names in a cell of tags, as `split_tags` reads them: quotes around those that have a comma."""
    quoted = {name: f'"{name.replace(_QUOTE, 2 * _QUOTE)}"' for name in names if "," in name or _QUOTE in name}
    return ", ".join(quoted.get(name, name) for name in names)


def split_tags(text: str) -> list[str]:
    """The names in a cell of tags, each once, in order; one with a comma has quotes around it."""
    found: dict[str, str] = {}
    for part in next(csv.reader([" ".join(text.split())], skipinitialspace=True), ()):
        name = " ".join(part.split())
        if name:
            found.setdefault(fold(name), name)
    return list(found.values())


def _iso_date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _truth(text: str) -> bool:
    word = fold(text.strip())
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS or not word:
        return False
    raise ValidationError("“{text}” is neither yes nor no.", text=text)
