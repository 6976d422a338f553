"""The pytest plugin: both databases by default, one on request, and nothing left behind."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

INNER = """
def test_it(backend, database_url):
    assert bool(database_url) == (backend == "postgresql")

def test_without_a_database():
    pass
"""


def run_inner(folder, *arguments):
    file = folder / "test_inner.py"
    file.write_text(INNER)
    settings = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", str(file), "--collect-only", "-q", *settings, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_test_that_asks_for_backend_runs_on_both(tmp_path):
    answer = run_inner(tmp_path)
    assert "test_it[sqlite]" in answer.stdout
    assert "test_it[postgresql]" in answer.stdout
    assert "3 tests collected" in answer.stdout


def test_one_backend_can_be_chosen(tmp_path):
    answer = run_inner(tmp_path, "--backend", "sqlite")
    assert "test_it[sqlite]" in answer.stdout
    assert "2 tests collected" in answer.stdout
    assert run_inner(tmp_path, "--backend", "oracle").returncode == 4


def test_each_test_has_its_database(backend, database_url):
    assert database_url.startswith("postgresql") == (backend == "postgresql")


@pytest.fixture
def leaves_nothing(backend, database_url, request):
    """Runs before and after `make_server` has done its part."""
    if backend == "sqlite":
        yield
        return
    from core.db.engine import DatabaseServer
    from core.kernel.config import Settings

    server = DatabaseServer(Settings.from_env({}, database_url=database_url))
    before = server.names()
    yield
    assert server.names() == before


def test_new_databases_are_dropped_afterwards(leaves_nothing, make_server, backend):
    from core.db import admin

    server = make_server(backend)
    assert server.backend == backend
    admin.create(server, "scratch")
    assert server.exists("scratch")
