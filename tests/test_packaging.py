"""What core and the addons import is what a fresh clone installs."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

BY_NAME_ONLY = {"psycopg2-binary", "tzdata"}
"""Loaded by SQLAlchemy and by zoneinfo, without an import of ours."""


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements):
    return {plain(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}


RUNNING = declared(PROJECT["dependencies"])
TESTING = RUNNING | declared(PROJECT["optional-dependencies"]["test"])


def imported(file):
    try:
        tree = ast.parse(file.read_text())
    except SyntaxError:
        return  # a broken addon that a test installs
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.fixture(scope="module")
def packages():
    """By distribution, the files of the product (tests left out) and those of tests that import it."""
    homes = metadata.packages_distributions()
    found = {}
    for top in ("core", "addons", "tests"):
        for file in (ROOT / top).rglob("*.py"):
            for name in set(imported(file)) - set(sys.stdlib_module_names) - {"core", "addons", "tests"}:
                for home in homes.get(name, ()):
                    found.setdefault(plain(home), set()).add(str(file.relative_to(ROOT)))
    return found


def is_test(file):
    return "tests/" in file or file.startswith("core/testing/")


def test_everything_that_is_imported_is_declared(packages):
    missing = {
        home: files
        for home, files in packages.items()
        if home not in TESTING or (home not in RUNNING and any(not is_test(file) for file in files))
    }
    assert not missing


def test_everything_that_is_declared_is_imported(packages):
    used = {home for home, files in packages.items() if any(not is_test(file) for file in files)}
    assert RUNNING - used - BY_NAME_ONLY == set()
