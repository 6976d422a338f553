"""Addons of OpenERP as folders of files: their names, the order of their files, and files of other kinds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from core.data.xml import ROOTS
from core.errors import GrialError
from core.module.graph import in_order

MANIFESTS: Final = ("__openerp__.py", "__terp__.py", "__manifest__.py")
LISTS: Final = ("init_xml", "update_xml", "data", "demo_xml", "demo", "test")
"""The keys of a manifest that list files, in the order in which OpenERP loads them."""

NOT_READ: Final[dict[str, str]] = {
    ".yml": "Not read: YAML tests and the data in them are no data files of Grial.",
    ".sql": "Not read: data files write no SQL.",
    ".rml": "Not read: RML is no template of Grial.",
    ".sxw": "Not read: office documents are no templates of Grial.",
}
"""Kinds of files that the manifests of OpenERP list and that nothing here reads."""

DEEPEST: Final = 8

_PROLOG = re.compile(rb"^\xef\xbb\xbf|<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>]*>", re.DOTALL)
_ROOT = re.compile(rb"\s*<([\w:.-]+)")


@dataclass(frozen=True, slots=True)
class LegacyAddon:
    """An addon of OpenERP on disk."""

    name: str
    folder: Path
    depends: tuple[str, ...]
    files: tuple[str, ...]
    legacy: bool = True


def addon_around(path: Path) -> LegacyAddon | None:
    """The addon that a file lies in; None for a file outside of addons."""
    for folder in list(path.resolve().parents)[:DEEPEST]:
        found = _addon(folder)
        if found is not None:
            return found
    return None


@cache
def _addon(folder: Path) -> LegacyAddon | None:
    manifest = next((folder / name for name in MANIFESTS if (folder / name).is_file()), None)
    if manifest is None:
        return None
    try:
        said = ast.literal_eval(manifest.read_text(encoding="utf-8", errors="replace"))
    except (ValueError, SyntaxError, OSError, MemoryError, RecursionError):
        said = {}
    keys = said if isinstance(said, dict) else {}
    files = [str(name) for key in LISTS for name in _texts(keys.get(key))]
    return LegacyAddon(folder.name, folder, tuple(_texts(keys.get("depends"))), tuple(dict.fromkeys(files)),
                       legacy=manifest.name != MANIFESTS[-1])  # fmt: skip


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, (list, tuple)) else []


def in_load_order(paths: Iterable[Path]) -> list[Path]:
    """The files in the order in which OpenERP would load them: by addon, then as the manifest lists them."""
    given = list(paths)
    addons = {path: addon_around(path) for path in given}
    known = {addon.name: addon for addon in addons.values() if addon is not None}
    try:
        order = in_order(known, {name: [one for one in a.depends if one in known] for name, a in known.items()})
    except GrialError:  # they need each other
        order = sorted(known)
    places = {name: place for place, name in enumerate(order)}

    def place(path: Path) -> tuple[int, int, str]:
        addon = addons[path]
        if addon is None:
            return len(places), 0, str(path)
        inside = path.resolve().relative_to(addon.folder).as_posix()
        listed = addon.files.index(inside) if inside in addon.files else len(addon.files)
        return places[addon.name], listed, str(path)

    return sorted(given, key=place)


def is_data_file(content: bytes) -> bool:
    """Does the text look like a data file, so that one found in a folder is to be checked?"""
    root = _ROOT.match(_PROLOG.sub(b"", content))
    return root is None or root[1].decode("ascii", "replace") in ROOTS
