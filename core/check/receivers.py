"""Tells from the source of a function of which model a recordset is: `self`, `env[Lead]`, links, searches, loops."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from core.orm.declare import ModelMeta

if TYPE_CHECKING:
    from core.orm.registry import Registry

KEEPING = frozenset(
    ["browse", "search", "create", "copy", "filtered", "sorted", "exists", "readable", "ensure_one", "with_env",
     "with_context", "with_user", "lock", "compare_and_set"]
)  # fmt: skip
"""Methods of a recordset that answer with records of the same model."""
ENVIRONMENTS = frozenset({"env", "su_env", "super_env"})

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Receivers:
    """The models of the expressions of one module; what it cannot tell is None, and stays unchecked."""

    def __init__(self, module: str, tree: ast.Module, registry: Registry) -> None:
        self.registry = registry
        self.names = _names_of(module, tree)
        self.locals: dict[str, str] = {}
        self.owner = ""

    def enter(self, function: ast.FunctionDef | ast.AsyncFunctionDef, owner: str) -> None:
        """Read a function of a class of the model `owner` (empty outside of models).

        A name that stands for more than one model, or for something else too, is not told.
        """
        self.owner, self.locals = owner, {}
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        given = {one.arg: self._annotated(one.annotation) for one in arguments}
        if owner and arguments and arguments[0].arg == "self":
            given["self"] = owner
        for _ in range(3):  # what one pass has learned helps the next
            found: dict[str, set[str | None]] = {name: {model} for name, model in given.items()}
            for name, model in self._bindings(function):
                found.setdefault(name, set()).add(model)
            self.locals = {
                name: model for name, models in found.items() if len(models) == 1 for model in models if model
            }

    def model_of(self, node: ast.expr | None) -> str | None:
        """The model of the records that an expression gives."""
        if isinstance(node, ast.Name):
            return self.locals.get(node.id)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Subscript):
            return self.model_at(node) if self.is_env(node.value) else self.model_of(node.value)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.BinOp):
            return self.model_of(node.left)
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
            models = {self.model_of(part) for part in parts}
            return models.pop() if len(models) == 1 else None
        return self.model_of(node.value) if isinstance(node, ast.NamedExpr) else None

    def class_of(self, node: ast.expr) -> type | None:
        """The model class that an expression names."""
        found = None
        if isinstance(node, ast.Name) and node.id not in self.locals:
            found = self.names.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = getattr(self.names.get(node.value.id), node.attr, None)
        return found if isinstance(found, ModelMeta) else None

    def is_env(self, node: ast.expr) -> bool:
        """Is this an environment?"""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return node.func.attr in ("with_context", "with_user") and self.is_env(node.func.value)
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        return name in ENVIRONMENTS

    def model_at(self, node: ast.Subscript) -> str | None:
        """The model that `env[…]` names, by class or by a literal name; it need not exist."""
        if isinstance(node.slice, ast.Constant):
            return node.slice.value if isinstance(node.slice.value, str) else None
        cls = self.class_of(node.slice)
        return str(getattr(cls, "_name", "")) or None if cls is not None else None

    def _attribute(self, node: ast.Attribute) -> str | None:
        if self.is_env(node.value) and node.attr in ("user", "company"):
            return {"user": "res.users", "company": "res.company"}[node.attr]
        info = self.registry.models.get(self.model_of(node.value) or "")
        field = info.fields.get(node.attr) if info is not None else None
        return str(getattr(field, "comodel", "")) or None if field is not None and field.relational else None

    def _call(self, node: ast.Call) -> str | None:
        if isinstance(node.func, ast.Name):
            return self.owner or None if node.func.id == "super" and not node.args else None
        if not isinstance(node.func, ast.Attribute):
            return None
        if node.func.attr == "of":
            cls = self.class_of(node.func.value)
            return str(getattr(cls, "_name", "")) if cls is not None else None
        return self.model_of(node.func.value) if node.func.attr in KEEPING else None

    def _annotated(self, node: ast.expr | None) -> str | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            node = ast.Name(node.value)
        cls = self.class_of(node) if node is not None else None
        return str(getattr(cls, "_name", "")) or None if cls is not None else None

    def _bindings(self, function: ast.AST) -> Iterator[tuple[str, str | None]]:
        """Every name that the body of a function binds, with the model of what it is bound to."""
        for node in ast.walk(function):
            if isinstance(node, _SCOPES) and node is not function:
                for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
                    yield one.arg, None
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from self._bound(target, self.model_of(node.value))
            elif isinstance(node, ast.AnnAssign):
                yield from self._bound(node.target, self._annotated(node.annotation) or self.model_of(node.value))
            elif isinstance(node, (ast.AugAssign, ast.NamedExpr)):
                yield from self._bound(node.target, self.model_of(node.value))
            elif isinstance(node, (ast.For, ast.comprehension)):
                yield from self._bound(node.target, self.model_of(node.iter))
            elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                yield from self._bound(node.optional_vars, None)

    def _bound(self, target: ast.expr, model: str | None) -> Iterator[tuple[str, str | None]]:
        if isinstance(target, ast.Name):
            yield target.id, model
        elif isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                yield from self._bound(part, None)


def _names_of(module: str, tree: ast.Module) -> Mapping[str, object]:
    """What the global names of an imported module stand for, those that only type checkers import too."""
    names = dict(vars(sys.modules[module])) if module in sys.modules else {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            origin = sys.modules.get(node.module)
            for alias in node.names:
                found = getattr(origin, alias.name, None) or sys.modules.get(f"{node.module}.{alias.name}")
                if found is not None:
                    names.setdefault(alias.asname or alias.name, found)
    return names
