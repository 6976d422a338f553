"""Where the Python of an addon declares something: file and line of a class, a field or a method."""

from __future__ import annotations

import ast
import inspect


def place_of(cls: type, name: str = "") -> tuple[str, int]:
    """File, from the folder of its addon on, and line where a class body declares a name; without one, of the class."""
    try:
        file = inspect.getsourcefile(cls) or ""
        with open(file, encoding="utf-8") as opened:
            tree = ast.parse(opened.read())
    except (OSError, TypeError, SyntaxError):
        return "", 0
    parts = cls.__module__.split(".")
    inside = len(parts) - (parts.index("addons") + 1 if "addons" in parts else 0)
    shown = "/".join(file.replace("\\", "/").split("/")[-inside:])
    return shown, line_in(tree, cls.__name__, name)


def line_in(tree: ast.Module, cls: str, name: str) -> int:
    """The line of a declaration in the body of a class, or else of the class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == cls:
            for part in node.body:
                names = [part.name] if isinstance(part, ast.FunctionDef) else []
                if isinstance(part, ast.Assign):
                    names = [target.id for target in part.targets if isinstance(target, ast.Name)]
                elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                    names = [part.target.id]
                if name in names:
                    return part.lineno
            return node.lineno
    return 1
