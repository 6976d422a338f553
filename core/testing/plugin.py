"""The pytest plugin behind every test here and in addons: both databases, and fixtures from records to browser."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.testing.postgres import own_databases, quick_folder, running_postgresql
from core.testing.wanted import addon_folder_of

if TYPE_CHECKING:
    from core.db.engine import DatabaseServer
    from core.testing.databases import Databases

pytest_plugins = ("core.testing.records", "core.testing.clients", "core.testing.serving", "core.testing.browser")

pytest.register_assert_rewrite("core.testing.conformance")

BACKENDS = ("sqlite", "postgresql")

MakeServer = Callable[..., "DatabaseServer"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--backend sqlite` runs half of the suite while one works on something else."""
    parser.getgroup("grial").addoption(
        "--backend", choices=BACKENDS, help="run the tests on this database only (both by default)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Know the marker `addons`, and the folders of `GRIAL_ADDONS_PATH`."""
    config.addinivalue_line("markers", "addons(*names, demo=False): install these addons for the test")
    folders = [folder for folder in os.environ.get("GRIAL_ADDONS_PATH", "").split(os.pathsep) if folder]
    if folders:
        _add_paths(folders)


def pytest_collect_file(file_path: Path) -> None:
    """Make the addon of a test file importable, when it is in a folder that nobody has named."""
    folder = addon_folder_of(file_path)
    if folder is not None:
        _add_paths([folder.parent])


def _add_paths(folders: Sequence[str | Path]) -> None:
    from core.module.finder import add_paths

    add_paths(folders)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that needs a database once on SQLite and once on PostgreSQL, grouped by database."""
    if "backend" in metafunc.fixturenames:
        only = metafunc.config.getoption("--backend")
        metafunc.parametrize("backend", [only] if only else BACKENDS, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With several workers, one of them gets the tests of a file on one database: they share what is made for them."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            backend = getattr(getattr(item, "callspec", None), "params", {}).get("backend", "")
            item.add_marker(pytest.mark.xdist_group(f"{item.path.name} {backend}".strip()))


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`: the database that this test runs on."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def quick_path() -> Iterator[Path]:
    """A folder for the databases of this run, in memory where there is enough."""
    with tempfile.TemporaryDirectory(prefix="grial-test-", dir=quick_folder()) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def databases_made(quick_path: Path) -> Iterator[dict[str, Databases]]:
    """By database URL, the databases of this run: they outlive the change from one backend to the other and back."""
    made: dict[str, Databases] = {}
    yield made
    for databases in made.values():
        databases.drop_all()


@pytest.fixture(scope="session")
def postgresql_url(databases_made: dict[str, Databases]) -> Iterator[str]:
    """A PostgreSQL server for the whole run; started when the first test asks for it."""
    with running_postgresql() as url:
        yield url
        if url in databases_made:
            databases_made.pop(url).drop_all()


@pytest.fixture(scope="session")
def database_url(backend: str, request: pytest.FixtureRequest) -> str:
    """The setting `database_url` for this backend: empty for SQLite."""
    if backend == "sqlite":
        return ""
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def make_server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[MakeServer]:
    """`make_server(backend, **settings)`: a DatabaseServer of this test's own; its databases are dropped afterwards."""
    from core.db.engine import DatabaseServer
    from core.kernel.config import Settings

    made: list[DatabaseServer] = []
    with ExitStack() as stack:
        urls = {"sqlite": ""}

        def make(backend: str, **overrides: Any) -> DatabaseServer:  # Any: a setting has its own type
            if backend not in urls:
                urls[backend] = stack.enter_context(own_databases(request.getfixturevalue("postgresql_url")))
            folder = tmp_path_factory.mktemp("server")
            given = {"data_dir": folder, "database_url": urls[backend], **overrides}
            made.append(DatabaseServer(Settings.from_env({}, **given)))
            return made[-1]

        yield make
        for server in reversed(made):
            drop_all(server)


def drop_all(server: DatabaseServer) -> None:
    """Drop the databases that the test has made, finished or not."""
    from core.db import admin

    for name in [*server.names(), *server.names(working=True)]:
        admin.remove(server, name)
