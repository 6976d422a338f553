"""A registry of the sample models on a scratch database; each test runs in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.kernel.hooks import HookManager
from core.orm.build import build_registry
from core.orm.registry import Registry
from tests.orm import sample

if TYPE_CHECKING:
    from core.orm.env import Env


@pytest.fixture(scope="session")
def registry(backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    from core.db import admin
    from core.db.engine import DatabaseServer
    from core.files.store import FileStore
    from core.kernel.config import Settings

    folder: Path = tmp_path_factory.mktemp("orm")
    settings = Settings.from_env({}, data_dir=folder, database_url=database_url)
    server = DatabaseServer(settings)
    admin.create(server, "orm_sample")
    engine = server.engine("orm_sample")
    built = build_registry(
        "orm_sample", engine, settings, [sample.Partner._addon], FileStore(folder / "files"), HookManager()
    )
    with engine.begin() as connection:
        built.metadata.create_all(connection)
    yield built
    admin.drop(server, "orm_sample")


class _Undo(Exception):
    pass


@pytest.fixture
def env(registry: Registry) -> Iterator[Env]:
    try:
        with registry.transaction() as env:
            yield env
            raise _Undo
    except _Undo:
        return


@pytest.fixture
def spain(env: Env) -> sample.Country:
    return env[sample.Country].create({"name": "Spain", "code": "ES"})
