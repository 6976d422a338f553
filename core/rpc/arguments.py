"""Reads the arguments of a call in every order that clients use: by position, by name, context in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import UserError, ValidationError

_LARGEST_ID = 2**63 - 1
_MOST_ROWS = 2**31 - 1


@dataclass(frozen=True)
class Signature:
    """What a method of the old protocols takes.

    Attributes:
        names: parameters in their order; `a|b` gives other names it answers to.
        context_from: from this position on, a mapping is the context and not a parameter.
    """

    names: tuple[str, ...]
    context_from: int

    def bind(self, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        """The given parameters by their first name, and the context (None when there is none).

        Raises:
            UserError: too many parameters, one given twice, or a name the method does not have.
        """
        context = kwargs.get("context")
        values = list(args[: self.context_from])
        for value in args[self.context_from :]:
            if isinstance(value, Mapping):
                context = value
            else:
                values.append(value)
        while len(values) > len(self.names):
            empty = next((place for place in range(self.context_from, len(values)) if not values[place]), None)
            if empty is None:
                raise UserError("{method} was called with too many arguments.", method=method)
            del values[empty]
        given = {name.partition("|")[0]: value for name, value in zip(self.names, values, strict=False)}
        known = {other: name.partition("|")[0] for name in self.names for other in name.split("|")}
        for name, value in kwargs.items():
            if name == "context":
                continue
            if name not in known:
                raise UserError("{method} has no argument {name}.", method=method, name=name)
            if known[name] in given:
                raise UserError("{method} was given {name} twice.", method=method, name=name)
            given[known[name]] = value
        return given, context


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of a call, and whether one alone was given."""

    values: tuple[int, ...]
    single: bool


def read_ids(value: Any) -> Ids:
    """One id, a list of ids, or nothing. Raises ValidationError for anything else."""
    if value is None or value is False:
        return Ids((), single=False)
    if type(value) is int:
        return Ids((_id(value),), single=True)
    if isinstance(value, (list, tuple)):
        return Ids(tuple(map(_id, value)), single=False)
    raise ValidationError("{value} is not an id or a list of ids.", value=repr(value)[:80])


def is_ids(value: Any) -> bool:
    """Could this be ids: a whole number, or a list of nothing but whole numbers?"""
    if isinstance(value, (list, tuple)):
        return all(type(item) is int for item in value)
    return type(value) is int


def read_domain(value: Any) -> list[Any]:
    """A domain in list form; None, False and empty texts are the empty one."""
    if value in (None, False, "", ()):
        return []
    if not isinstance(value, (list, tuple)):
        raise ValidationError("A domain is a list, not {value}.", value=repr(value)[:80])
    return list(value)


def read_rows(value: Any, what: str) -> int | None:
    """A limit or offset; None, False, 0 and empty texts mean none."""
    if value in (None, False, "", 0):
        return None
    if type(value) is not int or not 0 < value <= _MOST_ROWS:
        raise ValidationError("{what} is a number of rows, not {value}.", what=what, value=repr(value)[:80])
    return value


def read_order(value: Any) -> str | None:
    """An order; None, False and empty texts mean the usual one."""
    if value in (None, False, ""):
        return None
    if not isinstance(value, str):
        raise ValidationError("An order is a text, not {value}.", value=repr(value)[:80])
    return value


def read_names(value: Any) -> list[str]:
    """A list of field names; None and False mean all."""
    if value is None or value is False:
        return []
    names: Iterable[Any] = [value] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise ValidationError("A list of field names was expected, not {value}.", value=repr(value)[:80])
    return list(names)


def read_values(value: Any) -> dict[str, Any]:
    """The values of one record."""
    if not isinstance(value, dict):
        raise ValidationError("The values of a record are a mapping, not {value}.", value=repr(value)[:80])
    return value


def _id(value: Any) -> int:
    if type(value) is not int or not 0 < value <= _LARGEST_ID:
        raise ValidationError("{value} is not the id of a record.", value=repr(value)[:80])
    return value
