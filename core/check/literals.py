"""Checks literal values and domains of Python code against the fields of their model, before the code runs."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from core.kernel.finding import suggestion
from core.orm.domain import DATE_PARTS, OPERATORS, SYNONYMS

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo, Registry

Problem = tuple[int, str, str]
"""Line, code and text."""
ModelOf = Callable[[ast.expr], "str | None"]

TEXTS = frozenset({"char", "text", "html"})
NUMBERS = frozenset({"float", "decimal", "monetary"})
TO_MANY = frozenset({"one2many", "many2many"})
UNKNOWN = object()


class Literals:
    """Checks the literals that stand for values or conditions of one model."""

    def __init__(self, registry: Registry, reaches: Callable[[str], bool], model_of: ModelOf) -> None:
        """`reaches` tells whether the code may use what an addon brings; `model_of` the model of an expression."""
        self.registry = registry
        self.reaches = reaches
        self.model_of = model_of

    def field(self, info: ModelInfo, name: str, line: int, code: str) -> Iterator[Problem]:
        """Why the code may not name this field."""
        field = info.fields.get(name)
        if field is None:
            yield line, code, f"{info.name} has no field {name!r}.{suggestion(name, info.fields)}"
        elif not self.reaches(field.addon):
            yield line, "depends", foreign(f"{info.name}.{name}", field.addon)

    def values(self, info: ModelInfo, node: ast.expr) -> Iterator[Problem]:
        """What is wrong with a literal mapping, or a list of such, that records are made or changed with."""
        if isinstance(node, (ast.List, ast.Tuple)):
            for part in node.elts:
                yield from self.values(info, part)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                    continue
                problems = list(self.field(info, key.value, key.lineno, "code-field"))
                yield from problems or self.value(info.fields[key.value], value)

    def value(self, field: Field[Any, Any], node: ast.expr) -> Iterator[Problem]:
        """What is wrong with a literal value of a field."""
        comodel = str(getattr(field, "comodel", "") or "")
        model = self.model_of(node)
        if model is not None and not field.to_many:
            if model != comodel and field.type != "reference":
                wanted = f"links to {comodel}" if comodel else f"is of the type {field.type}"
                yield node.lineno, "code-value", f"{field.model}.{field.name} {wanted}, not a record of {model}."
            return
        if field.type in TO_MANY:
            yield from self._commands(field, comodel, node)
            return
        value = _constant(node)
        if value is UNKNOWN or value is None or value is False:
            return
        options = getattr(field, "options", None)
        if field.type == "selection" and isinstance(options, dict):
            if value not in options:
                hint = suggestion(str(value), map(str, options))
                yield node.lineno, "code-value", f"{field.model}.{field.name} has no value {value!r}.{hint}"
        elif not _fits(field.type, value):
            yield node.lineno, "code-value", f"{value!r} is no value for {field.model}.{field.name} ({field.type})."

    def domain(self, info: ModelInfo, node: ast.expr) -> Iterator[Problem]:
        """What is wrong with a domain written as a list."""
        if not isinstance(node, (ast.List, ast.Tuple)):
            return
        for part in node.elts:
            leaf = part.elts if isinstance(part, (ast.List, ast.Tuple)) else []
            if len(leaf) != 3 or not all(isinstance(one, ast.Constant) for one in leaf[:2]):
                continue
            path, operator = _constant(leaf[0]), _constant(leaf[1])
            if not isinstance(path, str) or not isinstance(operator, str):
                continue
            name = operator.strip().lower()
            if SYNONYMS.get(name, name) not in OPERATORS:
                yield leaf[1].lineno, "code-domain", f"There is no operator {operator!r}.{suggestion(name, OPERATORS)}"
            problems, field = self.path(info, path, part.lineno)
            yield from problems
            options = getattr(field, "options", None)
            if field is not None and field.type == "selection" and isinstance(options, dict):
                yield from self.options(field, leaf[2])

    def options(self, field: Field[Any, Any], node: ast.expr) -> Iterator[Problem]:
        """What is wrong with a value, or a list of values, that a selection is compared with."""
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            for part in node.elts:
                yield from self.options(field, part)
        elif isinstance(value := _constant(node), str) and value and isinstance(getattr(field, "options", None), dict):
            yield from self.value(field, node)

    def path(self, info: ModelInfo, path: str, line: int) -> tuple[list[Problem], Field[Any, Any] | None]:
        """What is wrong with a dotted path, and the field at its end."""
        here: ModelInfo | None = info
        field: Field[Any, Any] | None = None
        for name in path.split("."):
            if here is None:
                if field is not None and (name in DATE_PARTS or field.type in ("json", "reference")):
                    return [], None
                shown = f"{field.model}.{field.name}" if field is not None else path
                return [(line, "code-domain", f"{shown} is no link, so {path!r} leads nowhere.")], None
            problems = list(self.field(here, name, line, "code-domain"))
            if problems:
                return problems, None
            field = here.fields[name]
            here = self.registry.models.get(str(getattr(field, "comodel", ""))) if field.relational else None
        return [], field

    def _commands(self, field: Field[Any, Any], comodel: str, node: ast.expr) -> Iterator[Problem]:
        """The values inside the commands of a list of links."""
        value = _constant(node)
        if value is not UNKNOWN and value not in (None, False):
            shown = f"{field.model}.{field.name}"
            yield node.lineno, "code-value", f"{shown} takes a list of commands, not {value!r}."
        info = self.registry.models.get(comodel)
        if info is None or not isinstance(node, (ast.List, ast.Tuple)):
            return
        for command in node.elts:
            if isinstance(command, (ast.List, ast.Tuple)) and len(command.elts) == 3:
                if _constant(command.elts[0]) in (0, 1):
                    yield from self.values(info, command.elts[2])
            elif isinstance(command, ast.Call) and ast.unparse(command.func) in ("Command.create", "Command.update"):
                yield from self.values(info, command.args[-1])


def foreign(what: str, addon: str) -> str:
    """The text about something of an addon that is not among those this one needs."""
    return f"{what} belongs to the addon {addon}, which this one does not depend on."


def _constant(node: ast.expr) -> Any:
    """The value of a literal, UNKNOWN for any other expression."""
    try:
        return ast.literal_eval(node) if isinstance(node, (ast.Constant, ast.UnaryOp)) else UNKNOWN
    except ValueError:
        return UNKNOWN


def _fits(kind: str, value: Any) -> bool:
    """May a field of this type be given this constant?"""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind in TEXTS:
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool) or value in (0, 1)
    if kind in ("integer", "many2one"):
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in NUMBERS:
        return number or (isinstance(value, str) and _is_number(value))
    if kind in ("date", "datetime"):
        return value == "" or (isinstance(value, str) and _is_moment(value))
    return True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
