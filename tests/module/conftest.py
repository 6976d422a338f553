"""Addons written by a test into a folder of its own on the addons path."""

import sys
import textwrap
from contextlib import contextmanager
from types import ModuleType

import pytest
import sqlalchemy as sa

from core.db import addon_rows, table_rows
from core.db.engine import begin
from core.kernel.config import Settings
from core.module import finder, importer
from core.module.create import create_database
from core.module.install import install
from core.module.registries import Registries
from core.module.uninstall import uninstall, uninstall_plan
from core.module.upgrade import upgrade
from core.orm import declare
from tests.module import gardens, mini_base


class AddonFolder:
    """A folder on `addons.__path__` that a test fills with addons."""

    def __init__(self, path):
        self.path = path

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
        importer.forget(name)
        return folder


@pytest.fixture
def addon_folder(tmp_path):
    path = tmp_path / "addons"
    path.mkdir()
    with own_addons():
        finder.add_paths([path])
        yield AddonFolder(path)


@contextmanager
def own_addons():
    """A block that imports addons of its own; then those that other tests have imported are the very same again."""
    namespace = finder.namespace()
    before = list(namespace.__path__)
    modules = {name: module for name, module in sys.modules.items() if name.startswith("addons.")}
    children = {name: value for name, value in vars(namespace).items() if isinstance(value, ModuleType)}
    declared = {addon: dict(classes) for addon, classes in declare._declared.items()}
    imported = dict(importer._imported)
    try:
        yield
    finally:
        namespace.__path__ = before
        for name in [name for name in sys.modules if name.startswith("addons.")]:
            del sys.modules[name]
        sys.modules.update(modules)
        for name in [name for name, value in vars(namespace).items() if isinstance(value, ModuleType)]:
            delattr(namespace, name)
        vars(namespace).update(children)
        for kept, was in ((declare._declared, declared), (importer._imported, imported)):
            kept.clear()
            kept.update(was)


@pytest.fixture
def world(addon_folder, backend, make_server):
    """Registries of a server whose only `base` is the small one of these tests."""
    finder.namespace().__path__ = [str(addon_folder.path)]
    addon_folder.write_files("base", mini_base.FILES)
    server = make_server(backend)
    settings = Settings.from_env({}, data_dir=server.data_dir)
    registries = Registries(server, settings)
    yield World(registries, addon_folder)
    for name in registries.loaded():
        registries.forget(name)


@pytest.fixture
def garden(world):
    """A world with the addon `garden` on disk; no database yet."""
    world.folder.write_files("garden", gardens.GARDEN)
    return world


class World:
    """One server, its addons on disk, and shorthands for the tests."""

    def __init__(self, registries, folder):
        self.registries = registries
        self.folder = folder
        self.name = ""

    def create(self, name="shop", **options):
        self.name = name
        return create_database(self.registries, name, **options)

    def install(self, *names, **options):
        return install(self.registries, self.name, names, **options)

    def upgrade(self, *names):
        return upgrade(self.registries, self.name, names)

    def uninstall(self, *names, **options):
        return uninstall(self.registries, self.name, names, **options)

    def plan(self, *names):
        return uninstall_plan(self.registries, self.name, names)

    def read(self, work):
        return self.registries.run(self.name, work, write=False)

    def write(self, work):
        return self.registries.run(self.name, work)

    def rows(self):
        with begin(self.registries.server.engine(self.name), write=False) as connection:
            return addon_rows.read_addons(connection)

    def schema(self):
        """Every table with its columns, for comparing before and after."""
        with begin(self.registries.server.engine(self.name), write=False) as connection:
            inspector = sa.inspect(connection)
            return {
                table: sorted(column["name"] for column in inspector.get_columns(table))
                for table in inspector.get_table_names()
                if not table.startswith("zz_")
            }

    def counts(self):
        """Every table with its number of rows."""
        with begin(self.registries.server.engine(self.name), write=False) as connection:
            names = [name for name in sa.inspect(connection).get_table_names() if not name.startswith("zz_")]
            return {name: table_rows.count_rows(connection, name) for name in names}
