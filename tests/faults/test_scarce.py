"""The system has no more files to open: requests fail, the server lives, and all is well afterwards."""

from __future__ import annotations

import http.client
import resource
import threading
import time
from collections.abc import Callable

import psutil
import pytest

from core.testing.records import Database
from core.testing.serving import ServerProcess
from tests.faults.conftest import log_in
from tests.kill.client import Client, Refused

pytestmark = pytest.mark.slow


def workers(server: ServerProcess) -> list[psutil.Process]:
    """The processes that answer."""
    return psutil.Process(server.process.pid).children(recursive=True)


def limit(processes: list[psutil.Process], most: int) -> None:
    """Let each process open no file whose number is `most` or more; -1 lifts the limit."""
    for process in processes:
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (hard if most < 0 else most, hard))


def create(client: Client, name: str) -> bool:
    """Create a partner; was it acknowledged?"""
    try:
        client.call("res.partner", "create", {"name": name})
    except (OSError, http.client.HTTPException, ValueError, Refused):
        return False
    return True


def create_soon(client: Client, name: str) -> bool:
    """`create`, by somebody who does not wait longer than a few seconds."""
    done: list[bool] = []
    asking = threading.Thread(target=lambda: done.append(create(client, name)), daemon=True)
    asking.start()
    asking.join(3)
    return done == [True]


def recovers(client: Client) -> bool:
    """Does the server create partners again within half a minute?"""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if create(client, "Recovered"):
            return True
        time.sleep(0.2)
    return False


@pytest.mark.case("J24")
def test_a_server_that_can_open_no_file_recovers(database: Database, start: Callable[..., ServerProcess]) -> None:
    server = start()
    client = log_in(server)
    assert create(client, "Scarce 0")
    answering = workers(server)
    limit(answering, 8)  # what is open stays, there is nothing more
    kept = 1 + sum(create_soon(client, f"Scarce {number}") for number in range(1, 6))
    assert kept < 6, "the limit was felt"
    limit(answering, -1)
    assert recovers(client)
    found = client.call("res.partner", "search_count", [["name", "like", "Scarce"]])
    assert kept <= found <= 6, "what was acknowledged is there"
    assert [process.pid for process in workers(server)] == [process.pid for process in answering]
