"""Turns what a person typed into a value of a field, in the reader's format; links are found by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import UserError, ValidationError
from core.http.web.pages.field import Choice
from core.kernel.formats import parse_date, parse_datetime, parse_hours, parse_number
from core.kernel.text import fold

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

BoundField = Any
"""A field of a registry: which attributes it has depends on its kind."""


@dataclass(frozen=True, slots=True)
class Ambiguous(Exception):
    """A typed name that means several records; the person has to choose."""

    text: str
    choices: tuple[Choice, ...] = field(default=())


def parse(env: Env, bound: BoundField, text: str, widget: str = "") -> Any:
    """The value of a plain field for a typed text.

    Raises:
        ValidationError: it does not fit; the message is for the person.
    """
    lang = env.lang or "en_US"
    if bound.type in ("char", "text", "html"):
        return text.replace("\r\n", "\n") if bound.type != "char" else text.strip()
    text = text.strip()
    if bound.type == "boolean":
        return text not in ("", "0", "false")
    if not text:
        return 0 if bound.type in ("integer", "float", "decimal", "monetary") else False
    if bound.type in ("integer", "float", "decimal", "monetary"):
        if widget == "float_time":
            return parse_hours(text, lang)
        number = parse_number(text.removesuffix("%").strip(), lang)
        if widget == "percent":
            number /= 100
        if bound.type == "integer" and number != number.to_integral_value():
            raise ValidationError("{text} is not a whole number.", text=text)
        return int(number) if bound.type == "integer" else number
    if bound.type == "date":
        return parse_date(text, lang)
    if bound.type == "datetime":
        return parse_datetime(text, lang, env.tz)
    if bound.type == "many2one":
        if not text.isdigit():
            raise ValidationError("{text} is not the number of a record.", text=text)
        return int(text)
    return text


def find(env: Env, model: str, text: str, domain: list[Any], *, exact: bool = False) -> int:
    """The record that a typed name means: the one of exactly this name or, unless `exact`, the only one with it inside.

    Raises:
        UserError: there is none.
        Ambiguous: there are several.
    """
    table = env[model]
    found = [] if exact else table.name_search(text, domain, "ilike", 9)
    named = [pair for pair in found if fold(pair[1]) == fold(text)] or _exactly(table, text, domain)
    if len(named) == 1 or (not named and len(found) == 1):
        return (named or found)[0][0]
    if not found and not named:
        info = env.registry[model]
        raise UserError(
            "There is no {model} called “{text}”.", model=env.translate_term(info.description, info.addon), text=text
        )
    raise Ambiguous(text, tuple(Choice(str(key), name) for key, name in (named or found)))


def _exactly(table: Model, text: str, domain: list[Any]) -> list[tuple[int, str]]:
    """The records of exactly this name or code; none where the text cannot be one."""
    try:
        return table.name_search(text, domain, "=", 9)
    except ValidationError:
        return []
