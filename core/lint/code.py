"""No text becomes code: rule 1 of docs/security.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from core.lint.source import Remark, Source, constant, last

_RUN = frozenset({"eval", "exec", "compile", "__import__"})
_SHELLS = frozenset({"system", "popen", "execl", "execle", "execlp", "execv", "execve", "execvp", "spawnl", "spawnv"})
_LOADERS = frozenset(
    {"pickle", "cPickle", "marshal", "shelve", "dill", "jsonpickle", "cloudpickle", "code", "codeop", "ctypes", "yaml"}
)
_MODULES = frozenset({"import_module", "spec_from_file_location", "SourceFileLoader"})
_TEMPLATES = frozenset({"jinja2.Environment", "jinja2.Template", "jinja2.environment.Environment"})


def code(source: Source) -> Iterator[Remark]:
    """Code made of text, loaders of foreign objects, shells, templates outside of the sandbox, formats not known."""
    for name, line in source.imports:
        top = name.partition(".")[0]
        if top in _LOADERS:
            yield Remark(line, top, f"{top} makes code or objects of foreign bytes; use JSON.")
        elif top == "subprocess":
            yield Remark(line, top, "Grial starts no programs; a library that does the work in Python is needed.")
    for called, call in source.calls():
        name = last(called)
        if called.removeprefix("builtins.") in _RUN:
            message = f"{name}() runs text as code; use core.kernel.expression, or ast.literal_eval for plain values."
            yield Remark(call.lineno, name, message)
        elif called.startswith("os.") and name in _SHELLS:
            yield Remark(call.lineno, name, f"os.{name}() starts a program; do the work in Python.")
        elif called.startswith("importlib.") and name in _MODULES:
            yield Remark(call.lineno, name, f"{name}() imports what a text names; import it by a statement.")
        elif called in _TEMPLATES:
            message = f"{name} of Jinja lets a template reach everything; print with a <report>, which has a sandbox."
            yield Remark(call.lineno, last(called), message)
        elif name == "Markup" and called.startswith("markupsafe.") and not _literal(call):
            yield Remark(call.lineno, name, "Markup() of what is no literal lets markup of people through; escape it.")
        elif name in ("format", "format_map") and isinstance(call.func, ast.Attribute):
            yield from _format(call.func, call)


def _literal(call: ast.Call) -> bool:
    return not call.args or isinstance(constant(call.args[0]), str)


def _format(method: ast.Attribute, call: ast.Call) -> Iterator[Remark]:
    """`text.format(…)` where the text is not written here: its places could read any attribute of a value."""
    base = method.value
    if isinstance(constant(base), str) or (isinstance(base, ast.Name) and base.id.isupper()):
        return
    if isinstance(base, ast.Attribute) and base.attr.isupper():
        return
    message = (
        f".{method.attr}() of a text from elsewhere reads attributes of values; use env._() or core.errors.fill()."
    )
    yield Remark(call.lineno, method.attr, message)
