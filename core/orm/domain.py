"""Search conditions: one tree, whether written as OpenERP lists or as Python expressions.

A leaf is `(path, operator, value)`. Every leaf is either true or false of a record, never unknown: a comparison with
an empty value is false, and a negative operator is the exact opposite of its positive one, so `!=` and `not in`
include empty values. `core.orm.domain_sql` and `core.orm.domain_match` keep to the same meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any

from core.errors import ValidationError
from core.kernel.text import flaw
from core.orm.compare_value import LIKES

NEGATIVE = {
    "!=": "=",
    "not in": "in",
    "not like": "like",
    "not ilike": "ilike",
    "not =like": "=like",
    "not =ilike": "=ilike",
    "not any": "any",
    "not child_of": "child_of",
    "not parent_of": "parent_of",
}
SYNONYMS = {"<>": "!=", "==": "="}
POSITIVE = frozenset(
    ["=", "in", "like", "ilike", "=like", "=ilike", "=?", "<", "<=", ">", ">=", "child_of", "parent_of", "any"]
)
OPERATORS = POSITIVE | NEGATIVE.keys()
DATE_PARTS = frozenset(
    ["year_number", "quarter_number", "month_number", "iso_week_number", "day_of_week", "day_of_month", "day_of_year",
     "hour_number", "minute_number", "second_number"]
)  # fmt: skip
LONGEST_PATTERN = 10_000
LARGEST = 2**63
MAX_LEAVES = 2000
MAX_DEPTH = 100
MAX_STEPS = 8


class Domain:
    """A condition on the records of a model; combine with `&`, `|` and `~`."""

    __slots__ = ()

    @staticmethod
    def parse(source: Any) -> Domain:
        """Read a domain from its list form; a Domain is returned as it is.

        Raises:
            ValidationError: when the list is not a domain; the message names the faulty part.
        """
        if isinstance(source, Domain):
            return source
        if source is None or source is False:
            return TRUE
        if not isinstance(source, (list, tuple)):
            raise ValidationError("A domain is a list of conditions, not {value}.", value=repr(source)[:80])
        if is_leaf(source):
            source = [source]
        if len(source) > MAX_LEAVES:
            raise ValidationError("This domain has more than {most} conditions.", most=MAX_LEAVES)
        position = 0

        def term(depth: int) -> Domain:
            nonlocal position
            if depth > MAX_DEPTH:
                raise ValidationError("This domain is nested deeper than {most} levels.", most=MAX_DEPTH)
            if position >= len(source):
                raise ValidationError("The domain {domain} lacks an operand.", domain=repr(source)[:200])
            item = source[position]
            position += 1
            if isinstance(item, Domain):
                return item
            if item == "!":
                return ~term(depth + 1)
            if item == "&":
                return term(depth + 1) & term(depth + 1)
            if item == "|":
                return term(depth + 1) | term(depth + 1)
            if is_leaf(item):
                return make_leaf(*item)
            if isinstance(item, (list, tuple)) and item and all(is_leaf(i) or i in ("&", "|", "!") for i in item):
                return Domain.parse(item)
            raise ValidationError("{part} is not a condition (field, operator, value).", part=repr(item)[:120])

        terms: list[Domain] = []
        while position < len(source):
            terms.append(term(0))
        return conjunction(terms)

    def as_list(self) -> list[Any]:
        """The OpenERP list form."""
        raise NotImplementedError

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf, in order."""
        return iter(())

    def names(self) -> frozenset[str]:
        """The names of all fields that are read, those of linked models too."""
        found: set[str] = set()
        for leaf in self.leaves():
            found.update(leaf.path.split("."))
            if isinstance(leaf.value, Allowed):
                found |= leaf.value.rule.names()
            elif leaf.operator in ("any", "not any"):
                found |= Domain.parse(leaf.value).names()
        return frozenset(found)

    def __and__(self, other: Domain) -> Domain:
        return conjunction([self, other])

    def __or__(self, other: Domain) -> Domain:
        return disjunction([self, other])

    def __invert__(self) -> Domain:
        return Not(self)

    def __bool__(self) -> bool:
        raise TypeError("A domain is neither true nor false: combine with & | ~, and compare records, not fields.")

    def __repr__(self) -> str:
        return f"Domain({self.as_list()!r})"


class Constant(Domain):
    """Always true, or never."""

    __slots__ = ("value",)

    def __init__(self, value: bool) -> None:
        self.value = value

    def as_list(self) -> list[Any]:
        return [] if self.value else [(0, "=", 1)]

    def __invert__(self) -> Domain:
        return FALSE if self.value else TRUE


TRUE = Constant(True)
FALSE = Constant(False)


class Leaf(Domain):
    """One condition on the value a dotted path leads to."""

    __slots__ = ("operator", "path", "value")

    def __init__(self, path: str, operator: str, value: Any) -> None:
        self.path, self.operator, self.value = path, operator, value

    def as_list(self) -> list[Any]:
        value = self.value
        if isinstance(value, Domain):
            value = value.as_list()
        elif hasattr(value, "_ids"):
            value = list(value._ids) if self.operator in ("in", "not in") or len(value._ids) > 1 else value.id or False
        return [(self.path, self.operator, value)]

    def leaves(self) -> Iterator[Leaf]:
        yield self


class Allowed:
    """As the value of an `in` leaf: the ids of a model's records that a rule allows; compiled past the gate."""

    __slots__ = ("model", "rule")

    def __init__(self, model: str, rule: Domain) -> None:
        self.model, self.rule = model, rule


class Group(Domain):
    """What "and" and "or" share."""

    __slots__ = ("parts",)
    sign = "&"

    def __init__(self, parts: Sequence[Domain]) -> None:
        self.parts = tuple(parts)

    def as_list(self) -> list[Any]:
        result: list[Any] = [self.sign] * (len(self.parts) - 1)
        for part in self.parts:
            result += part.as_list() or [(1, "=", 1)]
        return result

    def leaves(self) -> Iterator[Leaf]:
        for part in self.parts:
            yield from part.leaves()


class And(Group):
    """All parts hold."""

    __slots__ = ()


class Or(Group):
    """At least one part holds."""

    __slots__ = ()
    sign = "|"


class Not(Domain):
    """The part does not hold."""

    __slots__ = ("part",)

    def __init__(self, part: Domain) -> None:
        self.part = part

    def as_list(self) -> list[Any]:
        return ["!", *(self.part.as_list() or [(1, "=", 1)])]

    def leaves(self) -> Iterator[Leaf]:
        return self.part.leaves()

    def __invert__(self) -> Domain:
        return self.part


def conjunction(parts: Sequence[Domain]) -> Domain:
    """All of `parts`; true when there is none."""
    flat: list[Domain] = []
    for part in parts:
        if isinstance(part, Constant):
            if not part.value:
                return FALSE
        elif isinstance(part, And):
            flat += part.parts
        else:
            flat.append(part)
    return TRUE if not flat else flat[0] if len(flat) == 1 else And(flat)


def disjunction(parts: Sequence[Domain]) -> Domain:
    """Any of `parts`; false when there is none."""
    flat: list[Domain] = []
    for part in parts:
        if isinstance(part, Constant):
            if part.value:
                return TRUE
        elif isinstance(part, Or):
            flat += part.parts
        else:
            flat.append(part)
    return FALSE if not flat else flat[0] if len(flat) == 1 else Or(flat)


def mentions_active(domain: Domain) -> bool:
    """Does a condition of the domain ask for `active`, so that archived records are not left out?"""
    return any(part.path == "active" for part in domain.leaves())


def is_leaf(item: Any) -> bool:
    """Does this look like `(field, operator, value)`?"""
    return (
        isinstance(item, (list, tuple))
        and len(item) == 3
        and isinstance(item[1], str)
        and (isinstance(item[0], str) or item[0] in (0, 1))
        and (
            SYNONYMS.get(item[1].strip().lower(), item[1].strip().lower()) in OPERATORS
            or item[0] not in ("&", "|", "!")
        )
    )


def make_leaf(path: Any, operator: str, value: Any) -> Domain:
    """A leaf, with the operator in its one spelling. Raises ValidationError for an unknown operator."""
    name = operator.strip().lower()
    name = SYNONYMS.get(name, name)
    if name not in OPERATORS:
        raise ValidationError(
            "{operator} is not an operator; there are {known}.",
            operator=repr(operator),
            known=", ".join(sorted(OPERATORS)),
        )
    if isinstance(path, int):
        same = (path == value) if name == "=" else (path != value)
        return TRUE if same else FALSE
    if isinstance(path, str) and path.count(".") >= MAX_STEPS:
        raise ValidationError("A path has at most {most} steps.", most=MAX_STEPS)
    if name in ("any", "not any"):
        _check_levels(value, MAX_STEPS)
        return Leaf(path, name, value)
    return Leaf(path, name, _compared(name, value))


def _check_levels(value: Any, left: int) -> None:
    """Refuse conditions inside conditions of links beyond what every database can read."""
    if not left:
        raise ValidationError("Conditions on links are nested at most {most} levels deep.", most=MAX_STEPS)
    if isinstance(value, (list, tuple)):
        for item in [value] if is_leaf(value) else value:
            if is_leaf(item) and item[1] in ("any", "not any"):
                _check_levels(item[2], left - 1)


def _compared(operator: str, value: Any) -> Any:
    """The value of a condition as both databases can hold it.

    Raises ValidationError for one that neither knows: half a character, a number beyond 64 bits, no number.
    """
    if operator.removeprefix("not ") in LIKES:
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            value = str(value)
        elif value not in (None, False) and not isinstance(value, str):
            raise ValidationError(
                "{value} is no text that {operator} could look for.", value=repr(value)[:80], operator=operator
            )
        if value and len(value) > LONGEST_PATTERN:
            raise ValidationError("A text to search for has at most {most} characters.", most=LONGEST_PATTERN)
    for item in value if isinstance(value, (list, tuple, set, frozenset)) else (value,):
        kind = type(item)
        if (
            (kind is int and not -LARGEST <= item < LARGEST)
            or (kind is str and flaw(item))
            or (kind is float and not isfinite(item))
            or kind is dict
        ):
            raise ValidationError("{value} cannot be searched for.", value=ascii(item)[:80])
    return value
