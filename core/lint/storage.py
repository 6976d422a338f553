"""Files of people are written by core/files alone: rule 16 of docs/security.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from core.lint.source import Remark, Source, constant, last

_PATH = frozenset({"write_text", "write_bytes", "mkdir", "rmdir", "symlink_to", "hardlink_to", "chmod", "touch"})
_OS = frozenset(
    {"open", "remove", "unlink", "rename", "replace", "mkdir", "makedirs", "rmdir", "symlink", "link", "truncate"}
)
_MODES = frozenset("wax+")


def storage(source: Source) -> Iterator[Remark]:
    """Files and folders that are written, moved or deleted."""
    if source.inside("files/"):
        return
    message = (
        "writes outside of the file store; keep bytes in a fields.Binary, which core/files stores by their content"
    )
    for name, line in source.imports:
        top = name.partition(".")[0]
        if top in ("tempfile", "shutil"):
            yield Remark(line, top, f"{top} {message}.")
    for called, call in source.calls():
        name = last(called)
        if called.startswith("os.") and called.count(".") == 1 and name in _OS:
            yield Remark(call.lineno, f"os.{name}", f"os.{name}() {message}.")
        elif isinstance(call.func, ast.Attribute) and name in _PATH:
            yield Remark(call.lineno, name, f"{name}() {message}.")
        elif name == "open" and _writes(call, 1 if called in ("open", "io.open") else 0):
            yield Remark(call.lineno, "open", f"open() {message}.")
        elif name == "unlink" and any(keyword.arg == "missing_ok" for keyword in call.keywords):
            yield Remark(call.lineno, name, f"unlink() {message}.")


def _writes(call: ast.Call, place: int) -> bool:
    """Is the mode one that writes? A mode that is not written here counts as one."""
    mode: ast.AST | None = next((keyword.value for keyword in call.keywords if keyword.arg == "mode"), None)
    if mode is None and len(call.args) > place:
        mode = call.args[place]
    if mode is None:
        return False
    written = constant(mode)
    return isinstance(written, str) and len(written) <= 3 and bool(_MODES & set(written))
