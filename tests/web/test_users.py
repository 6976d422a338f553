"""Users, as an employee and as an administrator see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.errors import AccessError
from core.testing.clients import WebClient
from core.testing.records import Database
from tests.web.conftest import Screen

Visit = Callable[[str], Screen]

PRIVATE = ("login_date", "groups_id", "password")


def test_employees_see_colleagues_without_what_concerns_their_login(
    client: WebClient, visit: Visit, database: Database
) -> None:
    with database.transaction() as env:
        ana: Any = env["res.users"].create({"name": "Ana", "login": "ana"})
    client.log_in("ana")
    form = visit("/web/res.users/2")
    for name in PRIVATE:
        assert not form.root.xpath(f"//*[@data-field='{name}']")
    assert not form.root.xpath("//*[contains(@formaction, 'log_out') or contains(@href, 'log_out')]")
    assert "log_out_everywhere" not in client.get("/web/res.users/2").text
    with database.transaction(uid=ana.id) as env:
        users: Any = env["res.users"]
        [own] = users.browse(ana.id).read(["name", "login", "share"])
        assert (own["name"], own["login"], own["share"]) == ("Ana", "ana", False)
        assert not {"login_date", "groups_id"} & (users.browse(ana.id).read([])[0].keys() | users.fields_get().keys())
        assert users.context_get()["uid"] == ana.id
        assert users.has_group("base.group_user")
        assert not users.has_group("base.group_system")
        assert (2, "Administrator") in users.name_search("Admin")
        with pytest.raises(AccessError):
            users.browse(2).read(["login_date"])


def test_the_user_that_does_what_the_system_does_is_in_no_list(client: WebClient, database: Database) -> None:
    text = client.get("/web/action/base.action_user?filter=inactive").text
    assert ">public<" in text
    assert "__system__" not in text


def test_a_new_user_is_told_what_an_empty_password_means(client: WebClient, visit: Visit) -> None:
    text = client.get("/web/res.users/new").text
    assert "Without a password" in text
    assert "keep the password" not in text
    assert "log_out_everywhere" not in text
    assert "keep the password" in client.get("/web/res.users/2?edit=1").text
    assert "log_out_everywhere" in client.get("/web/res.users/2").text
