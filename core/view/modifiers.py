"""Conditions of a view: when a part is invisible, readonly or required, evaluated on the values of one record.

A condition sees the values as programs see them over RPC: a link is an id or False, a date a text, an empty value
False. `names_of` makes that mapping from a record's values. A condition that fails is false: it never breaks a screen.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from core.errors import ExpressionError
from core.kernel.expression import Expression, Values, compile_expression

log = logging.getLogger(__name__)

Names = Mapping[str, Any]  # Any: field values, helpers and views that an expression may read

ENVIRONMENT = frozenset(
    ["context", "parent", "uid", "user", "active_id", "active_ids", "active_model", "time", "datetime", "DateTime",
     "date", "timedelta", "relativedelta", "context_today", "current_date", "allowed_company_ids", "self",
     "abs", "bool", "dict", "float", "int", "len", "list", "max", "min", "round", "set", "str", "sum", "tuple"]
)  # fmt: skip
"""Names of an expression that are not fields of the record."""


class Condition(Protocol):
    """Something that holds or does not hold for the values of one record."""

    @property
    def reads(self) -> frozenset[str]:
        """The names of the record's fields that the condition reads."""
        ...

    def holds(self, names: Names) -> bool:
        """Does it hold? A condition that cannot be worked out does not."""
        ...


@dataclass(frozen=True, slots=True)
class Always:
    """The same answer for every record."""

    value: bool

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def holds(self, names: Names) -> bool:
        return self.value


ALWAYS = Always(True)
NEVER = Always(False)


@dataclass(frozen=True, slots=True)
class Formula:
    """A Python-like condition; an expression that gives a domain is tested as one."""

    expression: Expression

    @property
    def reads(self) -> frozenset[str]:
        return self.expression.names - ENVIRONMENT

    def holds(self, names: Names) -> bool:
        try:
            value = self.expression.evaluate(names)
            if isinstance(value, list) and value and all(_is_domain_part(item) for item in value):
                return test_of(value).holds(names)
        except ExpressionError as error:
            log.debug("a condition of a view is taken as false: %s", error)
            return False
        return bool(value)


@dataclass(frozen=True, slots=True)
class Test:
    """One leaf of a domain, tested on the values of a form."""

    path: str
    operator: str
    value: Any  # a constant, or an Expression

    @property
    def reads(self) -> frozenset[str]:
        head = self.path.split(".")[0]
        names = self.value.names if isinstance(self.value, Expression) else frozenset()
        return (names | {head}) - ENVIRONMENT

    def holds(self, names: Names) -> bool:
        try:
            value = self.value.evaluate(names) if isinstance(self.value, Expression) else self.value
            return OPERATORS[self.operator](_value_at(self.path, names), value)
        except (ExpressionError, KeyError, TypeError) as error:
            log.debug("a condition on %s is taken as false: %s", self.path, error)
            return False


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Condition

    @property
    def reads(self) -> frozenset[str]:
        return self.part.reads

    def holds(self, names: Names) -> bool:
        return not self.part.holds(names)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]

    @property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(part.reads for part in self.parts))

    def holds(self, names: Names) -> bool:
        return all(part.holds(names) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    @property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(part.reads for part in self.parts))

    def holds(self, names: Names) -> bool:
        return any(part.holds(names) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Modifiers:
    """What a view says about one of its parts. `readonly` and `required` are None where the field itself decides."""

    invisible: Condition = NEVER
    readonly: Condition | None = None
    required: Condition | None = None
    column_invisible: Condition = NEVER

    @property
    def reads(self) -> frozenset[str]:
        """The fields that the conditions read."""
        parts = (self.invisible, self.readonly, self.required, self.column_invisible)
        return frozenset().union(*(part.reads for part in parts if part is not None))


PLAIN = Modifiers()


@dataclass(frozen=True, slots=True)
class Decoration:
    """A look of a row or field (danger, muted, bf …) and when it applies."""

    kind: str
    when: Condition = field(default=NEVER)


def any_of(parts: Iterable[Condition]) -> Condition:
    """A condition that holds when one of the parts does, as simple as it can be."""
    kept = [part for part in parts if part != NEVER]
    if ALWAYS in kept:
        return ALWAYS
    return NEVER if not kept else kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def negated(part: Condition) -> Condition:
    """The opposite of a condition, as simple as it can be."""
    if isinstance(part, Always):
        return Always(not part.value)
    return part.part if isinstance(part, Not) else Not(part)


def condition(source: str) -> Condition:
    """Read `1`, `0`, `True` or an expression. Raises ExpressionError for one that the language does not have."""
    text = " ".join(source.split())
    if text.lower() in ("1", "true"):
        return ALWAYS
    if text.lower() in ("", "0", "false", "none"):
        return NEVER
    expression = compile_expression(text)
    formula = Formula(expression)
    return formula if expression.names else Always(formula.holds({}))


def test_of(domain: list[Any]) -> Condition:
    """A domain in list form, whose leaf values are constants or Expressions, as a condition.

    Raises ExpressionError for a list that is not a domain.
    """
    rest = list(domain)
    terms: list[Condition] = []
    while rest:
        terms.append(_term(rest))
    return ALWAYS if not terms else terms[0] if len(terms) == 1 else AllOf(tuple(terms))


def _term(rest: list[Any]) -> Condition:
    if not rest:
        raise ExpressionError("The domain lacks an operand.")
    item = rest.pop(0)
    if item == "!":
        return negated(_term(rest))
    if item in ("&", "|"):
        left, right = _term(rest), _term(rest)
        return AllOf((left, right)) if item == "&" else AnyOf((left, right))
    if not isinstance(item, (list, tuple)) or len(item) != 3:
        raise ExpressionError("{part} is not a condition (field, operator, value).", part=repr(item)[:80])
    path, operator, value = item
    operator = str(operator).strip().lower()
    if operator not in OPERATORS:
        raise ExpressionError("A view cannot test with the operator {operator}.", operator=repr(operator))
    if path in (0, 1):
        return Always((path == value) == (operator in ("=", "==")))
    return Test(str(path), operator, value)


def _is_domain_part(item: Any) -> bool:
    return item in ("&", "|", "!") if isinstance(item, str) else isinstance(item, (list, tuple)) and len(item) == 3


def _value_at(path: str, names: Names) -> Any:
    head, *rest = path.split(".")
    value: Any = names[head]
    for name in rest:
        value = value[name] if isinstance(value, Mapping) else value.expression_attribute(name)
    return value


def _empty(value: Any) -> bool:
    return value is None or value is False or value == "" or value == [] or value == ()


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [] if _empty(value) else [value]


def _equal(left: Any, right: Any) -> bool:
    if _empty(left) or _empty(right):
        return (_empty(left) or left == 0) and (_empty(right) or right == 0)
    if isinstance(left, (list, tuple)) or isinstance(right, (list, tuple)):
        both = isinstance(left, (list, tuple)) and isinstance(right, (list, tuple))
        return set(_listed(left)) == set(_listed(right)) if both else bool(set(_listed(left)) & set(_listed(right)))
    return bool(left == right)


def _member(left: Any, right: Any) -> bool:
    options = list(right) if isinstance(right, (list, tuple, set, frozenset)) else [right]
    if isinstance(left, (list, tuple)) and left:
        return any(_equal(one, option) for one in left for option in options)
    return any(_equal(left, option) for option in options)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ordered(left: Any, right: Any) -> bool:
        if _empty(left) or _empty(right):
            other = right if _empty(left) else left
            if not isinstance(other, (int, float, Decimal)):
                return False
            left, right = (0 if _empty(left) else left), (0 if _empty(right) else right)
        return compare(left, right)

    return ordered


def _like(left: Any, right: Any) -> bool:
    return str(right or "") in str(left or "")


def _ilike(left: Any, right: Any) -> bool:
    return str(right or "").casefold() in str(left or "").casefold()


def _pattern(left: Any, right: Any, flags: int = 0) -> bool:
    pattern = "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in str(right or ""))
    return re.fullmatch(pattern, str(left or ""), re.DOTALL | flags) is not None


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": _equal,
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<>": lambda left, right: not _equal(left, right),
    "in": _member,
    "not in": lambda left, right: not _member(left, right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "like": _like,
    "not like": lambda left, right: not _like(left, right),
    "ilike": _ilike,
    "not ilike": lambda left, right: not _ilike(left, right),
    "=like": _pattern,
    "=ilike": lambda left, right: _pattern(left, right, re.IGNORECASE),
    "=?": lambda left, right: _empty(right) or _equal(left, right),
}


def plain(value: Any, kind: str = "") -> Any:
    """A field's value as a condition sees it; `kind` is the field's type where it is known."""
    if hasattr(value, "_ids"):
        ids = list(value._ids)
        return ids if kind in ("one2many", "many2many") else (ids[0] if ids else False)
    if kind == "many2one" and isinstance(value, (list, tuple)):
        return value[0] if value else False
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or value == "":
        return False
    return list(value) if isinstance(value, tuple) else value


def names_of(
    values: Mapping[str, Any], kinds: Mapping[str, str], environment: Names, parent: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The mapping that conditions of a view are evaluated on.

    Args:
        values: a record's values by field, as the ORM or RPC gives them.
        kinds: the type of each field.
        environment: `context`, `uid`, `time` and the other helpers (`expression_helpers`), made once a request.
        parent: the values of the record whose line this is, made by this function too.
    """
    names: dict[str, Any] = dict(environment)
    names.update((name, plain(value, kinds.get(name, ""))) for name, value in values.items())
    if parent is not None:
        names["parent"] = Values(parent)
    return names
