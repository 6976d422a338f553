"""A server process that really listens, with one database, for tests with clients of other people."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.kernel.config import Settings
from core.server.serve import free_port

HOST = "127.0.0.1"
MASTER = "master of tests"
PASSWORD = "a password of tests"
DATABASE = "rpc_clients"

_START = """
import os
from core.kernel.config import Settings
from core.server.serve import serve
serve(Settings.from_env(os.environ))
"""


@dataclass(frozen=True)
class Running:
    """Where the server listens."""

    port: int
    data_dir: Path
    log: Path
    pid: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


def settings_of(data_dir: Path, database_url: str, **more: Any) -> Settings:
    """The settings of the server, for work beside it."""
    return Settings.from_env(
        {}, data_dir=data_dir, database_url=database_url, master_password=MASTER, given_secret="test", **more
    )


@contextmanager
def running_server(
    data_dir: Path, database_url: str, *, server: str = "granian", workers: int = 1
) -> Iterator[Running]:
    """Start a server process, wait until it answers, and stop it at the end."""
    port = free_port(HOST)
    log = data_dir / "server.log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GRIAL_")},
        "GRIAL_DATA_DIR": str(data_dir),
        "GRIAL_DATABASE_URL": database_url,
        "GRIAL_MASTER_PASSWORD": MASTER,
        "GRIAL_SECRET": "test",
        "GRIAL_HOST": HOST,
        "GRIAL_PORT": str(port),
        "GRIAL_SERVER": server,
        "GRIAL_WORKERS": str(workers),
    }
    root = Path(__file__).parents[2]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _START], cwd=root, env=environment, stdout=output, stderr=output
        )
        try:
            _wait(port, process, log)
            yield Running(port, data_dir, log, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise RuntimeError(f"the server does not answer:\n{log.read_text(errors='replace')}")
