"""Where the Python of an addon declares something: file and line of a class, a field or a method."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator


def place_of(cls: type, name: str = "", decorator: str = "") -> tuple[str, int]:
    """File, from the folder of its addon on, and line where a class body declares a name; without one, of the class.

    With a decorator, such as `compute` or `constrains`, the line on which it is put for this name, where there is one.
    """
    try:
        file = inspect.getsourcefile(cls) or ""
        with open(file, encoding="utf-8") as opened:
            tree = ast.parse(opened.read())
    except (OSError, TypeError, SyntaxError):
        return "", 0
    parts = cls.__module__.split(".")
    inside = len(parts) - (parts.index("addons") + 1 if "addons" in parts else 0)
    shown = "/".join(file.replace("\\", "/").split("/")[-inside:])
    return shown, line_in(tree, cls.__name__, name, decorator)


def line_in(tree: ast.Module, cls: str, name: str, decorator: str = "") -> int:
    """The line of a declaration in the body of a class, or of its decorator, or else of the class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == cls:
            decorated = [line for part in node.body for line in _decorated(part, name, decorator)]
            declared = [part.lineno for part in node.body if name in _names(part)]
            return [*decorated, *declared, node.lineno][0]
    return 1


def _names(part: ast.stmt) -> list[str]:
    """The names that a statement of a class body declares."""
    if isinstance(part, ast.FunctionDef):
        return [part.name]
    if isinstance(part, ast.Assign):
        return [target.id for target in part.targets if isinstance(target, ast.Name)]
    return [part.target.id] if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) else []


def _decorated(part: ast.stmt, name: str, decorator: str) -> Iterator[int]:
    """The lines of `@name.decorator(…)`, and of `@api.decorator(…)` on a method of that name."""
    if not isinstance(part, ast.FunctionDef) or not decorator:
        return
    for one in part.decorator_list:
        owner, _, kind = ast.unparse(one).partition("(")[0].rpartition(".")
        if kind == decorator and (owner == name or part.name == name):
            yield one.lineno
