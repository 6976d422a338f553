"""Servers and addons for tests of what goes wrong: a folder of addons, and people who use a server meanwhile."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from core.testing.records import Database
from core.testing.serving import ServerProcess
from tests.kill import addons
from tests.kill.client import Client, Refused

SLOW = '''"""Takes its time while it is being installed, with its tables already made."""

import time

from core import hookimpl


@hookimpl
def addon_installed(env, name):
    """Wait."""
    if name == "{addon}":
        time.sleep({seconds})
'''


@pytest.fixture
def addon_path(tmp_path: Path) -> Path:
    """A folder called addons, with `orchard` and `vine` in it."""
    path = tmp_path / "addons"
    for name in ("orchard", "vine"):
        addons.write(path, name)
    return path


@pytest.fixture
def make_slow(addon_path: Path) -> Callable[[str, float], None]:
    """`make_slow("orchard", 3)`: its installation takes that many seconds longer."""

    def make(addon: str, seconds: float) -> None:
        (addon_path / addon / "hooks.py").write_text(SLOW.format(addon=addon, seconds=seconds))

    return make


@pytest.fixture
def start(
    database: Database, addon_path: Path, start_server: Callable[..., ServerProcess]
) -> Callable[..., ServerProcess]:
    """`start(workers=2)`: the real server on `database`, with the folder of addons."""

    def begin(workers: int = 1, **environ: str) -> ServerProcess:
        return start_server(database.name, GRIAL_ADDONS_PATH=str(addon_path), GRIAL_WORKERS=str(workers), **environ)

    return begin


def log_in(server: ServerProcess) -> Client:
    """The session of the administrator."""
    return Client(server.url, server.database, server.login, server.password)


def press(client: Client, button: str, addon: str) -> str:
    """Press a button of an addon, again after a while when told to wait; the words of the refusal, or an empty text."""
    while True:
        try:
            ids = client.call("ir.module.module", "search", [["name", "=", addon]])
            client.call("ir.module.module", button, ids)
        except Refused as error:
            if error.status != 503:
                return str(error)
            time.sleep(0.5)
        else:
            return ""


@dataclass
class Visits:
    """What people who use the server got: how often which status, and the pages that were no success."""

    statuses: Counter[int] = field(default_factory=Counter)
    refusals: list[tuple[int, str, str]] = field(default_factory=list)
    pages: set[str] = field(default_factory=set)


@contextmanager
def visitors(server: ServerProcess, paths: list[str], people: int = 3) -> Iterator[Visits]:
    """People who open pages, and change a record of theirs, all the time until the block ends."""
    found = Visits()
    over = threading.Event()
    clients = [log_in(server) for _ in range(people)]

    def visit(client: Client) -> None:
        turn = 0
        while not over.is_set():
            turn += 1
            status, waits, text = get(server, client, paths[turn % len(paths)])
            found.statuses[status] += 1
            if status >= 400:
                found.refusals.append((status, waits, text))
            else:
                found.pages.add(text)
            try:
                client.call("res.partner", "create", {"name": f"Visitor {turn}"})
            except Refused as error:
                found.statuses[error.status] += 1
                found.refusals.append((error.status, "", str(error)))

    threads = [threading.Thread(target=visit, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        over.set()
        for thread in threads:
            thread.join()


def get(server: ServerProcess, client: Client, path: str, **headers: str) -> tuple[int, str, str]:
    """A page as its reader gets it: status, Retry-After and text."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=120)
    try:
        connection.request("GET", path, headers={"Cookie": client.cookie, **headers})
        response: Any = connection.getresponse()
        return response.status, response.getheader("Retry-After") or "", response.read().decode()
    finally:
        connection.close()
