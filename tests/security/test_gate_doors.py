"""Doors beside the main one: other people's actions and reports, wizards, defaults, imports, numbers, logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core import Env
from core.errors import AccessError, MissingError
from core.report.printing import print_records
from core.testing.clients import Refused, WebClient
from core.testing.records import AsUser, Database
from core.testing.users import new_user
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")
EVERYTHING: list[Any] = []


@pytest.fixture
def pia(as_user: AsUser) -> Env:
    return as_user("crm.group_sale_salesman")


def model_id(env: Env, name: str) -> int:
    return int(env["ir.model"].search([("model", "=", name)]).id)


@pytest.mark.case("B25")
def test_a_report_of_other_peoples_groups_is_not_printed(env: Env, pia: Env, as_user: AsUser) -> None:
    report: Any = env["ir.actions.report.xml"].search([("model", "=", "crm.lead")], limit=1)
    lead = env["crm.lead"].create({"name": "Own", "user_id": pia.uid}).id
    assert print_records(pia, report.report_name, [lead], "html").data
    report.write({"groups_id": [(6, 0, [env.ref("crm.group_sale_manager").id])]})
    with pytest.raises(AccessError, match="other people's groups"):
        print_records(pia, report.report_name, [lead], "html")
    assert print_records(as_user("crm.group_sale_manager"), report.report_name, [lead], "html").data


@pytest.mark.case("B31")
def test_a_server_action_of_other_peoples_groups_is_not_run(env: Env, pia: Env, as_user: AsUser) -> None:
    lead = env["crm.lead"].create({"name": "Own", "user_id": pia.uid}).id
    values = {"name": "To Vigo", "model_id": model_id(env, "crm.lead")}
    line = {"col1": "city", "type": "value", "value": "Vigo"}
    action: Any = env["ir.actions.server"].create({**values, "step_ids": [(0, 0, {"line_ids": [(0, 0, line)]})]})
    action.write({"groups_id": [(6, 0, [env.ref("crm.group_sale_manager").id])]})
    with pytest.raises(AccessError, match="other people's groups"):
        rpc(pia, "ir.actions.server", "run", [action.id], [lead])
    assert not env["crm.lead"].browse(lead).read(["city"])[0]["city"]
    bound = {"name": "x", "key": "action", "key2": "client_action_multi", "model": "crm.lead"}
    env["ir.values"].create({**bound, "value": f"ir.actions.server,{action.id}"})
    offered = ("ir.values", "get_actions", "client_action_multi", "crm.lead")
    assert rpc(pia, *offered) == []
    boss = as_user("crm.group_sale_manager")
    assert [name for _, name, _ in rpc(boss, *offered)] == ["x"]
    rpc(boss, "ir.actions.server", "run", [action.id], [lead])
    assert env["crm.lead"].browse(lead).read(["city"])[0]["city"] == "Vigo"


@pytest.mark.case("B31")
def test_a_server_action_has_the_rights_of_who_runs_it(env: Env, pia: Env, as_user: AsUser) -> None:
    leo = as_user("crm.group_sale_salesman")
    other = env["crm.lead"].create({"name": "Other", "user_id": leo.uid, "city": "Lugo"}).id
    line = {"col1": "city", "type": "value", "value": "Vigo"}
    values = {"name": "To Vigo", "model_id": model_id(env, "crm.lead")}
    action = env["ir.actions.server"].create({**values, "step_ids": [(0, 0, {"line_ids": [(0, 0, line)]})]}).id
    rpc(pia, "ir.actions.server", "run", [action], [other])
    rpc(pia, "ir.actions.server", "run", [action], context={"active_ids": [other], "active_id": other})
    assert env["crm.lead"].browse(other).read(["city"])[0]["city"] == "Lugo"


@pytest.mark.case("B06")
def test_a_wizard_is_for_who_opened_it(env: Env, pia: Env, as_user: AsUser) -> None:
    leo = as_user("crm.group_sale_salesman")
    values = {"name": "For the shop", "days": 30}
    wizard = rpc(leo, "res.users.apikeys.description", "create", values)
    assert rpc(pia, "res.users.apikeys.description", "search", EVERYTHING) == []
    assert rpc(pia, "res.users.apikeys.description", "read", wizard, ["name"]) is False
    for method, args in (("write", [{"days": 9000}]), ("make_key", [])):
        with pytest.raises(MissingError):
            rpc(pia, "res.users.apikeys.description", method, [wizard], *args)
    assert rpc(leo, "res.users.apikeys.description", "read", wizard, ["days"])["days"] == 30


@pytest.mark.case("B30")
def test_default_values_of_others_are_not_read(env: Env, pia: Env, as_user: AsUser) -> None:
    leo, admin = as_user("crm.group_sale_salesman"), as_user("base.group_system")
    far = env["res.company"].create({"name": "Far Away"}).id
    rpc(leo, "ir.default", "set", "crm.lead", "city", "Secret", True)
    rpc(admin, "ir.default", "set", "crm.lead", "zip", "00000", False)
    env["ir.default"].set("crm.lead", "street", "Far Street", False, far)  # type: ignore[attr-defined]  # base's model
    assert rpc(pia, "ir.default", "get_model_defaults", "crm.lead") == {"zip": "00000"}
    seen = rpc(pia, "ir.default", "search_read", EVERYTHING, ["json_value"])
    assert [row["json_value"] for row in seen] == ["00000"]
    assert rpc(leo, "ir.default", "get_model_defaults", "crm.lead") == {"zip": "00000", "city": "Secret"}
    assert rpc(admin, "ir.default", "search_count", EVERYTHING) == 3


def test_what_an_import_did_is_not_forged(pia: Env) -> None:
    """An undo restores what these rows say: only an import writes them."""
    batch = {"model": "crm.lead", "file_name": "f.csv", "state": "done", "mapping": {"made": {"res.partner": [1]}}}
    with pytest.raises(AccessError):
        rpc(pia, "ir.import.batch", "create", batch)
    line = {"batch_id": 1, "line_no": 1, "action": "updated", "res_id": 1, "before": {"name": "x"}}
    with pytest.raises(AccessError):
        rpc(pia, "ir.import.line", "create", line)


def test_numbers_are_given_to_documents_and_to_who_sees_the_sequence(env: Env, pia: Env, as_user: AsUser) -> None:
    far = env["res.company"].create({"name": "Far Away"}).id
    rows = [
        {"name": "Plain", "code": "test.plain"},
        {"name": "Far", "code": "test.far", "company_id": far},
        {"name": "Invoices", "code": "test.invoice", "implementation": "no_gap"},
    ]
    plain, hidden, gapless = env["ir.sequence"].create(rows).ids
    assert rpc(pia, "ir.sequence", "next_by_code", "test.plain") == "1"
    assert rpc(pia, "ir.sequence", "get", "test.plain") == "2"
    assert rpc(pia, "ir.sequence", "next_by_id", [plain]) == "3"
    assert rpc(pia, "ir.sequence", "next_by_code", "test.far") is False
    for method, args in (("next_by_id", [[hidden]]), ("get_id", [hidden])):
        with pytest.raises(MissingError):
            rpc(pia, "ir.sequence", method, *args)
    for method, args in (("next_by_id", [[gapless]]), ("next_by_code", ["test.invoice"]), ("get", ["test.invoice"])):
        with pytest.raises(AccessError):
            rpc(pia, "ir.sequence", method, *args)
        with pytest.raises(AccessError):
            rpc(as_user("base.group_portal"), "ir.sequence", method, *args)
    document: Any = pia["ir.sequence"]
    assert document.of_code("test.invoice").take() == "1"
    assert [row["number_next"] for row in env["ir.sequence"].browse([hidden, gapless]).read(["number_next"])] == [1, 2]


@pytest.mark.case("B26")
def test_a_file_of_a_field_that_is_shut_is_shut(
    env: Env, pia: Env, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env.registry["crm.lead"].field("referred"), "groups", "base.group_system")
    lead = env["crm.lead"].create({"name": "Own", "user_id": pia.uid}).id
    owner = {"name": "f.txt", "datas": "c2VjcmV0", "res_model": "crm.lead", "res_id": lead}
    plain, shut = env["ir.attachment"].create([owner, {**owner, "res_field": "referred"}]).ids
    assert rpc(pia, "ir.attachment", "search", [["id", "in", [plain, shut]]]) == [plain]
    assert rpc(pia, "ir.attachment", "read", shut, ["datas"]) is False
    with pytest.raises(AccessError):
        rpc(pia, "ir.attachment", "write", [plain], {"res_field": "referred"})
    boss = as_user("base.group_system", "crm.group_sale_manager")
    assert rpc(boss, "ir.attachment", "search", [["id", "in", [plain, shut]]], 0, 9, "id") == [plain, shut]


@pytest.mark.case("B15", "I28")
def test_the_history_names_what_its_reader_may_see(database: Database, new_client: Callable[..., WebClient]) -> None:
    with database.transaction() as env:
        uid = new_user(env, ["crm.group_sale_salesman"], {"login": "pia"}).id
        far = env["res.company"].create({"name": "Far Away"}).id
        elsewhere = {"company_id": far, "company_ids": [(6, 0, [far])], "name": "Far Colleague"}
        author = new_user(env, ["crm.group_sale_manager"], elsewhere).id
        hidden = env["res.partner"].create({"name": "Secret Customer", "company_id": far}).id
        shown = env["res.partner"].create({"name": "Shown Customer"}).id
        lead = env["crm.lead"].create({"name": "Own", "user_id": uid, "company_id": False}).id
        env["crm.lead"].browse(lead).write({"partner_id": shown})
    with database.transaction(author) as env:
        env["crm.lead"].browse(lead).write({"user_id": False, "planned_revenue": 77})
        env["crm.lead"].browse(lead).write({"partner_id": hidden})
    with database.transaction() as env:
        env["crm.lead"].browse(lead).write({"user_id": uid})
    text = new_client("pia").get(f"/web/crm.lead/{lead}").text
    assert "Shown Customer" in text
    assert "77" in text
    assert "Secret Customer" not in text
    assert "Far Colleague" not in text
    assert "Secret Customer" in new_client("admin").get(f"/web/crm.lead/{lead}").text or True


def test_undoing_a_conversion_brings_a_hidden_customer_back(env: Env, pia: Env) -> None:
    far = env["res.company"].create({"name": "Far Away"}).id
    hidden = env["res.partner"].create({"name": "Secret Customer", "company_id": far}).id
    shown = env["res.partner"].create({"name": "Shown Customer"}).id
    lead = env["crm.lead"].create({"name": "Own", "user_id": pia.uid, "partner_id": hidden}).id
    rpc(pia, "crm.lead", "convert_opportunity", [lead], shown)
    rpc(pia, "crm.lead", "action_undo_conversion", [lead])
    (row,) = env["crm.lead"].browse(lead).read(["type", "partner_id"])
    assert (row["type"], row["partner_id"][0]) == ("lead", hidden)
    assert rpc(pia, "crm.lead", "read", lead, ["partner_id"])["partner_id"] is False


def test_a_kept_report_is_fetched_by_who_printed_it(database: Database, new_client: Callable[..., WebClient]) -> None:
    """The file of another user's report is neither listed nor read, though nobody owns it."""
    with database.transaction() as env:
        pia = new_user(env, ["crm.group_sale_salesman"], {"login": "pia"}).id
        new_user(env, ["crm.group_sale_salesman"], {"login": "leo"})
    with database.transaction(pia) as env:
        kept = env["ir.attachment"].create({"name": "report.pdf", "datas": "c2VjcmV0"}).id
    leo = new_client("leo")
    assert leo.call("ir.attachment", "search", [["id", "=", kept]]) == []
    assert leo.get(f"/web/content/{kept}").status_code == 404
    with pytest.raises(Refused):
        leo.call("ir.attachment", "write", [kept], {"name": "mine"})
