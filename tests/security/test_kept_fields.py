"""What the system keeps, works out or moves by a workflow is set by nobody from outside, and the refusal says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core import Env
from core.data.sheets.importing import Import
from core.data.sheets.reader import Sheet
from core.errors import AccessError, GrialError, MissingError, UserError, ValidationError
from core.testing.clients import Refused, WebClient
from core.testing.records import AsUser, Database
from core.testing.users import new_user
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")

FORGED = [
    ("id", 987_654, "kept by the system"),
    ("create_uid", 2, "kept by the system"),
    ("create_date", "2001-01-01 00:00:00", "kept by the system"),
    ("write_uid", 2, "kept by the system"),
    ("write_date", "2001-01-01 00:00:00", "kept by the system"),
    ("row_version", 99, "kept by the system"),
    ("display_name", "Somebody", "kept by the system"),
    ("expected_revenue", 5, "worked out"),
    ("company_revenue", 5, "worked out"),
    ("day_open", 5, "worked out"),
    ("state", "done", "moved by its workflow"),
    ("state", "open", "moved by its workflow"),
]


@pytest.fixture
def pia(as_user: AsUser) -> Env:
    return as_user("crm.group_sale_salesman")


@pytest.fixture
def lead(pia: Env) -> int:
    return int(rpc(pia, "crm.lead", "create", {"name": "Own", "planned_revenue": 100, "probability": 10}))


def row(env: Env, lead: int) -> dict[str, Any]:
    env.flush()
    found: dict[str, Any] = env["crm.lead"].browse(lead).read([name for name, _, _ in FORGED])[0]
    return found


@pytest.mark.case("B20")
@pytest.mark.parametrize(("name", "value", "why"), FORGED)
@pytest.mark.parametrize("who", ["crm.group_sale_salesman", "crm.group_sale_manager,base.group_system"])
def test_it_is_refused_by_name_and_nothing_is_written(
    env: Env, as_user: AsUser, who: str, name: str, value: Any, why: str
) -> None:
    user = as_user(*who.split(","))
    lead = rpc(user, "crm.lead", "create", {"name": "Own", "planned_revenue": 100})
    before, count = row(env, lead), env["crm.lead"].search_count([])
    label = env.registry["crm.lead"].field(name).string
    for method, args in (
        ("write", [[lead], {"city": "X", name: value}]),
        ("create", [{"name": "x", name: value}]),
        ("create", [[{"name": "y"}, {"name": "x", name: value}]]),
        ("copy", [lead, {name: value}]),
    ):
        with pytest.raises(ValidationError, match=f"{label} of Lead/Opportunity is {why}") as refused, env.savepoint():
            rpc(user, "crm.lead", method, *args)
        assert refused.value.fields == (name,)
    if name != "id":  # which is the external id there
        answer = rpc(user, "crm.lead", "load", [".id", "city", name], [[str(lead), "X", str(value)]])
        assert answer["ids"] is False
    assert row(env, lead) == before
    assert env["crm.lead"].search_count([]) == count


@pytest.mark.case("B20")
def test_what_is_read_may_be_written_back(env: Env, pia: Env, lead: int) -> None:
    """Programs of the OpenERP family read a record, change a value and write all of it."""
    before = row(env, lead)
    for load in ("_classic_read", "_classic_write"):
        seen = rpc(pia, "crm.lead", "read", lead, [], load=load)
        lists = {name for name, value in seen.items() if isinstance(value, list) and load == "_classic_write"}
        values = {name: value for name, value in seen.items() if name not in lists and name != "stage_history_ids"}
        assert {"id", "create_uid", "write_date", "row_version", "state", "expected_revenue"} <= values.keys()
        rpc(pia, "crm.lead", "write", [lead], {**values, "city": load})
        assert env["crm.lead"].browse(lead).read(["city"])[0]["city"] == load
    after = row(env, lead)
    assert after["row_version"] > before["row_version"]
    moved = {"row_version": 0, "write_date": 0, "write_uid": 0}
    assert {**after, **moved} == {**before, **moved}


def test_a_new_record_may_leave_it_empty_and_begin_where_the_workflow_begins(env: Env, pia: Env) -> None:
    empty = {name: False for name, _, _ in FORGED if name != "state"}
    lead = rpc(pia, "crm.lead", "create", {"name": "x", **empty, "state": "draft"})
    assert row(env, lead)["state"] == "draft"
    with pytest.raises(ValidationError):
        rpc(pia, "crm.lead", "write", [rpc(pia, "crm.lead", "create", {"name": "y"})], {"state": False})


def test_a_value_to_begin_with_is_no_way_back(env: Env, pia: Env, lead: int) -> None:
    rpc(pia, "crm.lead", "case_mark_won", [lead])
    assert row(env, lead)["state"] == "done"
    with pytest.raises(ValidationError, match="moved by its workflow"):
        rpc(pia, "crm.lead", "write", [lead], {"state": "draft"})


@pytest.mark.case("B17")
def test_the_context_does_not_set_it_either(env: Env, pia: Env) -> None:
    context = {f"default_{name}": value for name, value, _ in FORGED}
    lead = rpc(pia, "crm.lead", "create", {"name": "x"}, context=context)
    made = row(env, lead)
    assert made["state"] == "draft"
    assert made["create_uid"][0] == pia.uid
    assert (made["expected_revenue"], made["row_version"], made["display_name"]) == (0, 1, "x")
    answer = rpc(pia, "crm.lead", "default_get", ["state", "create_uid", "expected_revenue"], context=context)
    assert answer.get("state") == "draft"
    assert "create_uid" not in answer


def test_the_workflow_and_the_stages_still_move_it(env: Env, pia: Env, lead: int) -> None:
    rpc(pia, "crm.lead", "case_open", [lead])
    assert row(env, lead)["state"] == "open"
    won = env["crm.case.stage"].search([("state", "=", "done")], limit=1).id
    rpc(pia, "crm.lead", "write", [lead], {"stage_id": won})
    assert row(env, lead)["state"] == "done"
    made = rpc(pia, "crm.lead", "create", [{"name": "Won", "stage_id": won}, {"name": "New"}])
    assert [row(env, one)["state"] for one in made] == ["done", "draft"]
    rpc(pia, "crm.lead", "case_reset", [made[0]])
    assert row(env, made[0])["state"] == "draft"


@pytest.mark.case("I25")
def test_a_stored_result_is_what_the_computation_says(env: Env, as_user: AsUser) -> None:
    """An external user sees the partners below their commercial entity: nobody forges it."""
    manager = as_user("base.group_partner_manager")
    company = env["res.partner"].create({"name": "Victim", "is_company": True}).id
    partner = rpc(manager, "res.partner", "create", {"name": "x"})
    for method, args in (
        ("write", [[partner], {"commercial_partner_id": company}]),
        ("create", [{"name": "y", "commercial_partner_id": company}]),
    ):
        with pytest.raises(ValidationError, match="worked out"):
            rpc(manager, "res.partner", method, *args)
    assert env["res.partner"].browse(partner).read(["commercial_partner_id"])[0]["commercial_partner_id"][0] == partner


def test_an_import_refuses_the_row_and_names_the_column(env: Env, pia: Env) -> None:
    sheet = Sheet("f.csv", ("Subject", "Status"), (("One", "Closed"), ("Two", "New")), (2, 3))
    labels = env.registry["crm.lead"].field("state").labels(env)  # type: ignore[attr-defined]  # a selection
    sheet = Sheet("f.csv", sheet.header, (("One", labels["done"]), ("Two", labels["draft"])), (2, 3))
    outcome = Import(pia, "crm.lead", sheet, {0: ["name"], 1: ["state"]}).run()
    assert (len(outcome.created), [r.column for r in outcome.refused]) == (1, ["Status"])
    assert "workflow" in outcome.refused[0].reason


@pytest.mark.case("B20")
@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("res.users", {"groups_id": [[4, 1]]}),
        ("res.users", {"password": "a new password"}),
        ("res.users", {"company_id": 1}),
        ("res.users", {"login": "root"}),
        ("res.users", {"active": False}),
        ("res.groups", {"users": [[4, 2]]}),
        ("res.company", {"user_ids": [[4, 2]]}),
    ],
)
def test_rights_are_not_assigned_along_with_other_values(
    env: Env, as_user: AsUser, model: str, values: dict[str, Any]
) -> None:
    """Neither on oneself nor on others, neither by the record nor by a line of another one."""
    pia = as_user("crm.group_sale_salesman", "base.group_partner_manager")
    own = env["res.users"].browse(pia.uid)
    partner = own.read(["partner_id"])[0]["partner_id"][0]
    targets = {"res.users": [pia.uid, 2], "res.groups": [1], "res.company": [1]}[model]
    before = env["res.users"].browse([pia.uid, 2]).read(["groups_id", "company_id", "login", "active"])
    for target in targets:
        with pytest.raises((AccessError, UserError)), env.savepoint():
            rpc(pia, model, "write", [target], values)
    with pytest.raises(AccessError), env.savepoint():
        rpc(pia, model, "create", {"name": "x", "login": "x", **values})
    if model == "res.users":
        for command in ([1, pia.uid, values], [0, 0, {"name": "y", "login": "y", **values}]):
            with pytest.raises((AccessError, UserError)), env.savepoint():
                rpc(pia, "res.partner", "write", [partner], {"user_ids": [command]})
        with pytest.raises(AccessError):
            rpc(pia, "res.users", "save_preferences", values if "company_id" not in values else {"company_ids": []})
    assert env["res.users"].browse([pia.uid, 2]).read(["groups_id", "company_id", "login", "active"]) == before


def test_another_company_is_not_assigned(env: Env, pia: Env, lead: int) -> None:
    far = env["res.company"].create({"name": "Far Away"}).id
    for model, record in (("crm.lead", lead), ("res.partner", env["res.partner"].create({"name": "x"}).id)):
        with pytest.raises((MissingError, AccessError)), env.savepoint():
            rpc(pia, model, "write", [record], {"company_id": far})


def test_the_pages_refuse_it(database: Database, new_client: Callable[..., WebClient]) -> None:
    with database.transaction() as env:
        uid = new_user(env, ["crm.group_sale_salesman"], {"login": "pia"}).id
        lead = env["crm.lead"].create({"name": "Own", "user_id": uid}).id
        before = row(env, lead)
    pia = new_client("pia")
    for name, value, why in FORGED:
        with pytest.raises(Refused, match=why):
            pia.call("crm.lead", "write", [lead], {name: value})
        pia.post(f"/web/crm.lead/{lead}/set/{name}", data={"_value": str(value)})
        pia.post(f"/web/board/move?model=crm.lead&field={name}", data={"id": str(lead), "to": str(value)})
        pia.post(f"/web/crm.lead/{lead}", data={name: str(value), "name": "Own", "_original": "{}"})
    with database.transaction(write=False) as env:
        after = row(env, lead)
        assert {**after, "row_version": 0, "write_date": 0, "write_uid": 0} == {
            **before, "row_version": 0, "write_date": 0, "write_uid": 0
        }  # fmt: skip


def test_code_past_the_gate_keeps_the_books_but_not_the_numbers(env: Env) -> None:
    """Data of an older system comes in with its dates and authors; ids, versions and results are never given."""
    made = env["crm.lead"].create({"name": "Old", "create_date": "2001-01-01 00:00:00", "create_uid": 2})
    assert made.read(["create_date"])[0]["create_date"].startswith("2001")
    for values in ({"id": 5}, {"row_version": 7}, {"expected_revenue": 5}):
        with pytest.raises(GrialError):
            env["crm.lead"].create({"name": "x", **values})
