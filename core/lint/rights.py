"""Working with more rights than the user's is a block that says why and for which models: rule 7."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from core.lint.source import Remark, Source, constant, last

_BLOCK = 'with env.elevated("why", Model) as su: passes the gate for the named models, in that block'


def rights(source: Source) -> Iterator[Remark]:
    """Blocks without a reason or models; other users and environments; in addons the environment of core."""
    entered = {
        id(item.context_expr)
        for node in source.nodes
        if isinstance(node, (ast.With, ast.AsyncWith))
        for item in node.items
    }
    for called, call in source.calls():
        name = last(called)
        if name == "elevated":
            yield from _block(call, id(call) in entered)
        elif name == "with_user":
            yield Remark(call.lineno, name, f"Nobody becomes another user; {_BLOCK}.")
        elif called in ("Env", "core.Env", "core.orm.env.Env"):
            yield Remark(call.lineno, "Env", f"Environments are made by core; {_BLOCK}.")
        elif name == "sudo":
            yield Remark(call.lineno, name, f"There is no sudo(); {_BLOCK}.")
    for node in source.attributes():
        if node.attr == "super_env" and not source.of_core:
            yield Remark(node.lineno, node.attr, f"super_env is for core's bookkeeping; {_BLOCK}.")
        elif node.attr == "super_models" and not source.inside("orm/", "security/"):
            yield Remark(node.lineno, node.attr, f"Which models are open is for core to know; {_BLOCK}.")


def _block(call: ast.Call, entered: bool) -> Iterator[Remark]:
    reason = constant(call.args[0]) if call.args else None
    if not isinstance(reason, str) or len(reason.split()) < 2:
        message = "elevated() says why in a literal sentence of at least two words, which docs/elevation.md lists."
        yield Remark(call.lineno, "elevated", message)
    if len(call.args) < 2:
        yield Remark(call.lineno, "elevated", "elevated() names the models that it opens.")
    for models in call.args[1:]:
        if isinstance(models, ast.Starred) and _everything(models.value):
            yield Remark(call.lineno, "elevated", "elevated() names its models; there is no block for everything.")
    if not entered:
        yield Remark(call.lineno, "elevated", "elevated() is entered by a with statement, and ends with it.")


def _everything(node: ast.expr) -> bool:
    """Is it the environment itself, or all models of its registry?"""
    if isinstance(node, ast.Name):
        return node.id == "env"
    return isinstance(node, ast.Attribute) and node.attr in ("env", "registry", "models")
