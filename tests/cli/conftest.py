"""The command line on the databases of a test run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from core.cli import main

Grial = Callable[..., Result]


@pytest.fixture
def environment(databases) -> dict[str, str]:
    """The variables that lead a command to the databases of this run."""
    return {"GRIAL_DATA_DIR": str(databases.settings.data_dir), "GRIAL_DATABASE_URL": databases.settings.database_url}


@pytest.fixture
def grial(environment) -> Grial:
    """`grial("db", "list", input="")`: run a command; its exit code, output and errors."""

    def run(*arguments: object, input: str | None = None) -> Result:
        result = CliRunner().invoke(main, [str(one) for one in arguments], env=environment, input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def scratch(databases) -> Callable[[str], str]:
    """`scratch("a")`: a name for a database that the test makes itself and that is dropped afterwards."""
    names: list[str] = []

    def name(ending: str) -> str:
        names.append(f"grial_cli_{ending}")
        return names[-1]

    yield name
    for one in names:
        if databases.server.exists(one):
            databases.registries.forget(one)
            from core.db import admin

            admin.drop(databases.server, one)
