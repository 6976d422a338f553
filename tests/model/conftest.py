"""A scratch database for schemas that come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

from tests.model.build import world

if TYPE_CHECKING:
    from core.orm.env import Env
    from tests.model.shape import Schema

World = Callable[["Schema"], AbstractContextManager["Env"]]


@pytest.fixture(scope="session")
def make_world(backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """`make_world(schema)`: an environment in a database with the tables of that schema."""
    from core.db import admin
    from core.db.engine import DatabaseServer
    from core.files.store import FileStore
    from core.kernel.config import Settings

    folder = tmp_path_factory.mktemp("model")
    settings = Settings.from_env({}, data_dir=folder, database_url=database_url)
    server = DatabaseServer(settings)
    admin.create(server, "paper")
    engine = server.engine("paper")
    yield lambda schema: world(schema, engine, settings, FileStore(folder / "files"))
    admin.drop(server, "paper")
