"""Logging in over every service: only the right secret of an active user, checked again with every call."""

from __future__ import annotations

import threading
from typing import Any
from xmlrpc.client import Fault, dumps, loads

import pytest
from werkzeug.test import Client

from core.errors import Throttled
from core.security import accounts, authenticate
from core.security.passwords import verify_password
from core.server.app import Application
from core.testing.records import Database
from core.testing.users import ADMIN_LOGIN, ADMIN_PASSWORD

WRONG = ["", "wrong password", None, False, True, 0, 1, [], {}, ["a"], "x" * 2000, 1.5]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    authenticate._remembered.clear()


class Caller:
    """Calls services over JSON-RPC, from one address."""

    def __init__(self, application: Application, database: str, address: str = "127.0.0.1") -> None:
        self.client = Client(application)
        self.database = database
        self.address = address

    def service(self, service: str, method: str, *args: Any) -> Any:
        params = {"service": service, "method": method, "args": list(args)}
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}
        answer = self.client.post("/jsonrpc", json=body, environ_overrides={"REMOTE_ADDR": self.address}).get_json()
        if "error" in answer:
            raise Fault(answer["error"]["data"]["exception_type"], answer["error"]["data"]["message"])
        return answer["result"]

    def log_in(self, login: Any, password: Any) -> Any:
        return self.service("common", "login", self.database, login, password)

    def execute(self, uid: Any, password: Any, model: str, method: str, *args: Any) -> Any:
        return self.service("object", "execute", self.database, uid, password, model, method, *args)


@pytest.fixture
def caller(application: Application, database: Database) -> Caller:
    return Caller(application, database.name)


@pytest.fixture
def uid(caller: Caller) -> int:
    found = caller.log_in(ADMIN_LOGIN, ADMIN_PASSWORD)
    assert isinstance(found, int)
    return found


def test_the_right_password_lets_in(caller: Caller, uid: int) -> None:
    assert caller.service("common", "authenticate", caller.database, ADMIN_LOGIN, ADMIN_PASSWORD, {}) == uid
    assert caller.execute(uid, ADMIN_PASSWORD, "res.users", "search", [["id", "=", uid]]) == [uid]


@pytest.mark.case("A01", "A02")
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_anything_else_does_not(caller: Caller, uid: int, wrong: Any) -> None:
    assert caller.log_in(ADMIN_LOGIN, wrong) is False
    for call in (
        lambda: caller.execute(uid, wrong, "res.users", "search", []),
        lambda: caller.service("report", "render_report", caller.database, uid, wrong, "x", [1]),
        lambda: caller.service("object", "exec_workflow", caller.database, uid, wrong, "res.partner", "x", 1),
    ):
        with pytest.raises(Fault) as caught:
            call()
        assert caught.value.faultCode == "access_denied"


@pytest.mark.parametrize(
    "login", ["nobody", "ADMIN", "admin ", "", None, False, 1, ["admin"], "admin\0", "admin\ud800", "a" * 5000, "%"]
)
def test_a_login_is_compared_exactly(caller: Caller, login: Any) -> None:
    assert caller.log_in(login, ADMIN_PASSWORD) is False


@pytest.mark.case("A16")
@pytest.mark.parametrize("name", ["../x", "a;b", "x" * 10_000, "a\0", "", None, 5, ["shop"], "no_such_database"])
def test_a_database_is_named_exactly(caller: Caller, uid: int, name: Any) -> None:
    caller.database = name
    assert caller.log_in(ADMIN_LOGIN, ADMIN_PASSWORD) is False
    with pytest.raises(Fault) as caught:
        caller.execute(uid, ADMIN_PASSWORD, "res.users", "search", [])
    assert caught.value.faultCode == "access_denied"


@pytest.mark.case("A03")
def test_a_user_id_is_never_coerced(caller: Caller, uid: int) -> None:
    for wrong in (str(uid), float(uid), True, [uid], -1, 0, 2**63, None, {"id": uid}, uid + 0.5, 1):
        with pytest.raises(Fault) as caught:
            caller.execute(wrong, ADMIN_PASSWORD, "res.users", "search", [])
        assert caught.value.faultCode == "access_denied", wrong


def test_nobody_logs_in_as_the_system_or_the_public(caller: Caller, database: Database) -> None:
    with database.registry.transaction() as env:
        logins = env["res.users"].with_context(active_test=False).search([]).mapped("login")
    for login in logins:
        for guess in ("", login, "admin", "demo", "password"):
            assert caller.log_in(login, guess) is False


@pytest.mark.case("A04")
def test_the_sixth_guess_is_slowed_down_and_other_networks_are_not(application: Application, caller: Caller) -> None:
    for _ in range(5):
        assert caller.log_in(ADMIN_LOGIN, "wrong password") is False
    for _ in range(15):
        with pytest.raises(Fault, match="Too many failed logins"):
            caller.log_in(ADMIN_LOGIN, ADMIN_PASSWORD)
    elsewhere = Caller(application, caller.database, "192.0.2.77")
    assert elsewhere.log_in(ADMIN_LOGIN, ADMIN_PASSWORD)


@pytest.mark.case("A04")
def test_guesses_with_a_user_id_count_as_well(caller: Caller, uid: int) -> None:
    for _ in range(5):
        with pytest.raises(Fault, match="Wrong login or password"):
            caller.execute(uid, "wrong password", "res.users", "search", [])
    with pytest.raises(Fault, match="Too many failed logins"):
        caller.execute(uid, "another password", "res.users", "search", [])
    assert caller.execute(uid, ADMIN_PASSWORD, "res.users", "search", [["id", "=", uid]]) == [uid]  # remembered


@pytest.mark.case("A06")
def test_unknown_users_are_answered_in_the_same_words(application: Application, database: Database) -> None:
    client = Client(application)

    def message(login: str) -> Any:
        body = {"params": {"db": database.name, "login": login, "password": "wrong password"}}
        error = client.post("/web/session/authenticate", json=body).get_json()["error"]
        error["data"].pop("debug")
        return error

    assert message(ADMIN_LOGIN) == message("nobody")


@pytest.mark.case("A19")
def test_calls_after_the_first_do_not_hash_again(
    caller: Caller, uid: int, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    hashed: list[str] = []

    def counting(stored: str | None, password: object) -> bool:
        hashed.append(str(password))
        return verify_password(stored, password)

    monkeypatch.setattr(authenticate, "verify_password", counting)
    for _ in range(20):
        caller.execute(uid, ADMIN_PASSWORD, "res.users", "search", [["id", "=", uid]])
    assert hashed == []
    authenticate._remembered.clear()
    caller.execute(uid, ADMIN_PASSWORD, "res.users", "search", [])
    assert hashed == [ADMIN_PASSWORD]


@pytest.mark.case("A19")
def test_a_changed_password_ends_what_was_remembered_at_once(caller: Caller, uid: int, database: Database) -> None:
    for _ in range(100):
        caller.execute(uid, ADMIN_PASSWORD, "res.users", "search_count", [])
    with database.registry.transaction() as env:
        env["res.users"].browse(uid).write({"password": "quite another one"})
    with pytest.raises(Fault) as caught:
        caller.execute(uid, ADMIN_PASSWORD, "res.users", "search_count", [])
    assert caught.value.faultCode == "access_denied"
    assert caller.execute(uid, "quite another one", "res.users", "search_count", [["id", "=", uid]]) == 1


@pytest.mark.case("A09")
def test_an_archived_user_is_out_at_once(caller: Caller, database: Database) -> None:
    with database.registry.transaction() as env:
        values = {"name": "Ana", "login": "ana", "password": "password of Ana"}
        ana = env["res.users"].create(values).id
    assert caller.log_in("ana", "password of Ana") == ana
    assert caller.execute(ana, "password of Ana", "res.users", "context_get")
    with database.registry.transaction() as env:
        env["res.users"].browse(ana).write({"active": False})
    assert caller.log_in("ana", "password of Ana") is False
    with pytest.raises(Fault):
        caller.execute(ana, "password of Ana", "res.users", "context_get")


def test_an_api_key_opens_until_it_is_taken_back_or_expires(caller: Caller, uid: int, database: Database) -> None:
    with database.registry.transaction(uid=uid) as env:
        keys: Any = env["res.users.apikeys"]
        key = keys.make("script", 1)
    assert caller.log_in(ADMIN_LOGIN, key) == uid
    assert caller.execute(uid, key, "res.users", "search_count", [["id", "=", uid]]) == 1
    with database.registry.transaction() as env:
        row: Any = env["res.users.apikeys"].search([])
        assert row.last_used
        assert key not in str(row.read([]))
        row.write({"expires": "2001-01-01 00:00:00"})
    authenticate._remembered.clear()
    assert caller.log_in(ADMIN_LOGIN, key) is False
    with pytest.raises(Fault):
        caller.execute(uid, key, "res.users", "search_count", [])


def test_a_bearer_key_names_its_user(application: Application, uid: int, database: Database) -> None:
    with database.registry.transaction(uid=uid) as env:
        keys: Any = env["res.users.apikeys"]
        key = keys.make("script", 1)
    client = Client(application)

    def call(authorization: str, **headers: str) -> Any:
        given = {"Authorization": authorization, "X-Odoo-Database": database.name, **headers}
        return client.post("/json/2/res.users/context_get", json={}, headers=given)

    assert call(f"bearer {key}").json["uid"] == uid
    assert call(f"Bearer {key}").status_code == 200
    for wrong in ("", "Bearer", "Bearer ", f"Basic {key}", f"Bearer {key[:-1]}x", f"Bearer {ADMIN_PASSWORD}"):
        refused = call(wrong)
        assert refused.status_code == 401
        assert refused.json["name"] == "odoo.exceptions.AccessDenied"
    assert call(f"Bearer {key}", **{"X-Odoo-Database": "no_such"}).status_code == 401
    with database.registry.transaction() as env:
        env["res.users"].browse(uid).write({"active": True, "password": "quite another one"})
        env["res.users.apikeys"].search([]).unlink()
    assert call(f"Bearer {key}").status_code == 401


@pytest.mark.case("A13")
def test_the_hash_never_leaves(caller: Caller, uid: int, database: Database) -> None:
    with database.registry.transaction() as env:
        account = accounts.by_id(env, uid)
    assert account is not None
    assert account.password_hash.startswith("$argon2id$")
    everything = str(caller.execute(uid, ADMIN_PASSWORD, "res.users", "read", [uid]))
    assert account.password_hash not in everything
    assert "argon2" not in everything
    for args in (
        ("read", [uid], ["password_hash"]),
        ("search", [["password_hash", "like", "$argon%"]]),
        ("search", [], 0, 5, "password_hash"),
        ("read_group", [], ["password_hash"], ["password_hash"]),
        ("export_data", [uid], ["password_hash"]),
        ("write", [uid], {"password_hash": "x"}),
        ("write", [uid], {"credential_version": 1}),
    ):
        with pytest.raises(Fault):
            caller.execute(uid, ADMIN_PASSWORD, "res.users", *args)
    assert not caller.execute(uid, ADMIN_PASSWORD, "res.users", "read", uid, ["password"])["password"]
    assert "password_hash" not in caller.execute(uid, ADMIN_PASSWORD, "res.users", "fields_get")
    with pytest.raises(Fault):
        caller.execute(uid, ADMIN_PASSWORD, "res.users.session", "search", [["token_hash", "like", "a%"]])
    with pytest.raises(Fault):
        caller.execute(uid, ADMIN_PASSWORD, "res.users.apikeys", "search", [["key_hash", "like", "a%"]])


def test_faults_of_the_two_xml_rpc_doors(application: Application, database: Database) -> None:
    client = Client(application)

    def fault(path: str, *args: Any) -> Fault:
        response = client.post(path, data=dumps(args, "execute", allow_none=True), content_type="text/xml")
        with pytest.raises(Fault) as caught:
            loads(response.data)
        return caught.value

    name = database.name
    for path, code in (("/xmlrpc/object", "AccessDenied"), ("/xmlrpc/2/object", 3)):
        assert fault(path, name, 2, "wrong password", "res.users", "read", [2]).faultCode == code
    plain = fault("/xmlrpc/object", name, 2, ADMIN_PASSWORD, "res.partner", "write", [10**6], {"name": "x"})
    assert plain.faultCode.startswith("warning -- MissingError\n\n")
    assert (
        fault("/xmlrpc/2/object", name, 2, ADMIN_PASSWORD, "res.partner", "write", [10**6], {"name": "x"}).faultCode
        == 2
    )


@pytest.mark.case("A05")
def test_a_flood_of_logins_leaves_the_throttle_and_the_pool_in_order(database: Database) -> None:
    outcomes: list[object] = []

    def guess(number: int) -> None:
        try:
            outcomes.append(
                authenticate.authenticate(database.registry, f"user{number}", "wrong password", "192.0.2.5")
            )
        except Throttled as error:
            outcomes.append(error)
        except Exception as error:  # noqa: BLE001 - it is the outcome
            outcomes.append(error)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 40
    assert {type(outcome).__name__ for outcome in outcomes} <= {"NoneType", "Busy"}
    assert authenticate.authenticate(database.registry, ADMIN_LOGIN, ADMIN_PASSWORD, "192.0.2.5")
