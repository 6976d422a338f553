"""Servers of the sides, and requests to them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import psutil  # type: ignore[import-untyped]  # it comes without types

from bench.sides import Core, Driver, Grial
from core.server.serve import free_port

ROOT = Path(__file__).resolve().parents[2]
LONGEST_START = 60.0
_GRIAL = "from core.cli import main; main()"

Asked = tuple[str, str, str | None]
"""Method, path and body of a request."""


@dataclass
class Served:
    """A server that answers.

    Attributes:
        process: of the server; its workers are its children.
        headers: of every request.
        began: seconds from its start to its first answer.
    """

    process: subprocess.Popen[bytes]
    port: int
    headers: dict[str, str] = field(default_factory=dict)
    began: float = 0.0

    def get(self, path: str) -> bytes:
        """One answer. Raises URLError for one that is none."""
        return self._ask(Request(f"http://127.0.0.1:{self.port}{path}"))

    def post(self, path: str, body: str) -> bytes:
        """The answer to a body. Raises URLError for one that is none."""
        return self._ask(Request(f"http://127.0.0.1:{self.port}{path}", body.encode()))

    def _ask(self, request: Request) -> bytes:
        for name, value in self.headers.items():
            request.add_header(name, value)
        with urlopen(request, timeout=60) as answer:
            body: bytes = answer.read()
            return body

    def pss(self) -> float:
        """The memory that the worker process alone takes up, in MiB: what it shares is counted in part."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return float(max(child.memory_full_info().pss for child in children) / 2**20)

    def load(self, requests: Sequence[Asked], clients: int, packed: bool = False) -> dict[str, Any]:  # Any: JSON
        """Send requests from another process; seconds, p50, p95 and the size of the largest answer.

        Args:
            packed: ask for compressed answers, as browsers do.
        """
        headers = {**self.headers, "Accept-Encoding": "gzip"} if packed else self.headers
        asked = {"port": self.port, "clients": clients, "headers": headers, "requests": requests}
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("load.py"))], input=json.dumps(asked) + "\n", text=True,
            stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(done.stdout)
        if answer["errors"]:
            raise RuntimeError(f"the server refused: {answer['errors']}")
        return answer


def served(side: Core | Grial) -> Served:
    """The server of a side, begun once."""
    return side.keep("server", lambda: grial_server(side) if isinstance(side, Grial) else floor_server(side))


@contextmanager
def floor_server(side: Core | Driver) -> Iterator[Served]:
    """The page of the floor on the side's database."""
    url = side.server.url
    place = (
        {"BENCH_FILE": str(side.server.path(side.database))}
        if url is None
        else {"BENCH_URL": url.set(drivername="postgresql", database=side.database).render_as_string(False)}
    )
    port = free_port("127.0.0.1")
    with _running([sys.executable, "-m", "bench.web.floor_page", str(port)], place, port, "/") as found:
        yield found


@contextmanager
def grial_server(side: Grial, path: str = "/web/login") -> Iterator[Served]:
    """Grial's real server on the side's database, and a session of its user; `path` is what it is first asked for."""
    port = free_port("127.0.0.1")
    environment = {
        "GRIAL_DATA_DIR": str(side.place.folder), "GRIAL_DATABASE_URL": side.place.server,
        "GRIAL_DATABASE": side.database, "GRIAL_PORT": str(port),
        "GRIAL_ADDONS_PATH": str(side.settings.addons_path[0]),
    }  # fmt: skip
    with _running([sys.executable, "-c", _GRIAL, "run"], environment, port, path) as found:
        found.headers = {
            "Cookie": f"session_id={_session(side)}.{side.database}", "Content-Type": "application/json",
        }  # fmt: skip
        yield found


def _session(side: Grial) -> str:
    from core.security.session import open_session

    with side.registries.transaction(side.database) as env:
        return open_session(env, side.uid)


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str], port: int, path: str) -> Iterator[Served]:
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    found = Served(process, port)
    try:
        while not _answers(found, path):
            if process.poll() is not None or time.perf_counter() - start > LONGEST_START:
                raise RuntimeError(f"{command} does not answer")
            time.sleep(0.005)
        found.began = time.perf_counter() - start
        yield found
    finally:
        workers = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        _, alive = psutil.wait_procs(workers, timeout=10)
        for worker in alive:
            worker.kill()
        process.wait(10)


def _answers(found: Served, path: str) -> bool:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", found.port)):
            return False
    try:
        found.get(path)
    except (URLError, OSError):
        return False
    return True
