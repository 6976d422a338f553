"""Merges the models of addons for a check; what does not fit is noted and put aside, so that the rest is checked."""

from __future__ import annotations

import ast
import inspect
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.check.places import line_in, place_of
from core.db.engine import DatabaseServer
from core.errors import GrialError
from core.kernel.config import Settings
from core.kernel.finding import Finding
from core.module import importer
from core.module.finder import Shelf, folder_of
from core.module.loading import build
from core.module.manifest import MANIFEST_FILE
from core.orm.declare import declarations
from core.orm.fields import Char, Many2many, One2many
from core.orm.fields.base import Field

if TYPE_CHECKING:
    from core.orm.model import Model
    from core.orm.registry import Registry

MOST_FAULTS = 200


def whole_addon(name: str, code: str, reason: object) -> Finding:
    """A finding that is about an addon as a whole."""
    return Finding(f"{name}/{MANIFEST_FILE}", 1, code, str(reason))


@contextmanager
def merged(order: Sequence[str], shelf: Shelf, findings: list[Finding]) -> Iterator[Registry | None]:
    """The models of these addons as a database would merge them, without one; None where they do not fit together.

    Args:
        order: addons in graph order, each with all that it needs.
        findings: gets what is wrong with their Python.
    """
    log = logging.getLogger(importer.__name__)
    level = log.level
    log.setLevel(logging.ERROR)  # the finding says it, with its place
    try:
        broken = importer.import_addons(order, shelf)
    finally:
        log.setLevel(level)
    for name, reason in broken.items():
        if not broken.keys() & set(shelf.depends()[name]):
            findings.append(_of_python(name, reason))
    works = [name for name in order if name not in broken]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env({}, data_dir=Path(folder), database_url="")
        server = DatabaseServer(settings)
        mended: set[str] = set()
        try:
            yield _built(server, settings, works, findings, mended)
        finally:
            server.dispose("check")
            for name in order[min(map(order.index, mended)) :] if mended else ():
                importer.forget(name)  # its classes lack what was put aside: whoever needs them reads them again


def _built(
    server: DatabaseServer, settings: Settings, works: Sequence[str], findings: list[Finding], mended: set[str]
) -> Registry | None:
    aside: set[str] = set()
    for _ in range(MOST_FAULTS if works else 0):
        try:
            return build(server, settings, "check", works)
        except GrialError as error:
            owner, name = _declaration(works, error)
            at = "" if "declaration" not in error.values else "constrains" if "method" in error.values else "compute"
            shown, line = place_of(owner, name, at) if owner is not None else ("", 0)
            found = Finding(shown, line, "models", str(error)) if shown else whole_addon(works[-1], "models", error)
            if owner is None or not _put_aside(owner, name) or found in findings:
                findings.append(found)
                return None
            if not (
                error.values.get("path") and error.values.get("name") in aside
            ):  # else it follows from another fault
                findings.append(found)
            aside.add(name)
            mended.add(owner._addon)
    return None


def _put_aside(cls: type[Model], name: str) -> bool:
    """Take out of a class what does not fit, keeping the name of a field; False where nobody knows how."""
    value = vars(cls).get(name)
    if isinstance(value, Field):
        if value.compute_method and value.depends:
            value.depends = ()
        else:
            setattr(cls, name, _substitute(cls, name, value))
        return True
    if getattr(value, "_constrains", None):
        value.__dict__["_constrains"] = ()
        return True
    if inspect.isfunction(value):
        delattr(cls, name)
        return True
    if name == "_order":
        cls._order = "id"
        return True
    return False


def _substitute(cls: type[Model], name: str, field: Field[Any, Any]) -> Field[Any, Any]:  # Any: as every field
    """A field that takes the place of one that does not fit; what a list leads to is known all the same."""
    found: Field[Any, Any] = Many2many(field.target) if isinstance(field, One2many) else Char(field.string)
    found.__set_name__(cls, name)
    found.store = isinstance(field, One2many)
    return found


def _declaration(addons: Sequence[str], error: GrialError) -> tuple[type[Model] | None, str]:
    """The class, and the name in it, that an error about models speaks of."""
    values = error.values
    given = values.get("declaration") or (values.get("model"), values.get("field") or values.get("name"))
    model, name = given if isinstance(given, tuple) else ("", "")
    classes = [cls for addon in reversed(addons) for cls in reversed(declarations(addon)) if cls._name == model]
    declaring = [cls for cls in classes if name in vars(cls)]
    meant = [cls for cls in declaring if cls.__module__ == values.get("addon")]  # where an error names the module
    return next(iter([*meant, *declaring, *classes[-1:]]), None), str(name)


def _of_python(name: str, reason: GrialError) -> Finding:
    """The finding about Python that cannot be imported, at its own place where that is known."""
    values = reason.values
    if "file" not in values or "line" not in values:
        return whole_addon(name, "python", reason)
    file, line = str(values["file"]), int(str(values["line"]))
    if values.get("field"):  # the error was raised at the end of the class, but speaks of a part of it
        line = _line_below(name, file, line, str(values["field"]))
    return Finding(file, line, "python", str(values.get("reason", reason)))


def _line_below(addon: str, file: str, line: int, field: str) -> int:
    """The line of a field in the class that begins at a line of a file of the addon."""
    folder = folder_of(addon)
    tree = ast.parse((folder.parent / file).read_text(encoding="utf-8")) if folder is not None else ast.Module([], [])
    classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.lineno == line]
    return line_in(tree, classes[0], field) if classes else line
