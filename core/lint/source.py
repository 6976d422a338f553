"""One Python file for the rules to look at: its tree, and what its names were imported as."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.kernel.finding import Severity


@dataclass(frozen=True, order=True)
class Remark:
    """What a rule has found.

    Attributes:
        line: where.
        construct: what was used, by the name under which `reviewed` lists what was looked at and is right.
        message: what is wrong and what to do instead.
    """

    line: int
    construct: str
    message: str
    severity: Severity = "error"


@dataclass
class Source:
    """A file under its name in messages: `core/db/engine.py`, or `crm/models/lead.py` for one of an addon."""

    shown: str
    tree: ast.Module
    imports: list[tuple[str, int]] = field(default_factory=list)
    """Every imported thing with its line: `urllib.request`, `sqlalchemy.text`."""
    _meant: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.nodes = list(ast.walk(self.tree))
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for name in node.names:
                    self.imports.append((name.name, node.lineno))
                    top = name.name if name.asname else name.name.partition(".")[0]
                    self._meant[name.asname or top] = top
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for name in node.names:
                    self.imports.append((f"{node.module}.{name.name}", node.lineno))
                    self._meant[name.asname or name.name] = f"{node.module}.{name.name}"

    @property
    def of_core(self) -> bool:
        """Is it one of core, not of an addon?"""
        return self.shown.startswith("core/")

    def inside(self, *rooms: str) -> bool:
        """Is it in one of these rooms or files of core?"""
        return self.shown.startswith(tuple(f"core/{room}" for room in rooms))

    def dotted(self, node: ast.AST) -> str:
        """What an expression names, as far as it is names and dots: `sqlalchemy.text` where `sa.text` is written."""
        if isinstance(node, ast.Name):
            return self._meant.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else f".{node.attr}"
        return ""

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Every call, with what is called."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield self.dotted(node.func), node

    def attributes(self) -> Iterator[ast.Attribute]:
        """Every attribute that is named."""
        for node in self.nodes:
            if isinstance(node, ast.Attribute):
                yield node


def last(dotted: str) -> str:
    """The last name of a dotted one."""
    return dotted.rpartition(".")[2]


def constant(node: ast.AST | None) -> object:
    """The value of a constant, or None."""
    return node.value if isinstance(node, ast.Constant) else None


def is_text(node: ast.AST) -> bool:
    """Is it text that is put together on the spot, or a literal?"""
    if isinstance(node, ast.JoinedStr) or isinstance(constant(node), str):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        return is_text(node.left) or is_text(node.right)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join")
