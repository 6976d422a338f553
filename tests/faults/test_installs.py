"""Addons are installed while others work, by two at once, and on a server of several processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.db import addon_rows
from core.db.engine import begin
from core.testing.records import Database
from core.testing.serving import ServerProcess
from tests.faults.conftest import get, log_in, press, visitors
from tests.kill.client import Refused

pytestmark = pytest.mark.slow

INSTALL = "button_immediate_install"
APPS = "/web"


def states(database: Database) -> dict[str, str]:
    with begin(database.databases.server.engine(database.name), write=False) as connection:
        return {name: row.state for name, row in addon_rows.read_addons(connection).items()}


def together(*works: Callable[[], object]) -> list[object]:
    """What each gives, begun at the same moment."""
    meeting = threading.Barrier(len(works))
    found: list[object] = [None] * len(works)

    def run(number: int) -> None:
        meeting.wait()
        found[number] = works[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.case("K10")
@pytest.mark.parametrize("other", ["orchard", "vine"], ids=["same", "different"])
def test_two_install_at_once(
    database: Database, start: Callable[..., ServerProcess], make_slow: Callable[[str, float], None], other: str
) -> None:
    make_slow("orchard", 1)
    server = start(workers=2)
    clients = [log_in(server), log_in(server)]
    refusals = together(
        lambda: press(clients[0], INSTALL, "orchard"),
        lambda: press(clients[1], INSTALL, other),
    )
    assert refusals == ["", ""]
    found = states(database)
    assert {found["orchard"], found[other]} == {"installed"}
    for addon in {"orchard", other}:
        assert clients[0].call(f"{addon}.tree", "search_count", []) == 150
        assert press(clients[1], "button_immediate_uninstall", addon) == ""
        assert states(database)[addon] == "uninstalled"


@pytest.mark.case("K13")
def test_two_uninstall_at_once(database: Database, start: Callable[..., ServerProcess]) -> None:
    server = start(workers=2)
    clients = [log_in(server), log_in(server)]
    assert press(clients[0], INSTALL, "orchard") == ""
    button = "button_immediate_uninstall"
    assert together(*(lambda c=c: press(c, button, "orchard") for c in clients)) == ["", ""]  # type: ignore[misc]
    assert states(database)["orchard"] == "uninstalled"
    assert press(clients[0], INSTALL, "orchard") == ""


@pytest.mark.case("J25")
def test_every_process_serves_what_one_has_installed(start: Callable[..., ServerProcess]) -> None:
    server = start(workers=2)
    client = log_in(server)
    pages = [get(server, client, APPS)[2] for _ in range(8)]
    assert not any("Trees of orchard" in page for page in pages)
    with visitors(server, [APPS, "/web/preferences"]) as found:
        assert press(client, INSTALL, "orchard") == ""
        time.sleep(0.5)
    assert not found.refusals or {status for status, _, _ in found.refusals} == {503}
    for _ in range(30):  # by either process
        assert "Trees of orchard" in get(server, client, APPS)[2]
        assert client.call("orchard.tree", "search_count", []) == 150


@pytest.mark.case("J25")
def test_the_first_call_of_a_new_model_may_come_to_another_process(start: Callable[..., ServerProcess]) -> None:
    """It asks for a model, a method and a page that this process has not heard of yet."""
    server = start(workers=2)
    client = log_in(server)
    for addon in ("orchard", "vine"):
        for _ in range(20):
            client.call("res.partner", "search_count", [])
        assert press(client, INSTALL, addon) == ""
        assert [client.call(f"{addon}.tree", "search_count", []) for _ in range(20)] == [150] * 20
    for addon in ("orchard", "vine"):
        assert press(client, "button_immediate_uninstall", addon) == ""
        for _ in range(20):
            with pytest.raises(Refused, match=f"no model {addon}.tree"):
                client.call(f"{addon}.tree", "search_count", [])


def test_during_an_installation_people_wait_or_read_what_is_installed(
    start: Callable[..., ServerProcess], make_slow: Callable[[str, float], None]
) -> None:
    """It takes longer than people wait for it."""
    make_slow("orchard", 12)
    server = start(workers=2)
    client = log_in(server)
    with visitors(server, [APPS, "/web/preferences"]) as found:
        time.sleep(0.5)
        assert press(client, INSTALL, "orchard") == ""
        time.sleep(1)
    assert found.statuses[200] > 3
    assert {status for status, _, _ in found.refusals} <= {503}, found.refusals
    for _, _, text in found.refusals:
        assert "Installing orchard" in text
    writers = [text for _, waits, text in found.refusals if not waits]
    assert writers, "nobody has met the installation"
    assert client.call("orchard.tree", "search_count", []) == 150


def test_a_refused_installation_leaves_every_process_at_work(
    database: Database, start: Callable[..., ServerProcess], addon_path: Path
) -> None:
    data = addon_path / "orchard" / "data.xml"
    data.write_text(data.read_text().replace('model="orchard.tree"', 'model="orchard.bush"', 1))
    server = start(workers=2)
    client = log_in(server)
    with visitors(server, [APPS]) as found:
        refusal = press(client, INSTALL, "orchard")
    assert "orchard/data.xml:2" in refusal
    assert {status for status, _, _ in found.refusals} <= {503}
    assert states(database)["orchard"] == "uninstalled"
    with pytest.raises(Refused):
        client.call("orchard.tree", "search_count", [])
    data.write_text(data.read_text().replace('model="orchard.bush"', 'model="orchard.tree"', 1))
    assert press(client, INSTALL, "orchard") == ""
