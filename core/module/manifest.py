"""Reads an addon's `__manifest__.py`: data only, parsed as a literal and never run."""

from __future__ import annotations

import ast
import difflib
import keyword
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from core.errors import GrialError, ManifestError

MANIFEST_FILE = "__manifest__.py"
ADDON_NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
LARGEST_FILE = 64 * 1024

_VERSION = re.compile(r"^\d{1,9}(\.\d{1,9}){0,5}$")


def is_addon_name(name: str) -> bool:
    """Can an addon be called so: can Python import it, and is it nobody else's name?"""
    return bool(ADDON_NAME.match(name)) and not keyword.iskeyword(name) and name != "core"


def version_key(version: str) -> tuple[int, ...]:
    """The comparable form of a version: `1.10` is newer than `1.9`, and `1.0` equals `1`.

    Raises ValueError when the text is not a version.
    """
    if not _VERSION.match(version):
        raise ValueError(version)
    parts = [int(part) for part in version.split(".")]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an addon says about itself; `addon` is its folder's name and its technical name."""

    addon: str
    folder: Path
    name: str = ""
    version: str = "1.0"
    summary: str = ""
    description: str = ""
    category: str = ""
    author: str = ""
    website: str = ""
    license: str = ""
    depends: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    demo: tuple[str, ...] = ()
    application: bool = False
    auto_install: bool = False
    installable: bool = True
    aliases: tuple[str, ...] = ()
    sequence: int = 100
    external: tuple[str, ...] = ()
    lines: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def file(self) -> Path:
        """Where the manifest was read from."""
        return self.folder / MANIFEST_FILE

    def is_newer_than(self, version: str) -> bool:
        """Are the files newer than this version that a database has? An empty version is older than any."""
        return not version or version_key(self.version) > version_key(version)

    def missing_files(self) -> list[str]:
        """Listed data and demo files that are not in the addon's folder."""
        return [name for name in (*self.data, *self.demo) if not (self.folder / name).is_file()]


def read_manifest(folder: Path, faults: list[ManifestError] | None = None) -> Manifest:
    """The manifest of the addon in `folder`.

    Args:
        folder: of the addon.
        faults: gets what is wrong with single entries, which are left out then, instead of having it raised.

    Raises ManifestError with file and line: no such file, not a literal mapping, an unknown key, a
    value of the wrong type, a bad version or a path that leaves the folder.
    """
    file = folder / MANIFEST_FILE
    if not is_addon_name(folder.name):
        raise _refusal(file, 1, "{addon} is no addon name: use lower-case letters, digits and _", addon=folder.name)
    values: dict[str, Any] = {}  # Any: literals of every kind until their reader has checked them
    lines: dict[str, int] = {}
    for key, node in _entries(file):
        try:
            if key in values:
                raise _refusal(file, node.lineno, "{key} is given twice", key=key)
            values[key] = _value(file, key, node)
        except ManifestError as error:
            if faults is None:
                raise
            faults.append(error)
        lines[key] = node.lineno
    if "name" not in values:
        values["name"] = folder.name.replace("_", " ").capitalize()
    depends = values.get("depends", ())
    if folder.name in depends:
        raise _refusal(file, lines["depends"], "{addon} depends on itself", addon=folder.name)
    if not depends and folder.name != "base":
        values["depends"] = ("base",)
    return Manifest(addon=folder.name, folder=folder, lines=lines, **values)


def _value(file: Path, key: str, node: ast.expr) -> object:
    if key not in READERS:
        close = difflib.get_close_matches(key, READERS, n=1)
        if close:
            raise _refusal(file, node.lineno, "unknown key {key}; did you mean {near}?", key=key, near=close[0])
        raise _refusal(file, node.lineno, "unknown key {key}", key=key)
    try:
        return READERS[key](ast.literal_eval(node))
    except (ValueError, TypeError, MemoryError, RecursionError) as error:
        raise _refusal(file, node.lineno, "{key}: {reason}", key=key, reason=str(error)[:200]) from None


def _entries(file: Path) -> list[tuple[str, ast.expr]]:
    """Key and value node of each entry of the literal mapping in `file`."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise _refusal(file, 1, "the file is larger than {limit} bytes", limit=LARGEST_FILE)
        source = file.read_text(encoding="utf-8")
    except OSError as error:
        raise _refusal(file, 1, "cannot be read: {reason}", reason=error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise _refusal(file, 1, "the file is not UTF-8") from None
    try:
        body = ast.parse(source, filename=str(file), mode="eval").body
    except SyntaxError as error:
        raise _refusal(file, error.lineno or 1, "not a literal mapping: {reason}", reason=error.msg) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise _refusal(file, 1, "not a literal mapping: {reason}", reason=str(error)[:200]) from None
    if not isinstance(body, ast.Dict):
        raise _refusal(file, body.lineno, "a manifest is one literal mapping, {'name': ..., 'depends': [...]}")
    entries: list[tuple[str, ast.expr]] = []
    for key, value in zip(body.keys, body.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise _refusal(file, (key or value).lineno, "keys are texts")
        entries.append((key.value, value))
    return entries


def _refusal(file: Path, line: int, message: str, /, **values: object) -> ManifestError:
    return ManifestError("{file}:{line}: {problem}", file=str(file), line=line, problem=GrialError(message, **values))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is wanted, not {type(value).__name__}")
    return value.strip()


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("True or False is wanted")
    return value


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"a whole number is wanted, not {type(value).__name__}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"a list of texts is wanted, not {type(value).__name__}")
    texts = tuple(_text(item) for item in value)
    for text in texts:
        if texts.count(text) > 1:
            raise ValueError(f"{text} is listed twice")
    return texts


def _names(value: object) -> tuple[str, ...]:
    names = _texts(value)
    for name in names:
        if not is_addon_name(name):
            raise ValueError(f"{name!r} is no addon name")
    return names


def _files(value: object) -> tuple[str, ...]:
    paths = _texts(value)
    for path in paths:
        parts = PurePosixPath(path)
        if not path or "\\" in path or ":" in path or parts.is_absolute() or ".." in parts.parts:
            raise ValueError(f"{path!r} is no path inside the addon")
        if parts.suffix not in (".xml", ".csv"):
            raise ValueError(f"{path!r} is neither an .xml nor a .csv file")
    return paths


def _version(value: object) -> str:
    version = _text(value)
    try:
        version_key(version)
    except ValueError:
        raise ValueError(f"{version[:60]!r} is no version: write numbers and dots, as in 1.2.0") from None
    return version


READERS: dict[str, Callable[[object], object]] = {
    "name": _text,
    "version": _version,
    "summary": _text,
    "description": _text,
    "category": _text,
    "author": _text,
    "website": _text,
    "license": _text,
    "depends": _names,
    "data": _files,
    "demo": _files,
    "application": _flag,
    "auto_install": _flag,
    "installable": _flag,
    "aliases": _names,
    "sequence": _number,
    "external": _texts,
}
"""Every key a manifest may hold, and the reader that checks its value."""
