"""The places of a user to work are the same by every session and door, and nobody else can take them."""

from __future__ import annotations

import threading
import xmlrpc.client
from collections.abc import Iterator
from typing import Any

import pytest

from core.http.budget import Budget
from core.server.app import Application
from core.testing.clients import Refused, WebClient
from core.testing.records import Database
from core.testing.users import ADMIN_PASSWORD, find_user

MODEL = "res.partner.title"


class Holding:
    """A call of the admin that works until it may end."""

    def __init__(self) -> None:
        self.begun, self.end = threading.Event(), threading.Event()

    def __call__(self, _records: Any, *_: Any) -> int:
        if not self.begun.is_set():
            self.begun.set()
            self.end.wait(60)
        return 0


@pytest.fixture
def holding(application: Application, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Holding]:
    """One place a user, and the admin's is taken."""
    monkeypatch.setattr(application.site, "budget", Budget(per_user=1, waiting_per_user=0))
    client = WebClient(application, database.name)
    client.call(MODEL, "search_count", [])
    held = Holding()
    monkeypatch.setattr(application.registries.get(database.name)[MODEL].cls, "search_count", held)
    thread = threading.Thread(target=client.call, args=(MODEL, "search_count", []))
    thread.start()
    assert held.begun.wait(60)
    yield held
    held.end.set()
    thread.join()


def call(client: WebClient, database: str, password: str) -> Any:
    arguments = (database, 2, password, MODEL, "search_count", [[]])
    body = xmlrpc.client.dumps(arguments, "execute_kw")
    return client.post("/xmlrpc/2/object", data=body, content_type="text/xml")


@pytest.mark.case("H15")
def test_other_sessions_and_doors_of_a_user_share_his_places(
    application: Application, database: Database, holding: Holding
) -> None:
    with database.transaction() as env:
        other = env["res.users"].create({"name": "Ana", "login": "ana"})
        assert other != find_user(env, "admin")
    second = WebClient(application, database.name)
    second.get("/web")  # from here on it is known who this session is
    with pytest.raises(Refused, match="busy"):
        second.call(MODEL, "search_count", [])
    answer = call(WebClient(application, database.name, ""), database.name, ADMIN_PASSWORD)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert WebClient(application, database.name, "ana").call(MODEL, "search_count", []) == 0


def test_a_stranger_takes_no_place_of_a_user(application: Application, database: Database, holding: Holding) -> None:
    holding.end.set()
    taken: list[str] = []
    budget = application.site.budget
    take = budget._take
    budget._take = lambda user: (taken.append(user), take(user))  # type: ignore[method-assign, assignment, func-returns-value]
    answer = call(WebClient(application, database.name, ""), database.name, "a wrong password")
    assert answer.status_code == 200
    with pytest.raises(xmlrpc.client.Fault) as fault:
        xmlrpc.client.loads(answer.data)
    assert fault.value.faultCode == 3
    assert taken == [""]  # the address of a client without a network
