"""The web client's data endpoints and JSON-2, on a real database."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, dumps, loads

import pytest
from werkzeug.test import Client

from core.errors import Busy
from core.server.app import Application
from core.testing.clients import Refused, WebClient
from core.testing.records import Database


@pytest.fixture
def web(application: Application, database: Database) -> WebClient:
    return WebClient(application, database.name)


def post(client: Client, path: str, **params: Any) -> Any:
    return client.post(path, json={"jsonrpc": "2.0", "params": params, "id": 5}).get_json()


def test_call_kw_takes_model_and_method_from_path_or_body(web: WebClient) -> None:
    params = {"args": [[["login", "=", "admin"]]], "kwargs": {}}
    assert post(web, "/web/dataset/call_kw", model="res.users", method="search_count", **params)["result"] == 1
    assert post(web, "/web/dataset/call_kw/res.users/search_count", **params)["result"] == 1
    assert post(web, "/web/dataset/call", model="res.users", method="search_count", **params)["result"] == 1
    named = {"args": [], "kwargs": {"domain": [["login", "=", "admin"]], "context": {"lang": "en_US"}}}
    assert post(web, "/web/dataset/call_kw", model="res.users", method="search_count", **named)["result"] == 1


def test_only_exported_methods_are_called(web: WebClient) -> None:
    for method in ("_compute_display_name", "browse", "with_user", "sudo", "mapped", "env", ""):
        with pytest.raises(Refused):
            web.call("res.partner", method)


def test_a_button_answers_an_action_or_false(web: WebClient) -> None:
    pressed = post(web, "/web/dataset/call_button", model="res.users", method="search_count", args=[[]])
    assert pressed["result"] is False
    key = web.call("res.users.apikeys.description", "create", {"name": "script"})
    shown = post(
        web, "/web/dataset/call_button", model="res.users.apikeys.description", method="make_key", args=[[key]]
    )
    assert shown["result"]["type"] == "ir.actions.act_window"


def test_search_read_counts(web: WebClient) -> None:
    found = post(web, "/web/dataset/search_read", model="res.country", fields=["code"], domain=[], limit=3, sort="code")
    assert found["result"]["length"] > 200
    assert [row["code"] for row in found["result"]["records"]] == ["AD", "AE", "AF"]


def test_a_signal_is_sent(web: WebClient) -> None:
    partner = web.call("res.partner", "create", {"name": "x"})
    assert post(web, "/web/dataset/exec_workflow", model="res.partner", id=partner, signal="none")["result"] is False


def test_without_a_session_there_is_error_100(application: Application, database: Database) -> None:
    visitor = Client(application)
    for path in ("/web/dataset/call_kw", "/web/dataset/search_read", "/web/session/get_session_info"):
        error = post(visitor, path, model="res.users", method="search", args=[[]], kwargs={})["error"]
        assert error["code"] == 100


def test_a_write_from_a_page_of_ours_goes_through_and_from_elsewhere_does_not(web: WebClient) -> None:
    body = {"params": {"model": "res.partner", "method": "create", "args": [{"name": "x"}], "kwargs": {}}}
    ours = web.post("/web/dataset/call_kw", json=body, headers={"Sec-Fetch-Site": "same-origin"}).get_json()
    assert ours["result"]
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.org"}):
        theirs = web.post("/web/dataset/call_kw", json=body, headers=headers).get_json()
        assert "error" in theirs


def test_a_busy_server_says_so_by_status_at_every_door(
    web: WebClient, json2: Json2, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_args: Any, **_kwargs: Any) -> Any:
        raise Busy("The server is busy.", retry_after=3)

    monkeypatch.setattr(web.app.site.budget, "_enter", busy)
    call = {"model": "res.partner", "method": "search", "args": [[]], "kwargs": {}}
    service = {"service": "object", "method": "execute", "args": [web.database, 2, "x", "res.partner", "search", []]}
    with_session = web.post("/web/dataset/call_kw", json={"params": call})
    without = web.post("/jsonrpc", json={"params": service})
    xml = web.post("/xmlrpc/2/object", data=dumps(tuple(service["args"]), "execute"))
    for response in (with_session, without, xml, json2.post("res.partner/search", {})):
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "3"
    assert with_session.get_json()["error"]["data"]["message"] == "The server is busy."
    with pytest.raises(Fault):
        loads(xml.data)


def test_session_info_holds_what_clients_read(web: WebClient) -> None:
    info = post(web, "/web/session/get_session_info")["result"]
    assert info["uid"] == 2
    assert info["username"] == "admin"
    assert info["user_context"]["lang"] == "en_US"
    assert info["is_system"] is True
    assert "session_id" not in info
    assert post(web, "/web/session/get_lang_list")["result"][0] == ["en_US", "English (US)"]


class Json2:
    """Calls with a bearer key."""

    def __init__(self, application: Application, database: Database) -> None:
        with database.transaction(uid=2) as env:
            keys: Any = env["res.users.apikeys"]
            self.key = keys.make("tests", 1)
        self.client = Client(application)
        self.headers = {"Authorization": f"Bearer {self.key}", "X-Odoo-Database": database.name}

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(f"/json/2/{path}", json=body, headers=self.headers)

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)


@pytest.fixture
def json2(application: Application, database: Database) -> Json2:
    return Json2(application, database)


def test_json_2_calls_by_names(json2: Json2) -> None:
    created = json2.post("res.partner/create", {"vals_list": {"name": "Pan y Vino"}}).json
    assert type(created) is int
    assert json2.post("res.partner/create", {"vals_list": [{"name": "a"}, {"name": "b"}]}).json[1] > created
    assert json2.post("res.partner/read", {"ids": [created], "fields": ["name"], "load": "_classic_read"}).json == [
        {"id": created, "name": "Pan y Vino"}
    ]
    body = {"domain": [["id", "=", created]], "offset": 0, "limit": 5, "order": "name"}
    assert json2.post("res.partner/search", body).json == [created]
    assert json2.post("res.partner/write", {"ids": [created], "vals": {"city": "Jaca"}}).json is True
    assert json2.post("res.users/has_group", {"group_ext_id": "base.group_user"}).status_code in (200, 422)
    assert json2.post("res.partner/unlink", {"ids": [created]}).json is True


@pytest.mark.addons("crm")
def test_the_examples_of_the_documentation_work(json2: Json2) -> None:
    text = (Path(__file__).parents[2] / "docs" / "integrators.md").read_text(encoding="utf-8")
    examples = re.findall(r"^call (\S+) '(.*)'$", text, re.MULTILINE)
    assert [path.partition("/")[2] for path, _ in examples] == ["create", "search_read", "write", "case_mark_won"]
    made = 0
    for path, body in examples:
        answer = json2.post(path, json.loads(body.replace("[7]", f"[{made}]")))
        assert answer.status_code == 200, answer.text
        made = made or answer.json
    assert json2.post("crm.lead/read", {"ids": [made], "fields": ["state", "planned_revenue"]}).json == [
        {"id": made, "state": "done", "planned_revenue": 1200.0}
    ]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("res.partner/write", {"ids": [999_999], "vals": {"name": "x"}}, 404),
        ("res.partner/no_such_method", {}, 404),
        ("no.such.model/read", {}, 404),
        ("res.partner/create", {"vals": {"no_such_field": 1}}, 404),
        ("res.partner/create", {"vals": {"name": ["x"]}}, 422),
        ("res.partner/write", {"idz": [1]}, 422),
        ("res.partner/read", [], 400),
        ("res.users/write", {"ids": [1], "vals": {"login": "x"}}, 422),
    ],
)  # fmt: skip
def test_json_2_tells_errors_by_status(json2: Json2, path: str, body: Any, status: int) -> None:
    response = json2.post(path, body)
    assert response.status_code == status, response.text
    assert set(response.json) == {"name", "message", "arguments", "context", "debug"}
    assert response.json["message"]


def test_json_2_describes_models(json2: Json2, web: WebClient) -> None:
    described = json2.get("/doc-bearer/res.partner.json").json
    assert described["model"] == "res.partner"
    assert described["fields"]["name"]["type"] == "char"
    methods = described["methods"]
    assert list(methods["search"]["parameters"]) == ["domain", "offset", "limit", "order", "count"]
    assert methods["search"]["api"] == ["model"]
    assert list(methods["write"]["parameters"]) == ["vals"]
    assert methods["write"]["api"] == []
    assert "_compute_display_name" not in methods
    missing = json2.get("/doc-bearer/no.such.model.json")
    assert missing.status_code == 404
    assert missing.json["message"]
    assert web.get("/doc/res.partner.json").get_json()["methods"].keys() == methods.keys()


def test_json_2_needs_json_and_post(json2: Json2) -> None:
    assert json2.get("/json/2/res.partner/search").status_code == 405
    form = json2.client.post("/json/2/res.partner/search", data={"a": "b"}, headers=json2.headers)
    assert form.status_code == 400
