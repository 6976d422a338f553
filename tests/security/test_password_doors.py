"""Every door that checks a password counts failures; there is one function that checks, and one room that calls it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import Env
from core.errors import AccessDenied, GrialError, Throttled
from core.security.authenticate import verify
from core.testing.clients import Refused, WebClient
from core.testing.records import AsUser, Database
from core.testing.users import new_user
from tests.security.doors import rpc

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = "the first password", "the second password"


@pytest.fixture
def pia(database: Database) -> int:
    with database.transaction() as env:
        return int(new_user(env, ["base.group_user"], {"login": "pia", "password": OLD}).id)


@pytest.mark.case("A04")
def test_guessing_the_old_password_is_slowed_down_over_rpc(
    database: Database, pia: int, new_client: Callable[..., WebClient]
) -> None:
    """A stolen session is not a place to guess the password in."""
    client = new_client("pia")
    for _ in range(5):
        with pytest.raises(Refused, match="Wrong login or password"):
            client.call("res.users", "change_password", "wrong password", NEW)
    with pytest.raises(Refused, match="Too many failed logins") as refused:
        client.call("res.users", "change_password", OLD, NEW)
    assert refused.value.data["exception_type"]
    assert verify(database.registry, pia, OLD), "a login is not held up by it"


def test_guessing_it_on_the_page_is_slowed_down_as_well(
    database: Database, pia: int, new_client: Callable[..., WebClient]
) -> None:
    client = new_client("pia")
    form = {"old_password": "wrong password", "new_password": NEW, "again": NEW}
    for _ in range(6):
        client.post("/web/preferences/password", data=form)
    client.post("/web/preferences/password", data={**form, "old_password": OLD})
    assert verify(database.registry, pia, OLD)
    assert not verify(database.registry, pia, NEW)


def test_failures_of_one_user_do_not_slow_down_another(env: Env, as_user: AsUser) -> None:
    ana, ben = (as_user("base.group_user", password=OLD) for _ in range(2))
    for _ in range(5):
        with pytest.raises(AccessDenied):
            rpc(ana, "res.users", "change_password", "wrong password", NEW)
    with pytest.raises(Throttled):
        rpc(ana, "res.users", "change_password", OLD, NEW)
    assert rpc(ben, "res.users", "change_password", OLD, NEW) is True


def test_success_forgets_the_failures(env: Env, as_user: AsUser) -> None:
    ana = as_user("base.group_user", password=OLD)
    old = OLD
    for new in (NEW, OLD, NEW):
        for _ in range(4):
            with pytest.raises(AccessDenied):
                rpc(ana, "res.users", "change_password", "wrong password", NEW)
        assert rpc(ana, "res.users", "change_password", old, new) is True
        old = new


@pytest.mark.parametrize("odd", [None, False, True, 0, [], {}, ["x"], "", "x" * 5000, b"x"], ids=repr)
def test_what_is_no_password_neither_proves_nor_becomes_one(as_user: AsUser, odd: Any) -> None:
    ana = as_user("base.group_user", password=OLD)
    with pytest.raises(GrialError):
        rpc(ana, "res.users", "change_password", odd, NEW)
    with pytest.raises(GrialError):
        rpc(ana, "res.users", "change_password", OLD, odd)


def test_nobody_changes_the_password_of_somebody_else(as_user: AsUser) -> None:
    """The method takes no user: ids before its arguments change nothing about whose password it is."""
    ana, ben = (as_user("base.group_user", password=OLD) for _ in range(2))
    assert rpc(ana, "res.users", "change_password", [ben.uid], OLD, NEW) is True
    assert rpc(ben, "res.users", "change_password", OLD, NEW) is True


@pytest.mark.case("A04")
def test_one_room_checks_passwords() -> None:
    """A door that called the check by itself would not count: it goes by `core.security.authenticate`."""
    users: set[str] = set()
    for folder in ("core", "addons"):
        for file in (ROOT / folder).rglob("*.py"):
            if "tests" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
                called = getattr(node, "attr", "")
                if {"verify_password", "counters"} & {*names, called}:
                    users.add(file.relative_to(ROOT).as_posix())
    assert users == {"core/security/authenticate.py"}
