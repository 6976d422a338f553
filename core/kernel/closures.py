"""The nodes of the expression language, each turned into a closure; an unlisted node is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from core.errors import ExpressionError
from core.kernel.operators import BINARY, COMPARE, equal, formatter, negative
from core.kernel.vocabulary import DATE_MEMBERS, FUNCTIONS, LARGEST_NUMBER, Helper, number, shown

# Any in this file: expressions compute whatever their names hold.
Names = Mapping[str, Any]
Run = Callable[[Names], Any]

MOST_NODES = 2000
DEEPEST = 64

_CALLABLE = frozenset({FunctionType, MethodType, BuiltinFunctionType, partial})
_NOT_VALUES = _CALLABLE | {Helper, type}
_CONSTANT_NAMES: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
_FAILURES = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
_FAILURES_AND_OWN = (*_FAILURES, ExpressionError)
_CONSTRUCTS = {
    "Await": "await",
    "DictComp": "a comprehension",
    "GeneratorExp": "a comprehension",
    "JoinedStr": "an f-string",
    "Lambda": "a lambda",
    "ListComp": "a comprehension",
    "NamedExpr": "an assignment",
    "SetComp": "a comprehension",
    "Starred": "unpacking",
    "Yield": "yield",
    "YieldFrom": "yield",
    "BitAnd": "&",
    "BitOr": "|",
    "BitXor": "^",
    "Invert": "~",
    "LShift": "<<",
    "MatMult": "@",
    "Pow": "**",
    "RShift": ">>",
}


def shortened(source: str) -> str:
    """The source for an error text."""
    return source if len(source) <= 120 else source[:117] + "..."


class Compiler:
    """Turns the nodes of one expression into closures, and collects the names and paths that it reads."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.names: set[str] = set()
        self.paths: set[str] = set()
        self.nodes = 0

    def compile(self, node: ast.expr, depth: int) -> Run:
        """The closure of a node; ExpressionError when the language does not have it."""
        self.nodes += 1
        if self.nodes > MOST_NODES or depth > DEEPEST:
            raise self.refuse(node, "it is too large or nested too deeply")
        build = _NODES.get(type(node))
        if build is None:
            raise self.unknown(node, node)
        return build(self, node, depth + 1)

    def refuse(self, node: ast.expr, reason: str, **values: object) -> ExpressionError:
        """The error that names the place in the source."""
        return self.failed(node, ExpressionError(reason, **values))

    def unknown(self, node: ast.expr, construct: ast.AST) -> ExpressionError:
        kind = type(construct).__name__
        return self.refuse(node, "{construct} does not exist in expressions", construct=_CONSTRUCTS.get(kind, kind))

    def failed(self, node: ast.expr, error: Exception) -> ExpressionError:
        """A failure at this node: an error that already names its place is kept."""
        if isinstance(error, ExpressionError) and "column" in error.values:
            return error
        return ExpressionError(
            "The expression {source} fails at column {column}: {reason}.",
            source=shortened(self.source),
            column=node.col_offset + 1,
            reason=error if isinstance(error, ExpressionError) else _reason(error),
        )

    def constant(self, node: ast.Constant, depth: int) -> Run:
        value = node.value
        if isinstance(value, (int, float)) and not value <= LARGEST_NUMBER:
            raise self.refuse(node, "the number is too large")
        if value is None or isinstance(value, (bool, str, int, float)):
            return lambda names: value
        raise self.refuse(
            node, "a constant of the type {type} does not exist in expressions", type=type(value).__name__
        )

    def name(self, node: ast.Name, depth: int) -> Run:
        if node.id in _CONSTANT_NAMES:
            return self.any_name(node, depth)
        read, name = self.any_name(node, depth), node.id

        def run(names: Names) -> Any:
            try:
                value = names[name]
            except KeyError:
                return read(names)
            if value.__class__ in _NOT_VALUES:
                raise self.refuse(node, "{name} is a function, not a value", name=name)
            return value

        return run

    def any_name(self, node: ast.Name, depth: int) -> Run:
        """Reads a name that may also stand for a namespace or a function."""
        name = node.id
        if name.startswith("__"):
            raise self.refuse(node, "names that begin with __ do not exist in expressions")
        if name in _CONSTANT_NAMES:
            value = _CONSTANT_NAMES[name]
            return lambda names: names.get(name, value)
        self.names.add(name)
        self.paths.add(name)

        def run(names: Names) -> Any:
            try:
                return names[name]
            except KeyError:
                raise self.refuse(node, "the name {name} is not known here", name=name) from None

        return run

    def base(self, node: ast.expr, depth: int) -> Run:
        """The object before a dot."""
        if isinstance(node, ast.Name):
            self.nodes += 1
            return self.any_name(node, depth)
        return self.compile(node, depth)

    def sequence(self, node: ast.List | ast.Tuple | ast.Set, depth: int) -> Run:
        if isinstance(node, ast.Tuple) and node.elts and all(isinstance(item, ast.Constant) for item in node.elts):
            constants = tuple(self.compile(item, depth)({}) for item in node.elts)
            return lambda names: constants
        runs = [self.compile(item, depth) for item in node.elts]
        if isinstance(node, ast.List):
            return lambda names: [run(names) for run in runs]
        if isinstance(node, ast.Tuple):
            return lambda names: tuple([run(names) for run in runs])

        def run_set(names: Names) -> Any:
            try:
                return {run(names) for run in runs}
            except TypeError as error:
                raise self.failed(node, error) from error

        return run_set

    def dictionary(self, node: ast.Dict, depth: int) -> Run:
        pairs: list[tuple[Run, Run]] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                raise self.refuse(value, "unpacking does not exist in expressions")
            pairs.append((self.compile(key, depth), self.compile(value, depth)))

        def run(names: Names) -> Any:
            try:
                return {key(names): value(names) for key, value in pairs}
            except TypeError as error:
                raise self.failed(node, error) from error

        return run

    def boolean(self, node: ast.BoolOp, depth: int) -> Run:
        first, *others = [self.compile(value, depth) for value in node.values]
        stops_at = isinstance(node.op, ast.Or)
        if len(others) == 1:
            second = others[0]
            if stops_at:
                return lambda names: first(names) or second(names)
            return lambda names: first(names) and second(names)

        def run(names: Names) -> Any:
            value = first(names)
            for other in others:
                if bool(value) is stops_at:
                    return value
                value = other(names)
            return value

        return run

    def unary(self, node: ast.UnaryOp, depth: int) -> Run:
        operand = self.compile(node.operand, depth)
        if isinstance(node.op, ast.Not):
            return lambda names: not operand(names)
        if isinstance(node.op, ast.Invert):
            raise self.unknown(node, node.op)
        sign = negative if isinstance(node.op, ast.USub) else number

        def run(names: Names) -> Any:
            try:
                return sign(operand(names))
            except _FAILURES_AND_OWN as error:
                raise self.failed(node, error) from error

        return run

    def binary(self, node: ast.BinOp, depth: int) -> Run:
        right = self.compile(node.right, depth)
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
            try:
                fill = formatter(node.left.value)
            except ExpressionError as error:
                raise self.failed(node, error) from None
            return self.guarded(node, lambda names: fill(right(names)))
        compute = BINARY.get(type(node.op).__name__)
        if compute is None:
            raise self.unknown(node, node.op)
        left = self.compile(node.left, depth)
        return self.guarded_pair(node, compute, left, right)

    def guarded_pair(self, node: ast.expr, compute: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
        """The operator on both closures, whose failures name their place."""

        def run(names: Names) -> Any:
            try:
                return compute(left(names), right(names))
            except _FAILURES_AND_OWN as error:
                raise self.failed(node, error) from error

        return run

    def guarded(self, node: ast.expr, run: Run) -> Run:
        """The closure, whose failures name their place."""

        def guarded(names: Names) -> Any:
            try:
                return run(names)
            except _FAILURES_AND_OWN as error:
                raise self.failed(node, error) from error

        return guarded

    def comparison(self, node: ast.Compare, depth: int) -> Run:
        if (
            len(node.ops) == 1
            and isinstance(node.ops[0], (ast.Eq, ast.NotEq))
            and isinstance(node.comparators[0], ast.Constant)
        ):
            return self.equality(node, node.comparators[0].value, isinstance(node.ops[0], ast.Eq), depth)
        values = [self.compile(value, depth) for value in (node.left, *node.comparators)]
        tests = [self.test(node, test, node.comparators[index]) for index, test in enumerate(node.ops)]
        if len(tests) == 1:
            return self.guarded_pair(node, tests[0], values[0], values[1])

        def run(names: Names) -> bool:
            left = values[0](names)
            for test, value in zip(tests, values[1:], strict=True):
                right = value(names)
                if not test(left, right):
                    return False
                left = right
            return True

        return self.guarded(node, run)

    def equality(self, node: ast.Compare, constant: object, wanted: bool, depth: int) -> Run:
        """`state == 'draft'`, the commonest expression of all."""
        left = self.compile(node.left, depth)
        self.compile(node.comparators[0], depth)
        kind = type(constant)

        def run(names: Names) -> bool:
            value = left(names)
            return ((value == constant) if value.__class__ is kind else equal(value, constant)) is wanted

        return self.guarded(node, run) if isinstance(constant, float) else run

    def test(self, node: ast.expr, test: ast.cmpop, right: ast.expr) -> Callable[[Any, Any], bool]:
        if isinstance(test, (ast.Is, ast.IsNot)):
            if not isinstance(right, ast.Constant) or not (right.value is None or isinstance(right.value, bool)):
                raise self.refuse(node, "`is` is for None, True and False")
            if isinstance(test, ast.Is):
                return lambda value, constant: value is constant
            return lambda value, constant: value is not constant
        return COMPARE[type(test).__name__]

    def conditional(self, node: ast.IfExp, depth: int) -> Run:
        test, body, orelse = (self.compile(part, depth) for part in (node.test, node.body, node.orelse))
        return lambda names: body(names) if test(names) else orelse(names)

    def attribute(self, node: ast.Attribute, depth: int) -> Run:
        name = self.member(node)
        base = self.base(node.value, depth)
        if path := _path(node):
            self.paths.add(path)

        def run(names: Names) -> Any:
            value = base(names)
            try:
                read = type(value).expression_attribute
            except AttributeError:
                return self.date_member(node, value, name)
            try:
                return read(value, name)
            except _FAILURES as error:
                raise self.refuse(node, "{value} has no {name}", value=shown(value), name=name) from error

        return run

    def member(self, node: ast.Attribute) -> str:
        if node.attr.startswith("_"):
            raise self.refuse(node, "names that begin with _ do not exist in expressions")
        return node.attr

    def date_member(self, node: ast.Attribute, value: Any, name: str) -> Any:
        for kind, members, _ in DATE_MEMBERS:
            if isinstance(value, kind) and name in members:
                return getattr(value, name)
        raise self.refuse(node, "{value} has no {name}", value=shown(value), name=name)

    def subscript(self, node: ast.Subscript, depth: int) -> Run:
        base = self.compile(node.value, depth)
        key = self.slice(node.slice, depth) if isinstance(node.slice, ast.Slice) else self.compile(node.slice, depth)

        def run(names: Names) -> Any:
            value = base(names)
            item = getattr(value, "expression_item", None)
            if item is not None and not isinstance(node.slice, ast.Slice):
                return item(key(names))
            if not isinstance(value, (str, list, tuple, Mapping)):
                raise self.refuse(node, "{value} has no items", value=shown(value))
            return value[key(names)]

        return self.guarded(node, run)

    def slice(self, node: ast.Slice, depth: int) -> Run:
        low, high, step = (self.compile(part, depth) if part else None for part in (node.lower, node.upper, node.step))
        return lambda names: slice(low and low(names), high and high(names), step and step(names))

    def call(self, node: ast.Call, depth: int) -> Run:
        if _is_has_key_of_locals(node):
            name = node.args[0].value  # type: ignore[attr-defined]  # a constant, as the test above made sure
            return lambda names: name in names
        arguments = [self.compile(argument, depth) for argument in node.args]
        named: list[tuple[str, Run]] = []
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg.startswith("_"):
                raise self.refuse(node, "unpacking does not exist in expressions")
            named.append((keyword.arg, self.compile(keyword.value, depth)))
        if isinstance(node.func, ast.Name):
            find = self.function(node.func, depth)
        elif isinstance(node.func, ast.Attribute):
            find = self.method(node.func, depth)
        else:
            raise self.refuse(node, "only a function that has a name can be called")

        def run(names: Names) -> Any:
            values = [argument(names) for argument in arguments]
            return find(names)(*values, **{name: value(names) for name, value in named})

        return self.guarded(node, run)

    def function(self, node: ast.Name, depth: int) -> Run:
        if node.id in FUNCTIONS:
            own = FUNCTIONS[node.id]
            return lambda names: own
        read = self.any_name(node, depth)

        def find(names: Names) -> Any:
            value = read(names)
            if value.__class__ in _CALLABLE:
                return value
            if value.__class__ is Helper and value.call is not None:
                return value.call
            raise self.refuse(node, "{name} is not a function", name=node.id)

        return find

    def method(self, node: ast.Attribute, depth: int) -> Run:
        name = self.member(node)
        base = self.base(node.value, depth)

        def find(names: Names) -> Any:
            value = base(names)
            if isinstance(value, Mapping) and name == "get":
                return value.get
            if hasattr(type(value), "expression_method"):
                try:
                    return value.expression_method(name)
                except LookupError:
                    pass
            for kind, _, methods in DATE_MEMBERS:
                if isinstance(value, kind) and name in methods:
                    return partial(methods[name], value)
            raise self.refuse(node, "{value} has no method {name}", value=shown(value), name=name)

        return find


_NODES: Mapping[type[ast.expr], Callable[[Compiler, Any, int], Run]] = {
    ast.Attribute: Compiler.attribute,
    ast.BinOp: Compiler.binary,
    ast.BoolOp: Compiler.boolean,
    ast.Call: Compiler.call,
    ast.Compare: Compiler.comparison,
    ast.Constant: Compiler.constant,
    ast.Dict: Compiler.dictionary,
    ast.IfExp: Compiler.conditional,
    ast.List: Compiler.sequence,
    ast.Name: Compiler.name,
    ast.Set: Compiler.sequence,
    ast.Subscript: Compiler.subscript,
    ast.Tuple: Compiler.sequence,
    ast.UnaryOp: Compiler.unary,
}


def _path(node: ast.expr) -> str:
    """`a.b.c` for a chain of attributes that begins with a name, else empty."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := _path(node.value)):
        return f"{base}.{node.attr}"
    return ""


def _is_has_key_of_locals(node: ast.Call) -> bool:
    """Whether this is OpenERP's way to ask for a name: `locals().has_key('active_id')`."""
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr == "has_key"
        and isinstance(node.func.value, ast.Call)
        and isinstance(node.func.value.func, ast.Name)
        and node.func.value.func.id == "locals"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Constant)
    )


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no {error}"
    return str(error) or type(error).__name__
