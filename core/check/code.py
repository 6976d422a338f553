"""Checks the Python of an addon for what a type checker cannot see: names of models and fields in texts, imports."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.check.literals import Literals, Problem, foreign
from core.check.places import place_of
from core.check.receivers import Receivers
from core.kernel.finding import Finding, suggestion
from core.orm.declare import declarations

if TYPE_CHECKING:
    from core.module.manifest import Manifest
    from core.orm.model import Model
    from core.orm.registry import ModelInfo, Registry

LEFT_OUT = frozenset({"tests", "migrations", "static", "__pycache__"})
"""Folders whose Python is not a part of the running addon; tests make mistakes on purpose."""
LINKED = ("_compute_", "_inverse_", "_search_", "_onchange_", "_default_", "_check_")
"""Names of methods that somebody has to be told of, by a decorator or by name."""
WITH_VALUES = {"create": 0, "write": 0, "copy": 0}
WITH_DOMAIN = {"search": 0, "search_count": 0, "search_read": 0, "filtered": 0, "grouped": 0, "read_group": 0}


def code_findings(manifest: Manifest, registry: Registry, reachable: frozenset[str]) -> list[Finding]:
    """What is wrong with the Python of one addon.

    Args:
        registry: of all addons that are checked.
        reachable: the addon itself and those it needs.
    """
    findings: list[Finding] = []
    texts: list[str] = []
    for path in sorted(manifest.folder.rglob("*.py")):
        inside = path.relative_to(manifest.folder)
        if LEFT_OUT & set(inside.parts) or inside.name == "__manifest__.py":
            continue
        try:
            text = path.read_text(encoding="utf-8")
            tree = ast.parse(text)
        except (OSError, ValueError, SyntaxError):
            continue  # its import has failed, which is a finding of its own
        texts.append(text)
        shown = f"{manifest.addon}/{inside.as_posix()}"
        check = _Check(_module_of(manifest, inside), tree, registry, reachable)
        findings += [Finding(shown, line, code, message) for line, code, message in check.run(tree)]
    return [*findings, *_unlinked(manifest.addon, registry, "\n".join(texts))]


def _module_of(manifest: Manifest, inside: Path) -> str:
    return ".".join(["addons", manifest.addon, *inside.with_suffix("").parts]).removesuffix(".__init__")


class _Check:
    """Checks one module."""

    def __init__(self, module: str, tree: ast.Module, registry: Registry, reachable: frozenset[str]) -> None:
        self.module = module
        self.registry = registry
        self.reachable = reachable
        self.receivers = Receivers(module, tree, registry)
        self.literals = Literals(registry, self.reaches, self.receivers.model_of)
        self.asked: frozenset[str] = frozenset()

    def reaches(self, addon: str) -> bool:
        """May the code use what this addon brings?"""
        return addon in self.reachable or addon in ("", "core")

    def run(self, tree: ast.Module) -> Iterator[Problem]:
        """Line, code and text of every fault."""
        for node in ast.walk(tree):
            if isinstance(node, (ast.ImportFrom, ast.Import)):
                yield from self._import(node)
        yield from self._body(tree, "")

    def _import(self, node: ast.ImportFrom | ast.Import) -> Iterator[Problem]:
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "addons" and len(parts) > 1 and not self.reaches(parts[1]):
                yield node.lineno, "depends", foreign(name, parts[1])

    def _body(self, parent: ast.Module | ast.ClassDef, owner: str) -> Iterator[Problem]:
        for node in parent.body:
            if isinstance(node, ast.ClassDef):
                cls = self.receivers.class_of(ast.Name(node.name))
                yield from self._body(node, str(getattr(cls, "_name", "")) if cls is not None else "")
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.receivers.enter(node, owner)
                self.asked = frozenset(_models_asked_for(node))
                yield from self._function(node)

    def _function(self, function: ast.AST) -> Iterator[Problem]:
        for node in ast.walk(function):
            if isinstance(node, ast.Subscript) and self.receivers.is_env(node.value):
                yield from self._model(node)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield from self._call(node, node.func)
            elif isinstance(node, ast.Compare) and len(node.ops) == 1:
                yield from self._comparison(node)

    def _model(self, node: ast.Subscript) -> Iterator[Problem]:
        if not isinstance(node.slice, ast.Constant) or node.slice.value in self.asked:
            return
        name = self.receivers.model_at(node)
        info = self.registry.models.get(name or "")
        if name and info is None:
            yield node.lineno, "code-model", f"There is no model {name!r}.{suggestion(name, self.registry.models)}"
        elif info is not None and not self.reaches(info.addon):
            yield node.lineno, "depends", foreign(info.name, info.addon)

    def _call(self, node: ast.Call, method: ast.Attribute) -> Iterator[Problem]:
        info = self.registry.models.get(self.receivers.model_of(method.value) or "")
        if info is None:
            return
        name = method.attr
        if name in WITH_VALUES:
            for argument in [*node.args[:1], *(one.value for one in node.keywords)]:
                yield from self.literals.values(info, argument)
        elif name in WITH_DOMAIN:
            given = [*node.args[:1], *(one.value for one in node.keywords if one.arg in ("domain", "condition"))]
            for argument in given:
                yield from self.literals.domain(info, argument)
        if name in ("mapped", "filtered", "sorted") and node.args:
            yield from self._path(info, node.args[0])

    def _path(self, info: ModelInfo, node: ast.expr) -> Iterator[Problem]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from self.literals.path(info, node.value, node.lineno)[0]

    def _comparison(self, node: ast.Compare) -> Iterator[Problem]:
        """A selection, of a class or a record, compared with something that it can never be."""
        left = node.left
        if not isinstance(left, ast.Attribute) or not isinstance(node.ops[0], (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
            return
        cls = self.receivers.class_of(left.value)
        name = str(getattr(cls, "_name", "")) if cls is not None else self.receivers.model_of(left.value)
        info = self.registry.models.get(name or "")
        field = info.fields.get(left.attr) if info is not None else None
        if field is not None and field.type == "selection":
            yield from self.literals.options(field, node.comparators[0])


def _models_asked_for(function: ast.AST) -> Iterator[str]:
    """The models of which a function asks first whether they are there: `if "mail.message" in env`."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], (ast.In, ast.NotIn)):
            continue
        if isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
            yield node.left.value


def _unlinked(addon: str, registry: Registry, text: str) -> Iterator[Finding]:
    """Methods whose names say that a field or a rule calls them, and that nothing names: a decorator is missing."""
    for cls in declarations(addon):
        info = registry.models.get(cls._name)
        for name, method in vars(cls).items():
            if info is None or not name.startswith(LINKED) or not inspect.isfunction(method):
                continue
            if _is_linked(cls, info, name) or len(re.findall(rf"(?<!def )\b{name}\b", text)):
                continue
            shown, line = place_of(cls, name)
            prefix = next(one for one in LINKED if name.startswith(one))
            wanted = {
                "_onchange_": "@<field>.on_change", "_default_": "@<field>.default_from", "_check_": "@api.constrains",
            }.get(prefix, f"@<field>.{prefix.strip('_')}")  # fmt: skip
            message = f"Nothing calls {cls._name}.{name}: a decorator such as {wanted} is missing."
            yield Finding(shown, line, "code-link", message)


def _is_linked(cls: type[Model], info: ModelInfo, name: str) -> bool:
    if any(name in vars(base) for base in cls.__mro__[1:]):
        return True  # an override is called as what it overrides
    linked = {method for method, _ in info.constrains} | {one for names in info.on_changes.values() for one in names}
    for field in info.fields.values():
        linked |= {field.compute_method, field.inverse_method, field.search_method, field.default_method}
    return name in linked
