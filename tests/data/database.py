"""A database with `base` in it, shared by the tests of a run; each test works in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.db import admin
from core.db.engine import DatabaseServer
from core.kernel.config import Settings
from core.module.create import create_database
from core.module.registries import Registries

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.registry import Registry


class _Undo(Exception):
    pass


@pytest.fixture(scope="session")
def registry(backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("with_base")
    settings = Settings.from_env({}, data_dir=folder, database_url=database_url)
    server = DatabaseServer(settings)
    registries = Registries(server, settings)
    name = f"with_base_{folder.name}".replace("-", "_")
    create_database(registries, name)
    yield registries.get(name)
    admin.drop(server, name)


@pytest.fixture
def env(registry: Registry) -> Iterator[Env]:
    try:
        with registry.transaction() as env:
            yield env
            raise _Undo
    except _Undo:
        registry.clear_caches()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an addon `shop` on the addons path."""
    import addons

    folder = tmp_path / "addons" / "shop"
    folder.mkdir(parents=True)
    monkeypatch.setattr(addons, "__path__", [*addons.__path__, str(folder.parent)])
    return folder
