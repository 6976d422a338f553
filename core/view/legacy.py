"""OpenERP's spellings of conditions and looks, read into today's form: attrs, states, colors, fonts, kanban script."""

from __future__ import annotations

import ast
import re
from typing import Any

from core.errors import ExpressionError
from core.kernel.expression import compile_expression
from core.view.modifiers import OPERATORS, Condition, Decoration, Formula, Test, condition, test_of

MODIFIERS = ("invisible", "readonly", "required", "column_invisible")
KINDS = frozenset({"danger", "warning", "success", "info", "primary", "muted", "bf", "it"})

_COLOURS = {
    "red": "danger", "darkred": "danger", "crimson": "danger", "maroon": "danger", "tomato": "danger",
    "orange": "warning", "darkorange": "warning", "brown": "warning", "gold": "warning", "yellow": "warning",
    "olive": "warning",
    "green": "success", "darkgreen": "success", "lightgreen": "success", "lime": "success", "teal": "success",
    "blue": "info", "darkblue": "info", "lightblue": "info", "navy": "info", "cyan": "info", "slateblue": "info",
    "purple": "primary", "magenta": "primary", "violet": "primary", "indigo": "primary", "pink": "primary",
    "fuchsia": "primary",
    "grey": "muted", "gray": "muted", "lightgrey": "muted", "lightgray": "muted", "darkgrey": "muted",
    "darkgray": "muted", "silver": "muted",
}  # fmt: skip
_FONTS = {"bold": "bf", "italic": "it"}
_RECORD = re.compile(r"\brecord\.(\w+)(?:\.(?:raw_value|value))?\b")
_NOT = re.compile(r"!(?!=)")
_WORD_SIGNS = {r"\bgte\b": ">=", r"\blte\b": "<=", r"\bgt\b": ">", r"\blt\b": "<"}


def attrs_conditions(source: str) -> dict[str, Condition]:
    """The conditions of an `attrs` attribute by modifier.

    Raises ExpressionError when it is not a mapping of modifiers to domains.
    """
    compile_expression(source)
    tree = ast.parse(source.strip(), mode="eval").body
    if not isinstance(tree, ast.Dict):
        raise ExpressionError("attrs is a mapping such as {{'invisible': [('state', '=', 'draft')]}}.")
    found: dict[str, Condition] = {}
    for key, value in zip(tree.keys, tree.values, strict=True):
        if not isinstance(key, ast.Constant) or key.value not in MODIFIERS:
            shown = ast.unparse(key) if key is not None else "**"
            raise ExpressionError("attrs knows {known}, not {key}.", known=", ".join(MODIFIERS), key=shown)
        found[str(key.value)] = domain_condition(value)
    return found


def domain_condition(node: ast.expr) -> Condition:
    """A condition from the source tree of a domain, whose values may be expressions of the form's values."""
    if not isinstance(node, (ast.List, ast.Tuple)):
        return condition(ast.unparse(node))
    items: list[Any] = []
    for element in node.elts:
        if isinstance(element, ast.Constant) and element.value in ("&", "|", "!"):
            items.append(element.value)
        elif isinstance(element, (ast.Tuple, ast.List)) and len(element.elts) == 3:
            items.append(_leaf(element.elts))
        else:
            return Formula(compile_expression(ast.unparse(node)))
    return test_of(items)


def _leaf(parts: list[ast.expr]) -> tuple[Any, str, Any]:
    path, operator, value = parts
    if not isinstance(path, ast.Constant) or not isinstance(operator, ast.Constant):
        raise ExpressionError("{part} does not name a field and an operator.", part=ast.unparse(path))
    expression = compile_expression(ast.unparse(value))
    return path.value, str(operator.value), expression if expression.names else expression.evaluate({})


def domain_paths(source: str) -> list[str]:
    """The paths that the leaves of a domain, written as an expression, test; empty for what cannot be read."""
    try:
        tree = ast.parse(" ".join(source.split()), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        str(node.elts[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Tuple, ast.List))
        and len(node.elts) == 3
        and isinstance(node.elts[0], ast.Constant)
        and isinstance(node.elts[0].value, str)
        and isinstance(node.elts[1], ast.Constant)
        and node.elts[1].value in OPERATORS | {"child_of": None, "parent_of": None, "any": None, "not any": None}
    ]


def states_condition(states: str) -> Condition:
    """`states="draft,open"`: invisible in every other state."""
    names = [state.strip() for state in states.split(",") if state.strip()]
    return Test("state", "not in", names)


def decorations(attributes: dict[str, str]) -> tuple[list[Decoration], list[str]]:
    """The looks that `decoration-*`, `colors` and `fonts` describe, and what could not be read, as messages."""
    found: list[Decoration] = []
    problems: list[str] = []
    for name, source in attributes.items():
        if name.startswith("decoration-"):
            _add(found, problems, name.removeprefix("decoration-"), source)
        elif name in ("colors", "fonts"):
            known = _COLOURS if name == "colors" else _FONTS
            for part in source.split(";"):
                look, _, when = part.partition(":")
                if not when.strip():
                    continue
                kind = known.get(look.strip().lower(), "" if name == "fonts" else _hex_kind(look.strip()))
                if kind:
                    _add(found, problems, kind, when)
                elif look.strip().lower() not in ("black", "normal"):
                    problems.append(f"{name} knows no {look.strip()!r}")
    return found, problems


def _add(found: list[Decoration], problems: list[str], kind: str, source: str) -> None:
    if kind not in KINDS:
        problems.append(f"decoration-{kind} is not known; there are {', '.join(sorted(KINDS))}")
        return
    try:
        found.append(Decoration(kind, condition(source)))
    except ExpressionError as error:
        problems.append(str(error))


def _hex_kind(colour: str) -> str:
    """The kind nearest to `#rrggbb` or `#rgb`; empty for another text."""
    match = re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", colour)
    if not match:
        return ""
    digits = match[1] if len(match[1]) == 6 else "".join(c * 2 for c in match[1])
    red, green, blue = (int(digits[i : i + 2], 16) for i in (0, 2, 4))
    if max(red, green, blue) - min(red, green, blue) < 40:
        return "muted"
    if blue == max(red, green, blue):
        return "info"
    if green > red:
        return "success"
    return "warning" if green > 100 else "danger"


def script_condition(source: str) -> Condition:
    """A condition of a kanban template, written in the script of OpenERP's web client.

    `record.state.raw_value === 'open' && !record.active.value` reads as `state == 'open' and not active`.
    Raises ExpressionError for script that has no such reading.
    """
    text = _RECORD.sub(r"\1", source).replace("===", "==").replace("!==", "!=")
    text = text.replace("&&", " and ").replace("||", " or ").replace("(new Date())", "current_date")
    text = _NOT.sub(" not ", text)
    for word, sign in _WORD_SIGNS.items():
        text = re.sub(word, sign, text)
    return condition(text)


def script_field(source: str) -> str:
    """The field that `record.name.value` shows; empty for any other script."""
    match = _RECORD.fullmatch(source.strip())
    return match[1] if match else ""
