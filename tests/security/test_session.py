"""Sessions: opened by a login, ended by logout, expiry, a changed password; the token is stored nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from core.http.request import split_session_identifier
from core.security import session as room
from core.security.session import ABSOLUTE, IDLE, Clock
from core.server.app import Application
from core.testing.records import Database
from core.testing.users import ADMIN_LOGIN, ADMIN_PASSWORD


class Browser(Client):
    """A browser of one person."""

    def __init__(self, application: Application, database: str) -> None:
        super().__init__(application)
        self.database = database

    def rpc(self, path: str, params: Any = None, **options: Any) -> Any:
        return self.post(path, json={"jsonrpc": "2.0", "params": params or {}, "id": 1}, **options).get_json()

    def log_in(self, password: str = ADMIN_PASSWORD, **options: Any) -> TestResponse:
        params = {"db": self.database, "login": ADMIN_LOGIN, "password": password}
        response = self.post("/web/session/authenticate", json={"params": params}, **options)
        assert "result" in response.get_json(), response.get_json()
        return response

    @property
    def session_id(self) -> str:
        cookie = self.get_cookie("session_id")
        return cookie.value if cookie else ""

    def is_in(self) -> bool:
        return "result" in self.rpc("/web/session/check")


@pytest.fixture
def browser(application: Application, database: Database) -> Browser:
    return Browser(application, database.name)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How far the clock of the database's transactions is moved."""
    moved = [timedelta()]
    from core.orm.env import Env

    real = Env.now
    monkeypatch.setattr(Env, "now", lambda self: real(self) + moved[0])
    monkeypatch.setattr(room, "_clock", Clock())
    return moved


@pytest.mark.case("A14")
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser) -> None:
    header = browser.log_in().headers["Set-Cookie"]
    assert header.startswith("session_id=")
    for flag in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in header
    assert "Domain" not in header
    assert "Secure" not in header
    assert "Secure" in browser.log_in(base_url="https://localhost").headers["Set-Cookie"]


def test_every_login_gets_a_new_token_and_the_old_one_is_dead(browser: Browser, application: Application) -> None:
    browser.log_in()
    first = browser.session_id
    assert len(split_session_identifier(first)[1]) == 43
    browser.log_in()
    assert browser.session_id != first
    thief = Browser(application, browser.database)
    thief.set_cookie("session_id", first)
    assert not thief.is_in()


@pytest.mark.case("A07")
def test_a_session_planted_before_the_login_does_not_become_one(browser: Browser) -> None:
    planted = "a" * 43 + "." + browser.database
    browser.set_cookie("session_id", planted)
    browser.log_in()
    assert browser.session_id != planted
    browser.set_cookie("session_id", planted)
    assert not browser.is_in()


@pytest.mark.case("A08")
def test_logout_ends_the_session_for_good(browser: Browser) -> None:
    browser.log_in()
    kept = browser.session_id
    assert browser.is_in()
    assert browser.rpc("/web/session/destroy")["result"] is True
    assert browser.session_id == ""
    browser.set_cookie("session_id", kept)
    assert not browser.is_in()
    assert browser.rpc("/web/session/check")["error"]["code"] == 100


def test_a_session_travels_in_the_header_too(browser: Browser, application: Application) -> None:
    browser.log_in()
    bare = Client(application)
    headers = {"X-Openerp-Session-Id": browser.session_id}
    answer = bare.post("/web/session/get_session_info", json={"params": {}}, headers=headers).get_json()
    assert answer["result"]["username"] == ADMIN_LOGIN
    in_address = bare.post(f"/web/session/check?session_id={browser.session_id}", json={"params": {}}).get_json()
    assert in_address["error"]["code"] == 100


def test_a_token_is_good_for_its_own_database_only(browser: Browser, application: Application) -> None:
    browser.log_in()
    _database, token = split_session_identifier(browser.session_id)
    for other in ("no_such", "../x", browser.database + "x", ""):
        browser.set_cookie("session_id", f"{token}.{other}")
        assert not browser.is_in()


def test_what_is_stored_does_not_open_a_session(browser: Browser, database: Database) -> None:
    browser.log_in()
    token = split_session_identifier(browser.session_id)[1]
    assert token
    with database.registry.transaction() as env:
        rows: Any = env["res.users.session"].search([])
        stored = [str(value) for row in rows for value in (row.token_hash, row.agent, row.network)]
    assert token not in "".join(stored)
    assert room.token_hash(token) in stored
    browser.set_cookie("session_id", room.token_hash(token)[:43] + "." + browser.database)
    assert not browser.is_in()


@pytest.mark.case("A09")
def test_a_changed_password_or_an_archived_user_ends_all_sessions(
    browser: Browser, application: Application, database: Database
) -> None:
    other = Browser(application, browser.database)
    for one in (browser, other):
        one.log_in()
        assert one.is_in()
    with database.registry.transaction() as env:
        env.ref("base.user_admin").write({"password": "quite another one"})
    assert not browser.is_in()
    assert not other.is_in()
    browser.log_in("quite another one")
    assert browser.is_in()
    with database.registry.transaction() as env:
        env.ref("base.user_admin").write({"active": False})
    assert not browser.is_in()


@pytest.mark.case("A07")
def test_more_or_fewer_groups_ask_for_a_new_login(browser: Browser, database: Database) -> None:
    browser.log_in()
    with database.registry.transaction() as env:
        group = env.ref("base.group_no_one")
        env.ref("base.user_admin").write({"groups_id": [(4, group.id)]})
    assert not browser.is_in()


@pytest.mark.case("A10")
def test_an_unused_session_expires_and_a_used_one_lasts_longer(browser: Browser, clock: list[timedelta]) -> None:
    browser.log_in()
    clock[0] = IDLE - timedelta(hours=1)
    assert browser.is_in()
    clock[0] = 2 * IDLE - timedelta(hours=2)
    assert browser.is_in()
    clock[0] += IDLE
    assert not browser.is_in()


def test_no_session_lasts_for_ever(browser: Browser, clock: list[timedelta]) -> None:
    browser.log_in()
    while clock[0] < ABSOLUTE - timedelta(days=3):
        clock[0] += timedelta(days=3)
        assert browser.is_in()
    clock[0] = ABSOLUTE
    assert not browser.is_in()


@pytest.mark.case("A10", "J17")
def test_a_clock_set_back_revives_nothing(browser: Browser, clock: list[timedelta]) -> None:
    browser.log_in()
    clock[0] = IDLE
    assert not browser.is_in()
    clock[0] = timedelta()
    assert not browser.is_in()


def test_expired_sessions_are_collected(
    browser: Browser, application: Application, database: Database, clock: list[timedelta]
) -> None:
    Browser(application, browser.database).log_in()
    clock[0] = IDLE + timedelta(hours=1)
    browser.log_in()
    with database.registry.transaction() as env:
        assert room.collect(env) == 1
    assert browser.is_in()


def test_a_session_can_be_renewed_and_all_others_ended(
    browser: Browser, application: Application, database: Database
) -> None:
    other = Browser(application, browser.database)
    other.log_in()
    browser.log_in()
    with database.registry.transaction() as env:
        found = room.resolve(env, split_session_identifier(browser.session_id)[1])
        assert found is not None
        fresh = room.rotate(env, found)
        room.close_all(env, found.uid, keep=fresh)
    assert not browser.is_in()
    assert not other.is_in()
    browser.set_cookie("session_id", f"{fresh}.{browser.database}")
    assert browser.is_in()


@pytest.mark.parametrize("token", [None, 5, "", "x" * 42, "x" * 44, "é" * 43, b"x" * 43])
def test_what_is_no_token_opens_nothing(database: Database, token: Any) -> None:
    with database.registry.transaction() as env:
        assert room.resolve(env, token) is None


def test_the_clock_never_goes_back() -> None:
    clock = Clock()
    noon = datetime(2026, 1, 1, 12)
    assert clock.now(noon) == noon
    assert clock.now(noon - timedelta(hours=5)) == noon
    assert clock.now(noon + timedelta(hours=1)) == noon + timedelta(hours=1)
