"""Servers for tests: the application in a thread of this process, or the real server as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.testing.users import ADMIN_LOGIN, ADMIN_PASSWORD

if TYPE_CHECKING:
    from core.kernel.config import Settings
    from core.server.app import Application
    from core.testing.databases import Databases
    from core.testing.records import Database

HOST = "127.0.0.1"
LONGEST_START = 60.0
_MAIN = "from core.cli import main; main()"


@dataclass
class RunningServer:
    """A server that answers, and who may log in to it."""

    url: str
    database: str
    login: str = ADMIN_LOGIN
    password: str = ADMIN_PASSWORD


@dataclass
class ServerProcess(RunningServer):
    """A server that is a process of its own, with its workers; a test may kill them."""

    process: subprocess.Popen[bytes] = field(kw_only=True)

    def kill(self) -> None:
        """End it and its workers in the middle of their work, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as an administrator would; kill what does not listen."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        self.kill()


@contextmanager
def serving(application: Application, database: str) -> Iterator[RunningServer]:
    """The application on a free port, in a thread of this process."""
    from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:
            """Tests read answers, not the log of requests."""

    server = ThreadedWSGIServer(HOST, 0, application, Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield RunningServer(f"http://{HOST}:{server.server_port}", database)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def start_process(settings: Settings, database: str, **environ: str) -> ServerProcess:
    """Start the real server as a process of its own, and wait until it answers.

    Args:
        settings: data folder and database server are taken from them.
        database: the one that visitors get.
        environ: more `GRIAL_*` variables.

    Raises RuntimeError, with what it printed, when it does not answer in time.
    """
    from core.server.serve import free_port

    port = free_port(HOST)
    log = settings.data_dir / f"server-{port}.log"
    given = {
        "GRIAL_DATA_DIR": str(settings.data_dir),
        "GRIAL_DATABASE_URL": settings.database_url,
        "GRIAL_DATABASE": database,
        "GRIAL_HOST": HOST,
        "GRIAL_PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]),
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", _MAIN, "run"],
            env={**os.environ, **given, **environ},
            stdout=out,
            stderr=out,
            start_new_session=True,  # so that a kill reaches the workers too
        )
    server = ServerProcess(f"http://{HOST}:{port}", database, process=process)
    deadline = time.monotonic() + LONGEST_START
    while not _answers(server.url):
        if process.poll() is not None or time.monotonic() > deadline:
            server.stop()
            raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.05)
    return server


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def server(application: Application, database: Database) -> Iterator[RunningServer]:
    """A server on 127.0.0.1 with the test's own `database`, in a thread of this process."""
    with serving(application, database.name) as running:
        yield running


@pytest.fixture
def start_server(databases: Databases) -> Iterator[Callable[..., ServerProcess]]:
    """`start_server(database.name, GRIAL_WORKERS="2")`: the real server as a process; ended after the test."""
    started: list[ServerProcess] = []

    def start(database: str, **environ: str) -> ServerProcess:
        started.append(start_process(databases.settings, database, **environ))
        return started[-1]

    yield start
    for one in started:
        one.stop()
