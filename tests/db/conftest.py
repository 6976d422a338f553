"""A scratch database for the tests of core.db: one a test run and backend, emptied after each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from core.db import admin
from core.db.alter import operations
from core.db.engine import DatabaseServer, begin
from core.db.found import own_tables
from core.kernel.config import Settings


class _Undo(Exception):
    pass


@contextmanager
def undone(engine: Engine, schema: bool = False) -> Iterator[Connection]:
    """A writing transaction that fails at its end."""
    try:
        with begin(engine, write=True, schema=schema) as connection:
            yield connection
            raise _Undo
    except _Undo:
        return


@pytest.fixture(scope="session")
def shared_server(
    backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DatabaseServer]:
    settings = Settings.from_env({}, data_dir=tmp_path_factory.mktemp("db"), database_url=database_url)
    server = DatabaseServer(settings)
    admin.create(server, "db-tests")
    yield server
    admin.drop(server, "db-tests")


@pytest.fixture
def engine(shared_server: DatabaseServer) -> Iterator[Engine]:
    engine = shared_server.engine("db-tests")
    yield engine
    with begin(engine, write=True, schema=True) as connection:
        op = operations(connection)
        if connection.dialect.name == "postgresql":
            keys = sa.inspect(connection).get_multi_foreign_keys()
            for (_, table), found in keys.items():
                for key in found:
                    op.drop_constraint(key["name"], table)
        for table in own_tables(connection):
            op.drop_table(table)
