"""Rewrites field names inside stored domains, contexts and views when a field is renamed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from core.orm.domain import OPERATORS, SYNONYMS

Follow = Callable[[str, str], str]
"""Gives the model that a field of a model links to, or "" when it is no link."""

_FIELD_NAME = re.compile(r"""(<field\b[^>]*?\bname\s*=\s*)(["'])([\w.]+)\2""")
_OPERATORS = {*OPERATORS, *SYNONYMS}
_GROUP_KEYS = ("group_by", "orderedBy", "order_by")


class FieldRename:
    """One renamed field; `follow` must know the links of the models as they are after the renaming."""

    def __init__(self, model: str, old: str, new: str, follow: Follow) -> None:
        self.model = model
        self.old = old
        self.new = new
        self.follow = follow

    def path(self, model: str, path: str) -> str:
        """A dotted path that starts at `model`, with the renamed field's new name in it."""
        steps = path.split(".")
        for position, step in enumerate(steps):
            if model == self.model and step == self.old:
                steps[position] = step = self.new
            model = self.follow(model, step) if model else ""
        return ".".join(steps)

    def domain(self, model: str, text: str) -> str:
        """A domain of `model` in list form, rewritten; text that is no literal list of conditions stays as it is."""
        return self._literal(model, text, _leaf_names)

    def context(self, model: str, text: str) -> str:
        """A context of an action or filter on `model`: what it groups and orders by, defaults and search defaults."""
        changed = self._literal(model, text, _group_names)
        if model == self.model:
            for prefix in ("default_", "search_default_"):
                changed = re.sub(
                    rf"""(["']){prefix}{re.escape(self.old)}\1""", rf"\g<1>{prefix}{self.new}\g<1>", changed
                )
        return changed

    def view(self, model: str, arch: str) -> str:
        """The names of fields in a view of `model`. Views inside one2many fields are of other models and stay."""
        if model != self.model:
            return arch

        def replace(found: re.Match[str]) -> str:
            name = self.new if found[3] == self.old else found[3]
            return f"{found[1]}{found[2]}{name}{found[2]}"

        return _FIELD_NAME.sub(replace, arch)

    def _literal(self, model: str, text: str, names: Callable[[ast.AST], Iterator[ast.Constant]]) -> str:
        if self.old not in text:
            return text
        source = text.strip()
        try:
            tree = ast.parse(source, mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return text
        lines = source.encode().split(b"\n")
        found = sorted(
            (node for part in ast.walk(tree) for node in names(part)),
            key=lambda node: (node.lineno, node.col_offset),
            reverse=True,
        )
        for node in found:
            name, _, unit = str(node.value).partition(":")
            changed = self.path(model, name)
            if changed == name or node.lineno != node.end_lineno or node.end_col_offset is None:
                continue
            line = lines[node.lineno - 1]
            written = repr(f"{changed}:{unit}" if unit else changed).encode()
            lines[node.lineno - 1] = line[: node.col_offset] + written + line[node.end_col_offset :]
        return b"\n".join(lines).decode()


def _leaf_names(node: ast.AST) -> Iterator[ast.Constant]:
    """The field path of a condition `(path, operator, value)`."""
    if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == 3:
        name, operator = node.elts[:2]
        names = isinstance(name, ast.Constant) and isinstance(name.value, str)
        if names and isinstance(operator, ast.Constant) and operator.value in _OPERATORS:
            assert isinstance(name, ast.Constant)
            yield name


def _group_names(node: ast.AST) -> Iterator[ast.Constant]:
    """The field paths under the keys of a context that group or order."""
    if not isinstance(node, ast.Dict):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant) or key.value not in _GROUP_KEYS:
            continue
        for item in value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]:
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item
