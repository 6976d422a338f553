"""What a caller says in the context raises nobody's rights, and the companies of a user bound what is seen."""

from __future__ import annotations

from typing import Any

import pytest

from core import Env
from core.errors import AccessError, GrialError, MissingError, UnknownName, UserError
from core.testing.records import AsUser
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")


@pytest.fixture
def far(env: Env) -> int:
    """A second company."""
    return int(env["res.company"].create({"name": "Far Away"}).id)


@pytest.mark.case("B19")
@pytest.mark.parametrize(
    "context",
    [
        {"uid": 1}, {"su": True}, {"user_id": 1}, {"elevated": True}, {"super_models": ["*"]}, {"active_test": False},
        {"lang": ["es_ES"]}, {"lang": "../../x"}, {"tz": ["UTC"]}, {"_uid": 1}, {"allowed_company_ids": []},
        {"allowed_company_ids": "all"}, {"company_id": 10**6}, {1: 2}, {"active_id": "x"}, {"bin_size": True},
    ],
)  # fmt: skip
def test_no_key_of_a_client_opens_a_hidden_record(env: Env, as_user: AsUser, context: dict[Any, Any]) -> None:
    pia, leo = as_user("crm.group_sale_salesman"), as_user("crm.group_sale_salesman")
    other = env["crm.lead"].create({"name": "Other", "user_id": leo.uid}).id
    assert rpc(pia, "crm.lead", "search", [["id", "=", other]], context=context) == []
    assert rpc(pia, "crm.lead", "read", [other], ["name"], context=context) == []
    with pytest.raises(MissingError):
        rpc(pia, "crm.lead", "write", [other], {"name": "x"}, context=context)
    own = rpc(pia, "crm.lead", "create", {"name": "Own"}, context=context)
    assert env["crm.lead"].browse(own).read(["create_uid"])[0]["create_uid"][0] == pia.uid


def test_what_a_rule_means_does_not_follow_the_context(env: Env, as_user: AsUser) -> None:
    """An archived contact opens its company to nobody, even when the caller wants archived records too."""
    eva = as_user()
    company = env["res.partner"].create({"name": "Shut", "is_company": True})
    env["res.partner"].create({"name": "Gone", "parent_id": company.id, "city": "Nowhere", "active": False})
    model = env["ir.model"].search([("model", "=", "res.partner")]).id
    rule = "['|', ('name', '!=', 'Shut'), ('child_ids.city', '=', 'Nowhere')]"
    env["ir.rule"].create({"name": "x", "model_id": model, "domain_force": rule})
    for context in ({}, {"active_test": False}):
        assert rpc(eva, "res.partner", "search", [["id", "=", company.id]], context=context) == []
        assert rpc(eva, "res.partner", "read", company.id, ["name"], context=context) is False
        assert rpc(eva, "res.partner", "search", [["child_ids.parent_id.name", "=", "Shut"]], context=context) == []


@pytest.mark.case("B33")
def test_records_of_another_company_are_not_there(env: Env, as_user: AsUser, far: int) -> None:
    boss = as_user("crm.group_sale_manager")
    lead = env["crm.lead"].create({"name": "Far", "company_id": far}).id
    partner = env["res.partner"].create({"name": "Far", "company_id": far}).id
    for model, record in (("crm.lead", lead), ("res.partner", partner), ("crm.lead.report", lead)):
        assert rpc(boss, model, "search", [["id", "=", record]]) == []
        assert rpc(boss, model, "search_count", [["company_id", "=", far]]) == 0
        assert rpc(boss, model, "read", [record], ["company_id"]) == []
    for model, record in (("crm.lead", lead), ("res.partner", partner)):
        with pytest.raises(MissingError):
            rpc(boss, model, "write", [record], {"name": "Mine"})
    for method, args in (("search", [[]]), ("create", [{"name": "x"}])):
        with pytest.raises(UserError):
            rpc(boss, "crm.lead", method, *args, context={"allowed_company_ids": [far]})
        with pytest.raises(UserError):
            rpc(boss, "crm.lead", method, *args, context={"allowed_company_ids": [1, far]})
    assert rpc(boss, "crm.lead", "search", [["id", "=", lead]], context={"company_id": far}) == []
    with pytest.raises((AccessError, MissingError)):
        rpc(boss, "crm.lead", "create", {"name": "x"}, context={"default_company_id": far})


def test_one_reader_with_two_companies_sees_those_he_chose(env: Env, as_user: AsUser, far: int) -> None:
    boss = as_user("crm.group_sale_manager", company_ids=[(6, 0, [1, far])], company_id=1)
    near = env["crm.lead"].create({"name": "Near", "company_id": 1}).id
    there = env["crm.lead"].create({"name": "Far", "company_id": far}).id
    ours = [["id", "in", [near, there]]]
    assert set(rpc(boss, "crm.lead", "search", ours)) == {near, there}
    assert rpc(boss, "crm.lead", "search", ours, context={"allowed_company_ids": [far]}) == [there]
    assert rpc(boss, "crm.lead", "read", [near, there], ["name"], context={"allowed_company_ids": [1]})[0]["id"] == near


def test_a_rule_on_the_current_company_follows_the_current_company(env: Env, as_user: AsUser, far: int) -> None:
    boss = as_user("crm.group_sale_manager", company_ids=[(6, 0, [1, far])], company_id=1)
    model = env["ir.model"].search([("model", "=", "crm.lead")]).id
    env["ir.rule"].create({"name": "x", "model_id": model, "domain_force": "[('company_id', '=', company_id)]"})
    near = env["crm.lead"].create({"name": "Near", "company_id": 1}).id
    there = env["crm.lead"].create({"name": "Far", "company_id": far}).id
    ours = [["id", "in", [near, there]]]
    assert rpc(boss, "crm.lead", "search", ours) == [near]
    assert rpc(boss, "crm.lead", "search", ours, context={"company_id": far}) == [there]
    assert rpc(boss, "crm.lead", "read", there, ["name"], context={"company_id": 1}) is False


NOT_EXPORTED = [
    "", "_x", "__init__", "__class__", "_rule_domain", "_compute_display_name", "env", "with_user", "with_context",
    "with_env", "elevated", "sudo", "browse", "compare_and_set", "lock", "mapped", "filtered", "sorted", "grouped",
    "ensure_one", "of", "_make", "_info", "ids", "id", "name", "read\0", "Read", " read", "\uff57rite",
    "write.__globals__", "_set_password", "make", "invalidate_cache", "init", "_auto_init", "pool",
]  # fmt: skip


@pytest.mark.case("B01")
@pytest.mark.parametrize("model", ["res.users", "crm.lead", "res.users.apikeys", "ir.rule"])
def test_only_exported_methods_are_called(as_user: AsUser, model: str) -> None:
    admin = as_user("admin")
    for name in NOT_EXPORTED:
        for args in ([], [[1]], [1, {}], [[("id", "=", 1)]]):
            with pytest.raises(GrialError):
                rpc(admin, model, name, *args)
    for odd in (None, 1, ["read"], b"read", {"read": 1}):
        with pytest.raises(GrialError):
            rpc(admin, model, odd, [1])  # type: ignore[arg-type]  # what a program might send
        with pytest.raises(GrialError):
            rpc(admin, odd, "read", [1])  # type: ignore[arg-type]  # the same
    with pytest.raises(UnknownName):
        rpc(admin, "no.such.model", "read", [1])


@pytest.mark.case("I28")
@pytest.mark.parametrize(
    ("model", "method", "args"),
    [
        ("ir.module.module", "button_immediate_install", [[1]]),
        ("ir.module.module", "button_install", [[1]]),
        ("ir.module.module", "button_immediate_uninstall", [[1]]),
        ("ir.module.module", "update_list", []),
        ("base.module.upgrade", "upgrade_module", [[]]),
        ("ir.cron", "method_direct_trigger", [[1]]),
        ("ir.config_parameter", "get_param", ["database.secret"]),
        ("ir.config_parameter", "set_param", ["x", "y"]),
        ("ir.values", "set_action", ["x", "client_action_multi", "res.partner", "ir.actions.act_window,1"]),
        ("ir.values", "set_default", ["res.partner", "city", "X"]),
        ("ir.default", "set", ["res.partner", "city", "X"]),
        ("ir.job", "action_cancel", [[1]]),
        ("ir.model.access", "write", [[1], {"perm_write": True}]),
        ("ir.rule", "unlink", [[1]]),
        ("res.groups", "write", [[1], {"users": [[4, 2]]}]),
        ("res.users", "write", [[2], {"password": "taken over"}]),
        ("res.users", "create", [{"name": "x", "login": "x"}]),
        ("res.users", "save_preferences", [{"groups_id": [[5]]}]),
        ("res.users.apikeys", "create", [{"name": "x", "user_id": 2, "key_prefix": "12345678", "key_hash": "x"}]),
        ("res.users.session", "create", [{"user_id": 2}]),
        ("ir.actions.server", "create", [{"name": "x"}]),
        ("ir.ui.view", "write", [[1], {"arch": "<form/>"}]),
        ("ir.model.data", "write", [[1], {"res_id": 1}]),
    ],
)
def test_the_machinery_is_shut_to_an_employee(as_user: AsUser, model: str, method: str, args: list[Any]) -> None:
    with pytest.raises(GrialError):
        rpc(as_user("crm.group_sale_salesman"), model, method, *args)
