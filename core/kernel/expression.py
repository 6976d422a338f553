"""The one expression language: a small, safe part of Python for XML `eval`, domains, contexts, attrs and conditions.

An expression is parsed once, checked node by node against what the language has, and turned into nested closures.
What is not listed does not exist: there is no way to a class, a module, a loop or a file; every result is bounded.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from core.errors import ExpressionError, GrialError
from core.kernel.closures import Compiler, Names, Run, shortened
from core.kernel.vocabulary import PLAIN, Values, expression_helpers, shown

__all__ = ["Expression", "Values", "View", "compile_expression", "evaluate", "expression_helpers", "literal"]

LONGEST_SOURCE = 4096
DEEPEST_BRACKETS = 32

_STRINGS = re.compile(r"'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_UNEQUAL = re.compile(f"({_STRINGS.pattern})|<>", re.DOTALL)
"""OpenERP's `<>`, outside of strings; what replaces it is as long, so that columns stay right."""
_DEEP_PREFIX = re.compile(r"(?:[-+~]\s*){20}|(?:\bnot\s+){20}")


class View(Protocol):
    """An object whose declared fields an expression may read, such as `user` in `user.company_id.id`.

    `expression_attribute` answers a plain value or another view, and raises KeyError for a name it does not declare.
    A view whose methods an expression may call also has `expression_method(name)`, in the same manner, and one of
    several records `expression_item(index)`.
    """

    def expression_attribute(self, name: str) -> Any: ...  # Any: a field value


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A compiled expression.

    `names` are the free names it reads or calls, without the language's own functions; `paths` are the dotted ones,
    such as `parent.state`, each with its beginnings.
    """

    source: str
    names: frozenset[str]
    paths: frozenset[str]
    _run: Run

    def evaluate(self, names: Names) -> Any:
        """The value with the given names. Raises ExpressionError when a name is missing or a value does not fit."""
        try:
            return self._run(names)
        except GrialError:
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
            raise ExpressionError(
                "The expression {source} fails: {reason}.", source=shortened(self.source), reason=str(error)
            ) from error

    def partial(self, names: Names) -> str:
        """The source with every part that `names` can answer replaced by its value, and the rest kept.

        So `[('id', '=', active_id), ('team', '=', ref('crm.team'))]` keeps `active_id` and gets a number for `ref(…)`.
        Raises ExpressionError when such a value cannot be written as a literal.
        """
        return ast.unparse(_Partial(names).visit(_parse(self.source)))


@lru_cache(maxsize=4096)
def compile_expression(source: str) -> Expression:
    """Check and compile an expression; cached by its source.

    Raises ExpressionError, which names the construct and its column, for anything that the language does not have.
    """
    source = source.strip()
    compiler = Compiler(source)
    run = compiler.compile(_parse(source), 0)
    return Expression(source, frozenset(compiler.names), frozenset(compiler.paths), run)


def evaluate(source: str, names: Names) -> Any:
    """Compile and evaluate in one step; Any: whatever the expression computes."""
    return compile_expression(source).evaluate(names)


def literal(source: str) -> Any:
    """The value of an expression that needs no names: constants, lists, tuples, sets and dictionaries.

    Raises ExpressionError when it does need some.
    """
    expression = compile_expression(source)
    if expression.names:
        raise ExpressionError(
            "{source} is not a plain value: it needs {names}.",
            source=shortened(expression.source),
            names=expression.names,
        )
    return expression.evaluate({})


def _parse(source: str) -> ast.expr:
    """The tree, after the checks that keep the parser itself from harm."""
    if len(source) > LONGEST_SOURCE:
        raise ExpressionError("An expression has at most {most} characters.", most=LONGEST_SOURCE)
    short = shortened(source)
    outside = _STRINGS.sub("''", source)
    if unicodedata.normalize("NFKC", outside) != outside:
        raise ExpressionError("The expression {source} writes names with look-alike letters.", source=short)
    depth = deepest = 0
    for sign in outside:
        if sign in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in ")]}":
            depth -= 1
    if deepest > DEEPEST_BRACKETS or _DEEP_PREFIX.search(outside):
        raise ExpressionError("The expression {source} is nested too deeply.", source=short)
    try:
        return ast.parse(_UNEQUAL.sub(lambda found: found[1] or "!=", source), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(
            "The expression {source} cannot be read at column {column}: {reason}.",
            source=short,
            column=error.offset or 1,
            reason=error.msg,
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(
            "The expression {source} cannot be read: {reason}.", source=short, reason=str(error) or "too deep"
        ) from None


class _Partial(ast.NodeTransformer):
    """Replaces the parts of a tree whose names are all known."""

    def __init__(self, known: Names) -> None:
        self.known = known

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and not isinstance(node, ast.Constant):
            source = ast.unparse(node)
            names = compile_expression(source).names
            if names and all(name in self.known for name in names):
                return _as_node(evaluate(source, self.known))
        kept: ast.AST = super().visit(node)
        return kept

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call that must stay: only its arguments may be known, and the object whose method it is."""
        if isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Name):
            node.func.value = self._expression(node.func.value)
        node.args = [self._expression(argument) for argument in node.args]
        for keyword in node.keywords:
            keyword.value = self._expression(keyword.value)
        return node

    def _expression(self, node: ast.expr) -> ast.expr:
        replaced = self.visit(node)
        assert isinstance(replaced, ast.expr)
        return replaced


def _as_node(value: Any) -> ast.expr:
    if isinstance(value, (list, tuple)):
        kind = ast.List if isinstance(value, list) else ast.Tuple
        return kind([_as_node(item) for item in value], ast.Load())
    if isinstance(value, Mapping):
        return ast.Dict([_as_node(key) for key in value], [_as_node(item) for item in value.values()])
    if value is None or isinstance(value, (str, bool, int, float)):
        return ast.Constant(value)
    if isinstance(value, PLAIN):
        return ast.Constant(str(value))
    raise ExpressionError("{value} cannot be written into an expression.", value=shown(value))
