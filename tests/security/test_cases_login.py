"""Cases of logging in that the other files leave: traces in logs, keys in addresses, demo users, tokens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from core.security import session as room
from core.security.accounts import new_key
from core.server.app import Application
from core.testing.clients import WebClient
from core.testing.records import Database
from core.testing.users import ADMIN_LOGIN, ADMIN_PASSWORD, new_user

SECRET = "an unmistakable secret word"


@pytest.mark.case("A13")
def test_no_log_line_holds_a_password_a_key_or_a_token(
    application: Application, database: Database, new_client: Callable[..., WebClient], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="core")
    with database.transaction() as env:
        uid = new_user(env, ["base.group_user"], {"login": "pia", "password": SECRET}).id
    with database.transaction(uid) as env:
        keys: Any = env["res.users.apikeys"]
        key = keys.make("tests", 1)
    client = Client(application)
    for password in (SECRET, f"{SECRET}, but wrong", key):
        client.post("/web/login", data={"db": database.name, "login": "pia", "password": password})
        body = {"params": {"db": database.name, "login": "pia", "password": password}}
        client.post("/web/session/authenticate", json=body)
        args = [database.name, uid, password, "res.users", "no_such_method", []]
        client.post("/jsonrpc", json={"params": {"service": "object", "method": "execute", "args": args}})
    headers = {"Authorization": f"Bearer {key}", "X-Odoo-Database": database.name}
    client.post("/json/2/res.users/no_such_method", json={}, headers=headers)
    pia = new_client("pia")
    pia.call("res.users", "change_password", SECRET, f"{SECRET} again")
    text = "\n".join([caplog.text, *(str(record.__dict__) for record in caplog.records)])
    assert caplog.records
    for secret in (SECRET, key, pia.token):
        assert secret not in text


@pytest.mark.case("A17")
@pytest.mark.parametrize("name", ["access_token", "api_key", "key", "token", "session_id", "password", "Authorization"])
def test_a_key_in_an_address_opens_nothing(application: Application, database: Database, name: str) -> None:
    with database.transaction() as env:
        uid = env.ref("base.user_admin").id
    with database.transaction(uid) as env:
        keys: Any = env["res.users.apikeys"]
        key = keys.make("tests", 1)
        token = room.open_session(env, uid)
    client = Client(application)
    for secret in (key, f"Bearer {key}", f"{token}.{database.name}"):
        query = {name: secret, "db": database.name}
        headers = {"X-Odoo-Database": database.name}
        assert (
            client.post("/json/2/res.users/context_get", json={}, query_string=query, headers=headers).status_code
            == 401
        )
        assert client.post("/web/session/check", json={"params": {}}, query_string=query).get_json()["error"]
        assert client.get("/web", query_string=query).status_code in (302, 303)
        assert client.get("/web/content/1", query_string=query).status_code != 200


@pytest.mark.case("A14")
def test_tokens_and_keys_do_not_repeat(database: Database) -> None:
    keys = {new_key()[0] for _ in range(1000)}
    assert len(keys) == 1000
    assert {len(key) for key in keys} == {43}
    with database.transaction() as env:
        uid = env.ref("base.user_admin").id
        tokens = {room.open_session(env, uid) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}


@pytest.mark.case("A15")
@pytest.mark.addons("crm", demo=True)
def test_demo_users_have_no_password_that_anybody_knows(application: Application, database: Database) -> None:
    with database.transaction(write=False) as env:
        users: Any = env["res.users"].with_context(active_test=False).search([])
        logins = [user.login for user in users]
    client = Client(application)
    for login in logins:
        for guess in (login, "demo", "admin", "password", login.partition("@")[0], "12345678"):
            if (login, guess) == (ADMIN_LOGIN, ADMIN_PASSWORD):
                continue
            params = {"service": "common", "method": "login", "args": [database.name, login, guess]}
            answer = client.post(
                "/jsonrpc", json={"params": params}, environ_overrides={"REMOTE_ADDR": f"10.0.0.{len(guess)}"}
            ).get_json()
            assert not answer.get("result"), (login, guess)


@pytest.mark.case("A06")
def test_an_unknown_login_costs_the_same_work(
    application: Application, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.security import authenticate

    checked: list[bool] = []
    real = authenticate.verify_password

    def counted(stored: str | None, password: object) -> bool:
        checked.append(stored is not None)
        return real(stored, password)

    monkeypatch.setattr(authenticate, "verify_password", counted)
    for login in (ADMIN_LOGIN, "nobody"):
        params = {"service": "common", "method": "login", "args": [database.name, login, "wrong password"]}
        assert Client(application).post("/jsonrpc", json={"params": params}).get_json()["result"] is False
    assert checked == [True, False]
