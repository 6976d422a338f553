"""Which addons a test needs: the one whose folder it is in, and those that its marker names."""

from __future__ import annotations

from pathlib import Path

import pytest

MANIFEST_FILE = "__manifest__.py"


def addon_folder_of(file: Path) -> Path | None:
    """The folder of the addon a test file belongs to: `addons/crm` for `addons/crm/tests/test_lead.py`."""
    folder = next((parent.parent for parent in file.parents if parent.name == "tests"), None)
    return folder if folder is not None and (folder / MANIFEST_FILE).is_file() else None


def wanted_addons(request: pytest.FixtureRequest) -> tuple[tuple[str, ...], bool]:
    """The addons a test needs, and whether with demo data: its own addon and those of the marker `addons`."""
    folder = addon_folder_of(request.node.path)
    names = [folder.name] if folder is not None else []
    demo = False
    for mark in request.node.iter_markers("addons"):
        names += mark.args
        demo = demo or bool(mark.kwargs.get("demo"))
    return tuple(dict.fromkeys(names)), demo
