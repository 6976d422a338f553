"""Whole databases: what a copy and a restored dump have of their own."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from core.db import addon_rows
from core.db.engine import begin
from core.db.found import find_tables
from core.module import databases
from core.module.databases import drop
from core.module.registries import Registries
from core.testing.databases import Databases
from core.testing.records import Database

NEW = "grial_test_new"


@pytest.fixture
def registries(databases: Databases) -> Iterator[Registries]:
    yield databases.registries
    for name in databases.server.names():
        if name.startswith(NEW):
            drop(databases.registries, name)


def versions(registries: Registries, name: str) -> tuple[int, int]:
    with begin(registries.server.engine(name), write=False) as connection:
        return addon_rows.versions(connection)


def test_no_process_takes_a_copy_for_a_database_that_was_called_like_it(
    registries: Registries, database: Database
) -> None:
    before = versions(registries, database.name)
    databases.copy(registries, database.name, NEW)
    assert registries.get(NEW).models is database.registry.models, "built once for the same addons"
    assert versions(registries, database.name) == before
    assert versions(registries, NEW) != before
    databases.drop(registries, NEW)
    databases.rename(registries, database.name, NEW)
    assert not registries.server.exists(database.name)
    assert versions(registries, NEW) != before
    databases.copy(registries, NEW, database.name)  # for the fixture to drop


def test_a_worker_with_the_registry_of_a_dropped_database_takes_the_new_one(
    registries: Registries, database: Database
) -> None:
    elsewhere = Registries(registries.server, registries.settings)
    databases.copy(registries, database.name, NEW)
    with elsewhere.transaction(NEW) as env:
        env["res.partner"].create({"name": "Only in the first"})
    databases.drop(registries, NEW)
    databases.copy(registries, database.name, NEW)
    assert elsewhere.run(NEW, lambda env: env["res.partner"].search_count([("name", "=", "Only in the first")])) == 0


def test_a_restored_database_has_its_checks(registries: Registries, database: Database) -> None:
    def checks(name: str) -> set[str]:
        with begin(registries.server.engine(name), write=False) as connection:
            return {check for table in find_tables(connection).values() for check in table.checks}

    file = io.BytesIO()
    databases.dump(registries, database.name, file)
    databases.restore(registries, file, NEW)
    assert checks(database.name)
    assert checks(NEW) == checks(database.name)
