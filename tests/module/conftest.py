"""Addons written by a test into a folder of its own on the addons path."""

import textwrap

import pytest

from core.module import finder, importer


class AddonFolder:
    """A folder on `addons.__path__` that a test fills with addons."""

    def __init__(self, path):
        self.path = path
        self.names = set()

    def write(self, name, manifest="{}", **files):
        """Write an addon; `files` maps paths with / written as __ and . as _dot_ to contents."""
        files = {path.replace("__", "/").replace("_dot_", "."): text for path, text in files.items()}
        return self.write_files(name, {"__manifest__.py": manifest, **files})

    def write_files(self, name, files):
        folder = self.path / name
        for path, text in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        self.names.add(name)
        importer.forget(name)
        return folder


@pytest.fixture
def addon_folder(tmp_path):
    path = tmp_path / "addons"
    path.mkdir()
    before = list(finder.namespace().__path__)
    finder.add_paths([path])
    folder = AddonFolder(path)
    yield folder
    for name in folder.names:
        importer.forget(name)
    finder.namespace().__path__ = before
