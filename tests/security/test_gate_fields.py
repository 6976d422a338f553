"""A field that is limited to groups stays shut by every way to it; passwords are open to nobody."""

from __future__ import annotations

from typing import Any

import pytest

from core import Env
from core.errors import AccessError, GrialError
from core.testing.records import AsUser
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")


@pytest.fixture
def pia(env: Env, as_user: AsUser, monkeypatch: pytest.MonkeyPatch) -> Env:
    """A salesperson, to whom the field `referred` of leads is shut."""
    field = env.registry["crm.lead"].field("referred")
    monkeypatch.setattr(field, "groups", "base.group_system")
    return as_user("crm.group_sale_salesman")


@pytest.fixture
def lead(env: Env, pia: Env) -> int:
    values = {"name": "Deal", "user_id": pia.uid, "referred": "by a spy"}
    return int(env["crm.lead"].create(values).id)


@pytest.mark.case("B12", "B13")
def test_reads_leave_it_out_and_refuse_it_by_name(pia: Env, lead: int) -> None:
    assert "referred" not in rpc(pia, "crm.lead", "read", lead)
    assert "referred" not in rpc(pia, "crm.lead", "fields_get")
    assert "referred" not in rpc(pia, "crm.lead", "fields_get_keys")
    assert rpc(pia, "crm.lead", "fields_get", ["referred"]) == {}
    assert "referred" not in rpc(pia, "crm.lead", "default_get", [])
    assert "referred" not in str(rpc(pia, "crm.lead", "fields_view_get", False, "form"))
    refused: list[tuple[str, list[Any]]] = [
        ("read", [[lead], ["referred"]]),
        ("search_read", [[], ["referred"]]),
        ("search", [[["referred", "=", "by a spy"]]]),
        ("search", [[["referred", "=", False]]]),
        ("search", [["!", ["referred", "like", "a%"]]]),
        ("search", [[["stage_history_ids.lead_id.referred", "like", "by"]]]),
        ("search", [[], 0, 1, "referred"]),
        ("search", [[], 0, 1, "referred desc, id"]),
        ("search_count", [[["referred", "=like", "b%"]]]),
        ("name_search", ["", [["referred", "!=", False]]]),
        ("read_group", [[], [], ["referred"]]),
        ("read_group", [[], ["referred:max"], ["city"]]),
        ("read_group", [[], ["referred:count"], []]),
        ("read_group", [[["referred", "=", "x"]], [], []]),
        ("export_data", [[lead], ["referred"]]),
        ("default_get", [["referred"]]),
        ("create", [{"name": "x", "referred": "by me"}]),
        ("write", [[lead], {"referred": "by me"}]),
        ("copy", [lead, {"referred": "by me"}]),
        ("onchange", [[lead], {}, [], {"referred": "1"}]),
    ]
    for method, args in refused:
        with pytest.raises(AccessError):
            rpc(pia, "crm.lead", method, *args)
    for path in ("lead_id.referred", "lead_id.stage_history_ids.lead_id.referred"):
        with pytest.raises(AccessError):
            rpc(pia, "crm.lead.stage.history", "search", [[path, "like", "by"]])
    for call in (["search", [], 0, 1, "lead_id.referred"], ["read_group", [], [], ["lead_id.referred"]]):
        with pytest.raises(AccessError):
            rpc(pia, "crm.lead.stage.history", *call)


def test_loading_a_file_does_not_reach_it(env: Env, pia: Env, lead: int) -> None:
    answer = rpc(pia, "crm.lead", "load", [".id", "referred"], [[str(lead), "by me"]])
    assert answer["ids"] is False
    assert env["crm.lead"].browse(lead).read(["referred"])[0]["referred"] == "by a spy"


def test_a_copy_leaves_out_what_the_user_may_not_see(env: Env, pia: Env, lead: int) -> None:
    copied = rpc(pia, "crm.lead", "copy", lead)
    assert env["crm.lead"].browse(copied).read(["referred"])[0]["referred"] is False
    assert "referred" not in rpc(pia, "crm.lead", "copy_data", lead)


def test_a_default_in_the_context_does_not_set_it(env: Env, pia: Env) -> None:
    lead = rpc(pia, "crm.lead", "create", {"name": "x"}, context={"default_referred": "by me"})
    assert env["crm.lead"].browse(lead).read(["referred"])[0]["referred"] is False
    answer = rpc(pia, "crm.lead", "onchange", [], {}, [], {"name": "1"}, context={"default_referred": "by me"})
    assert "referred" not in answer["value"]


@pytest.mark.case("B17")
def test_a_default_in_the_context_forges_no_bookkeeping(env: Env, pia: Env) -> None:
    forged = {
        "default_create_uid": 2, "default_write_uid": 2, "default_create_date": "2001-01-01 00:00:00", "default_id": 7,
        "default_row_version": 9, "default_date_left": "2001-01-01 00:00:00",
    }  # fmt: skip
    lead = rpc(pia, "crm.lead", "create", {"name": "x"}, context=forged)
    assert lead != 7
    (row,) = env["crm.lead"].browse(lead).read(["create_uid", "write_uid", "create_date", "row_version"])
    assert row["create_uid"][0] == row["write_uid"][0] == pia.uid
    assert not row["create_date"].startswith("2001")
    assert row["row_version"] < 9
    stays = env["crm.lead.stage.history"].search([("lead_id", "=", lead)])
    (step,) = stays.read(["create_uid", "create_date", "date_left"])
    assert step["date_left"] is False
    assert step["create_uid"][0] == pia.uid
    assert not step["create_date"].startswith("2001")


def test_defaults_of_a_client_do_not_reach_elevated_code(pia: Env) -> None:
    with pia.with_context(default_date_left="2001-01-01 00:00:00").elevated("try", "crm.lead.stage.history") as su_env:
        assert not [key for key in su_env.context if key.startswith("default_")]


@pytest.mark.case("A13")
@pytest.mark.parametrize("name", ["password_hash", "credential_version"])
@pytest.mark.parametrize("who", ["base.group_user", "base.group_system"])
def test_nobody_reads_searches_or_writes_credentials(env: Env, as_user: AsUser, who: str, name: str) -> None:
    user = as_user(who, "base.group_erp_manager") if who == "base.group_system" else as_user(who)
    refused: list[tuple[str, str, list[Any]]] = [
        ("res.users", "read", [[2], [name]]),
        ("res.users", "search", [[[name, "like", "$argon2%"]]]),
        ("res.users", "search", [[[name, ">", "1"]]]),
        ("res.users", "search", [[], 0, 1, name]),
        ("res.users", "search", [[["create_uid." + name, "!=", False]]]),
        ("res.users", "read_group", [[], [], [name]]),
        ("res.users", "read_group", [[], [f"{name}:max"], []]),
        ("res.users", "export_data", [[2], [name]]),
        ("res.users", "default_get", [[name]]),
        ("res.partner", "search", [[["user_ids." + name, "like", "%"]]]),
        ("res.partner", "search", [[["user_ids", "any", [[name, "like", "%"]]]]]),
        ("res.partner", "search", [[["create_uid." + name, "like", "%"]]]),
        ("res.partner", "search", [[], 0, 1, "create_uid." + name]),
        ("res.partner", "read_group", [[], [], ["create_uid." + name]]),
        ("res.partner", "export_data", [[1], ["create_uid/" + name]]),
        ("res.users", "onchange", [[2], {}, [], {name: "1"}]),
        ("res.users", "create", [{"name": "x", "login": "x", name: "1"}]),
        ("res.users", "write", [[2], {name: "1"}]),
        ("res.users.session", "search", [[["token_hash", "like", "a%"]]]),
        ("res.users.session", "search", [[["credential_version", ">", 0]]]),
        ("res.users.apikeys", "search", [[["key_hash", "like", "a%"]]]),
        ("res.users", "search", [[["session_ids.token_hash", "like", "a%"]]]),
        ("res.users", "search", [[["api_key_ids.key_hash", "like", "a%"]]]),
    ]  # fmt: skip
    for model, method, args in refused:
        with pytest.raises(AccessError):
            rpc(user, model, method, *args)
    for method in ("fields_get", "fields_get_keys"):
        assert name not in rpc(user, "res.users", method)
    assert name not in rpc(user, "res.users", "read", 2)


def test_a_password_reads_empty_and_is_not_searched(env: Env, as_user: AsUser) -> None:
    admin = as_user("admin")
    assert rpc(admin, "res.users", "read", 2, ["password"])["password"] in ("", False)
    assert rpc(admin, "res.users", "export_data", [2], ["password"]) == {"datas": [[""]]}
    for args in ([[["password", "like", "a%"]]], [[["password", "!=", False]]], [[], 0, 1, "password"]):
        with pytest.raises(GrialError):
            rpc(admin, "res.users", "search", *args)
    with pytest.raises(GrialError):
        rpc(admin, "res.users", "read_group", [], [], ["password"])
    assert "argon2" not in str(rpc(admin, "res.users", "copy_data", 2))


def test_a_client_that_makes_a_user_cannot_bring_a_hash(env: Env, as_user: AsUser) -> None:
    manager = as_user("base.group_erp_manager", "base.group_partner_manager")
    context = {"default_password_hash": "$argon2id$known", "default_credential_version": 5}
    made = rpc(manager, "res.users", "create", {"name": "x", "login": "x"}, context=context)
    user: Any = env["res.users"].browse(made)
    assert not user.password_hash
    assert user.credential_version != 5
