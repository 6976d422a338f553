"""Fixtures for tests of records: `env` and `as_user` in a transaction that is undone, `database` for real commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from core.testing.wanted import wanted_addons

if TYPE_CHECKING:
    from pathlib import Path

    from core.orm.env import Env
    from core.orm.registry import Registry
    from core.testing.databases import Databases


class Installed(Protocol):
    """What the fixture `installed` gives."""

    def __call__(self, *addons: str, demo: bool = False) -> Registry:
        """The registry of a database with `base` and these addons."""


class AsUser(Protocol):
    """What the fixture `as_user` gives."""

    def __call__(self, *who: str, lang: str = "", **values: object) -> Env:
        """The environment of a user: an existing one by login, or a new one with the groups of these external ids."""


class Database:
    """A database of one test alone, in which changes stay.

    Attributes:
        name: of the database.
        databases: all of this run.
    """

    def __init__(self, databases: Databases, name: str) -> None:
        self.databases = databases
        self.name = name

    @property
    def registry(self) -> Registry:
        """Its registry; a new one after an addon was installed."""
        return self.databases.registries.get(self.name)

    def transaction(
        self, uid: int = 1, context: Mapping[str, Any] | None = None, write: bool = True
    ) -> AbstractContextManager[Env]:  # Any: context values
        """A transaction that commits at the end of its block."""
        return self.databases.registries.transaction(self.name, uid, context, write)


@pytest.fixture(scope="session")
def databases(database_url: str, databases_made: dict[str, Databases], quick_path: Path) -> Databases:
    """The databases of this run on the test's backend: makes, copies and drops them."""
    from core.kernel.config import Settings
    from core.testing.databases import Databases

    if database_url not in databases_made:
        folder = quick_path / f"data{len(databases_made)}"
        databases_made[database_url] = Databases(Settings.from_env({}, data_dir=folder, database_url=database_url))
    return databases_made[database_url]


@pytest.fixture(scope="session")
def installed(databases: Databases) -> Installed:
    """`installed("crm", demo=True)`: the registry of a database with these addons, made once a run."""
    return databases.installed


@pytest.fixture
def env(installed: Installed, request: pytest.FixtureRequest) -> Iterator[Env]:
    """The superuser's environment; whatever the test does is undone."""
    from core.testing.databases import rolled_back

    addons, demo = wanted_addons(request)
    with rolled_back(installed(*addons, demo=demo)) as env:
        yield env


@pytest.fixture
def as_user(env: Env) -> AsUser:
    """`as_user("crm.group_sale_manager", lang="es_ES")`: an environment of a user, in the transaction of `env`."""
    from core.testing.users import environment_of

    def make(*who: str, lang: str = "", **values: object) -> Env:
        return environment_of(env, who, lang, values)

    return make


@pytest.fixture
def database(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A copy of the database for this test alone: its transactions commit, and servers may work in it."""
    addons, demo = wanted_addons(request)
    name = databases.copy(*addons, demo=demo)
    yield Database(databases, name)
    databases.drop(name)
