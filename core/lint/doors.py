"""What is called from outside is declared, and every door asks through the gate: rules 4 and 5 of docs/security.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from core.lint.source import Remark, Source, constant, last

_MARKS = frozenset({"_exported", "_action", "_transition", "_readonly"})
_DOORS = ("http/", "rpc/", "report/", "view/", "data/", "workflow/")
_ENGINE = frozenset(
    f"core.orm.{part}"
    for part in ("select", "fetch", "query", "domain_sql", "group", "flush", "write", "remove", "tables")
)
_FOR_ADDONS = ("core.api", "core.fields", "core.errors", "core.migrate", "core.http")
_FACADE = frozenset({"Model", "Env", "Domain", "api", "fields", "hookspec", "hookimpl", "errors", "migrate", "Command"})


def exports(source: Source) -> Iterator[Remark]:
    """Methods opened to programs by another way than a decorator, and methods that are called by a name given."""
    marked = "A method is opened to programs by @api.exported or @api.action on it, and by nothing else."
    for node in source.nodes:
        written = (
            constant(node) if isinstance(node, ast.Constant) else getattr(node, "attr", getattr(node, "arg", None))
        )
        if isinstance(written, str) and written in _MARKS:
            yield Remark(getattr(node, "lineno", 1), "mark", marked)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
            inner = node.func
            if source.dotted(inner.func) == "getattr" and len(inner.args) > 1 and not _known(inner.args[1]):
                message = (
                    "This calls a method by a name that comes from elsewhere; look it up in a mapping of functions."
                )
                yield Remark(node.lineno, "getattr", message)
    if source.inside("rpc/"):
        for called, call in source.calls():
            if called == "getattr" and len(call.args) > 1 and not _known(call.args[1]):
                message = "A name from a program is looked up among the exported ones before any getattr()."
                yield Remark(call.lineno, "getattr", message)


def _known(name: ast.expr) -> bool:
    """Is a name written here, or looked up in a mapping of constants?"""
    if isinstance(name, ast.Subscript) and isinstance(name.value, ast.Name):
        return name.value.id.isupper()
    return constant(name) is not None


def gate(source: Source) -> Iterator[Remark]:
    """Doors and addons that read the database, or the gate, by themselves."""
    if source.inside(*_DOORS):
        yield from _imports(source)
    elif not source.of_core:
        for name, line in source.imports:
            if name.startswith("core.") and not name.startswith(_FOR_ADDONS) and last(name) not in _FACADE:
                message = f"An addon does not import {name}; it uses core, {', '.join(_FOR_ADDONS)} and other addons."
                yield Remark(line, "import", message)
    if source.inside("orm/", "db/", "testing/"):
        return
    for node in source.attributes():
        if node.attr in ("gate", "rule_domain") and not source.inside("security/"):
            message = "The gate is asked through the environment: env.may(), env.check(), records.check_access()."
            yield Remark(node.lineno, "gate", message)
        elif node.attr == "connection" and (source.inside(*_DOORS) or not source.of_core):
            message = "Rights are checked by the ORM: search and read records, not the connection."
            yield Remark(node.lineno, "connection", message)
        elif node.attr in ("cr", "cursor") and not source.of_core:
            yield Remark(node.lineno, "connection", "There is no cursor; search and read records.")
        elif node.attr == "__get__" and source.inside("http/", "rpc/"):
            message = "A value for people is told by core.orm.edge, which leaves out what is hidden."
            yield Remark(node.lineno, "__get__", message)


def _imports(source: Source) -> Iterator[Remark]:
    for name, line in source.imports:
        module = name.rpartition(".")[0]
        if module in _ENGINE or name in _ENGINE:
            message = f"A door builds no query of its own; {name} is behind the gate. Search and read records."
            yield Remark(line, "engine", message)
        elif name.startswith("core.db"):
            yield Remark(line, "core.db", f"A door does not use {name}; search and read records.")
