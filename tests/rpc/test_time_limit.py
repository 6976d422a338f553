"""A call that takes too long is stopped and told so, by every door; the server and its connections go on."""

from __future__ import annotations

import logging
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from core.http.budget import Budget
from core.kernel import limit
from core.server.app import Application
from core.testing.clients import WebClient
from core.testing.databases import Databases
from core.testing.records import Database
from core.testing.users import ADMIN_LOGIN, ADMIN_PASSWORD
from tests.db.test_limits import ENDLESS

# A stop that comes inside a callback of the interpreter is lost there, and comes again.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

MODEL = "res.partner.title"
TOLD = "This took too long and was stopped."


@pytest.fixture
def app(databases: Databases, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """The application with a tiny time limit."""
    monkeypatch.setattr(limit, "GRACE", 0.0)
    app = Application(replace(databases.settings, time_limit=0.3))
    yield app
    app.registries.forget(database.name)


def write_something(records: Any) -> None:
    if records.env.tx.write:
        records.create({"name": "Lost"})
        records.env.flush()


def run_a_statement(records: Any) -> None:
    write_something(records)
    records.env.tx.execute(ENDLESS)


def run_a_loop(records: Any) -> None:
    write_something(records)
    while True:
        pass


def swallow_errors(records: Any) -> None:
    while True:
        with suppress(Exception), records.env.tx.savepoint():
            run_a_statement(records)


@pytest.fixture(params=[run_a_statement, run_a_loop, swallow_errors])
def heavy(
    app: Application, database: Database, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Makes a method of a model heavy; gives what makes it light again."""
    cls = app.registries.get(database.name)[MODEL].cls

    def make(method: str = "name_create") -> None:
        monkeypatch.setattr(cls, method, lambda records, *_, **__: request.param(records), raising=False)

    return make


def names(database: Database) -> list[str]:
    with database.transaction(write=False) as env:
        return list(env[MODEL].search([("name", "=", "Lost")]).mapped("name"))


def key_for(app: Application, database: Database) -> str:
    def work(env: Any) -> str:
        admin = env["res.users"].search([("login", "=", ADMIN_LOGIN)])
        return str(env.with_user(admin.id)["res.users.apikeys"].make("test", 1))

    return app.registries.run(database.name, work)


@pytest.mark.case("H17")
def test_xml_rpc_tells_it_as_a_fault(app: Application, database: Database, heavy: Callable[..., Any]) -> None:
    client = WebClient(app, database.name, "")
    heavy()
    for path, code in (("/xmlrpc/2/object", 2), ("/xmlrpc/object", f"warning -- Timeout\n\n{TOLD}")):
        arguments = (database.name, 2, ADMIN_PASSWORD, MODEL, "name_create", ["x"])
        answer = client.post(path, data=xmlrpc.client.dumps(arguments, "execute_kw"), content_type="text/xml")
        assert answer.status_code == 200
        with pytest.raises(xmlrpc.client.Fault) as fault:
            xmlrpc.client.loads(answer.data)
        assert TOLD in fault.value.faultString
        assert answer.headers["X-Request-Id"] in fault.value.faultString
        assert str(fault.value.faultCode).startswith(str(code))
    assert names(database) == []


@pytest.mark.case("H17")
def test_json_rpc_tells_it_as_an_error(
    app: Application, database: Database, heavy: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    client = WebClient(app, database.name)
    heavy()
    service = {"service": "object", "method": "execute_kw"}
    arguments = [database.name, 2, ADMIN_PASSWORD, MODEL, "name_create", ["x"]]
    call = {"model": MODEL, "method": "name_create", "args": ["x"], "kwargs": {}}
    with caplog.at_level(logging.WARNING, "core.http.errors"):
        for path, params in (("/jsonrpc", {**service, "args": arguments}), ("/web/dataset/call_kw", call)):
            answer = client.post(path, json={"jsonrpc": "2.0", "method": "call", "params": params, "id": 7})
            assert answer.status_code == 200
            told = answer.get_json()
            assert told["id"] == 7
            assert TOLD in told["error"]["data"]["message"]
            assert told["error"]["data"]["name"] == "odoo.exceptions.UserError"
            number = answer.headers["X-Request-Id"]
            assert number in told["error"]["data"]["debug"]
            assert any(number in line and "took too long" in line for line in caplog.messages)
    assert names(database) == []


def test_json_2_tells_it_by_status(app: Application, database: Database, heavy: Callable[..., Any]) -> None:
    key = key_for(app, database)
    client = WebClient(app, database.name, "")
    heavy()
    answer = client.post(
        f"/json/2/{MODEL}/name_create",
        json={"name": "x"},
        headers={"Authorization": f"Bearer {key}", "X-Odoo-Database": database.name},
    )
    assert answer.status_code == 504
    assert "Retry-After" not in answer.headers
    assert TOLD in answer.get_json()["message"]
    assert names(database) == []


def test_the_web_client_tells_it_in_its_frame(app: Application, database: Database, heavy: Callable[..., Any]) -> None:
    client = WebClient(app, database.name)
    heavy("search")
    heavy("search_count")
    heavy("grouped")
    answer = client.get(f"/web/{MODEL}")
    assert answer.status_code == 504
    page = answer.get_data(as_text=True)
    assert TOLD in page
    assert 'id="main"' in page
    assert answer.headers["X-Request-Id"] in page


def test_whoever_comes_next_finds_everything_in_order(
    app: Application, database: Database, heavy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = WebClient(app, database.name)
    heavy()
    for _ in range(3):
        with pytest.raises(Exception, match="too long"):
            client.call(MODEL, "name_create", "x")
    monkeypatch.undo()
    app.site.budget = Budget()
    for number in range(10):
        assert client.call(MODEL, "name_create", f"Found {number}")
    engine = app.registries.server.engine(database.name)
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # it is a QueuePool
