"""What a rule hides is not there, whichever door one tries: values, names, counts, order, files, reports."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import pytest

from core import Env
from core.errors import AccessError, GrialError, MissingError, UserError
from core.report.printing import print_records
from core.testing.records import AsUser
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")


class Scene(NamedTuple):
    """Two salespeople with a lead each, and one lead that nobody has."""

    root: Env
    pia: Env
    leo: Env
    own: int
    other: int
    free: int

    @property
    def three(self) -> list[int]:
        return [self.own, self.other, self.free]


@pytest.fixture
def scene(env: Env, as_user: AsUser) -> Scene:
    pia, leo = as_user("crm.group_sale_salesman"), as_user("crm.group_sale_salesman")
    leads: Any = env["crm.lead"]
    rows = [("own", pia.uid, 10, "B"), ("other", leo.uid, 700, "A"), ("free", False, 5, "C")]
    names = ("name", "user_id", "planned_revenue", "city")
    ids = leads.create([dict(zip(names, (f"Deal {row[0]}", *row[1:]), strict=True)) for row in rows]).ids
    return Scene(env, pia, leo, *ids)


def test_searches_count_and_find_visible_records_only(scene: Scene) -> None:
    domain = [["id", "in", scene.three]]
    seen = {scene.own, scene.free}
    assert set(rpc(scene.pia, "crm.lead", "search", domain)) == seen
    assert rpc(scene.pia, "crm.lead", "search_count", domain) == 2
    assert rpc(scene.pia, "crm.lead", "search", domain, 0, False, False, {}, True) == 2
    assert {row["id"] for row in rpc(scene.pia, "crm.lead", "search_read", domain, ["name"])} == seen
    assert {one for one, _ in rpc(scene.pia, "crm.lead", "name_search", "Deal", domain)} == seen
    assert rpc(scene.pia, "crm.lead", "search", [["id", "=", scene.other], ["planned_revenue", ">", 0]]) == []
    assert rpc(scene.pia, "crm.lead", "search", domain, 0, 2, "city")[0] == scene.own


@pytest.mark.case("B14")
def test_groups_count_and_add_up_visible_records_only(scene: Scene) -> None:
    domain = [["id", "in", scene.three]]
    (group,) = rpc(scene.pia, "crm.lead", "read_group", domain, ["planned_revenue"], [])
    assert (group["__count"], group["planned_revenue"]) == (2, 15)
    by_city = rpc(scene.pia, "crm.lead", "read_group", domain, ["planned_revenue:max"], ["city"])
    assert [(g["city"], g["planned_revenue"]) for g in by_city] == [("B", 10), ("C", 5)]
    by_user = rpc(scene.pia, "crm.lead.report", "read_group", domain, [], ["user_id"])
    assert scene.leo.uid not in [g["user_id"] and g["user_id"][0] for g in by_user]


@pytest.mark.case("B06")
@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("write", [{"name": "Taken"}]),
        ("copy", []),
        ("copy_data", []),
        ("name_get", []),
        ("onchange", [{"name": "x"}, "name", {"name": "1"}]),
        ("onchange", [{}, [], {"planned_revenue": "1", "expected_revenue": "1"}]),
        ("case_mark_won", []),
        ("case_escalate", []),
        ("convert_opportunity", []),
        ("action_undo_conversion", []),
    ],
)
def test_a_hidden_record_is_refused_as_one_that_does_not_exist(scene: Scene, method: str, args: list[Any]) -> None:
    before = scene.root["crm.lead"].browse(scene.other).read(["name", "user_id", "stage_id", "write_date"])
    with pytest.raises(GrialError) as hidden:
        rpc(scene.pia, "crm.lead", method, [scene.other], *args)
    with pytest.raises(GrialError) as absent:
        rpc(scene.pia, "crm.lead", method, [2_000_000_000], *args)
    assert type(hidden.value) is type(absent.value)
    assert str(hidden.value).replace(str(scene.other), "#") == str(absent.value).replace("2000000000", "#")
    assert scene.root["crm.lead"].browse(scene.other).read(["name", "user_id", "stage_id", "write_date"]) == before


def test_deleting_a_hidden_record_leaves_it_and_says_no_more_than_for_none(scene: Scene) -> None:
    model = scene.root["ir.model"].search([("model", "=", "crm.lead")]).id
    group = scene.root.ref("crm.group_sale_salesman").id
    values = {"name": "x", "model_id": model, "group_id": group, "perm_read": True, "perm_unlink": True}
    scene.root["ir.model.access"].create(values)
    answers = [rpc(scene.pia, "crm.lead", "unlink", [one]) for one in (scene.other, 2_000_000_000)]
    assert answers == [True, True]
    with pytest.raises(MissingError):
        rpc(scene.pia, "crm.lead", "unlink", [scene.own, scene.other])
    assert scene.root["crm.lead"].search_count([("id", "in", scene.three)]) == 3


def test_reading_and_listing_a_hidden_record_gives_nothing(scene: Scene) -> None:
    for method in ("read", "exists", "get_metadata", "perm_read"):
        assert rpc(scene.pia, "crm.lead", method, [scene.other]) == rpc(scene.pia, "crm.lead", method, [2_000_000_000])
    assert rpc(scene.pia, "crm.lead", "read", scene.other, ["name"]) is False
    assert rpc(scene.pia, "crm.lead", "export_data", [scene.other], ["name"]) == {"datas": []}
    assert [r["id"] for r in rpc(scene.pia, "crm.lead", "read", scene.three, ["name"])] == [scene.own, scene.free]


@pytest.mark.case("B07")
def test_a_list_with_one_hidden_record_changes_none_of_them(scene: Scene) -> None:
    with pytest.raises(MissingError), scene.root.savepoint():
        rpc(scene.pia, "crm.lead", "write", [scene.own, scene.other], {"name": "Mine now"})
    assert scene.root["crm.lead"].browse(scene.own).read(["name"])[0]["name"] == "Deal own"


@pytest.mark.case("B08")
def test_a_write_or_creation_whose_result_is_outside_the_rule_is_refused(scene: Scene) -> None:
    with pytest.raises(AccessError):
        rpc(scene.pia, "crm.lead", "write", [scene.own], {"user_id": scene.leo.uid})
    with pytest.raises(AccessError):
        rpc(scene.pia, "crm.lead", "create", {"name": "For Leo", "user_id": scene.leo.uid})
    with pytest.raises(AccessError):
        rpc(scene.pia, "crm.lead", "create", {"name": "For Leo"}, context={"default_user_id": scene.leo.uid})


@pytest.mark.case("B08")
def test_the_result_is_checked_where_the_rule_reads_a_list_or_a_computed_value(scene: Scene) -> None:
    tag, seen = (scene.root["crm.case.categ"].create({"name": name}).id for name in ("Secret", "Open"))
    rules: Any = scene.root["ir.rule"]
    model = scene.root["ir.model"].search([("model", "=", "crm.lead")]).id
    rule = rules.create({"name": "No secrets", "model_id": model, "domain_force": f"[('categ_ids', '!=', {tag})]"})
    with pytest.raises(AccessError):
        rpc(scene.pia, "crm.lead", "write", [scene.own], {"categ_ids": [[6, 0, [tag]]]})
    rpc(scene.pia, "crm.lead", "write", [scene.free], {"categ_ids": [[6, 0, [seen]]]})
    rule.write({"domain_force": "[('expected_revenue', '<', 100)]"})
    with pytest.raises(AccessError):
        rpc(scene.pia, "crm.lead", "write", [scene.free], {"planned_revenue": 5000, "probability": 100})


def test_an_administrator_is_told_the_rule_and_an_employee_is_not(scene: Scene, as_user: AsUser) -> None:
    model = scene.root["ir.model"].search([("model", "=", "crm.lead")]).id
    values = {"name": "Nobody touches A", "model_id": model, "domain_force": "[('city', '!=', 'A')]"}
    scene.root["ir.rule"].create({**values, "perm_read": False})
    with pytest.raises(AccessError) as told:
        rpc(as_user("base.group_system", "crm.group_sale_manager"), "crm.lead", "write", [scene.other], {"name": "x"})
    assert "Nobody touches A" in str(told.value)
    with pytest.raises(AccessError) as plain:
        rpc(scene.leo, "crm.lead", "write", [scene.other], {"name": "x"})
    assert "Nobody touches A" not in str(plain.value)
    assert plain.value.values["rules"] == []


@pytest.mark.case("B35")
def test_an_archived_record_is_the_owners_still(scene: Scene) -> None:
    rpc(scene.pia, "crm.lead", "write", [scene.own], {"active": False})
    assert rpc(scene.pia, "crm.lead", "read", scene.own, ["name"])["name"] == "Deal own"
    rpc(scene.leo, "crm.lead", "write", [scene.other], {"active": False})
    found = rpc(scene.pia, "crm.lead", "search", [["id", "in", scene.three]], context={"active_test": False})
    assert set(found) == {scene.own, scene.free}


def test_a_model_without_a_right_is_shut_and_says_who_may(scene: Scene, as_user: AsUser) -> None:
    eva = as_user()
    calls: list[tuple[str, list[Any]]] = [
        ("search", [[]]), ("search_count", [[]]), ("search_read", [[]]), ("read", [[scene.own]]), ("fields_get", []),
        ("name_search", ["Deal"]), ("read_group", [[], [], []]), ("default_get", [["name"]]), ("copy", [scene.own]),
        ("create", [{"name": "x"}]), ("write", [[scene.own], {"name": "x"}]), ("unlink", [[scene.own]]),
        ("export_data", [[scene.own], ["name"]]), ("get_metadata", [[scene.own]]), ("exists", [[scene.own]]),
        ("onchange", [[], {"name": "x"}, "name", {"name": "1"}]), ("onchange", [[], {}, [], {"section_id": "1"}]),
        ("onchange", [[], {}, [], {}]), ("name_create", ["x"]), ("fields_view_get", []),
    ]  # fmt: skip
    for method, args in calls:
        with pytest.raises(AccessError, match=r"Lead.*Sales / Manager"):
            rpc(eva, "crm.lead", method, *args)
        assert not scene.root["crm.lead"].search([("name", "=", "x")])


def test_an_unknown_operation_is_no_right(scene: Scene) -> None:
    assert rpc(scene.pia, "crm.lead", "check_access_rights", "write", False) is True
    assert rpc(scene.pia, "crm.lead", "check_access_rights", "unlink", False) is False
    assert rpc(scene.pia, "crm.lead", "check_access_rights", "everything", False) is False


@pytest.mark.case("B36", "I16")
def test_a_refused_deletion_does_not_count_hidden_records(scene: Scene, as_user: AsUser) -> None:
    stage = scene.root["crm.case.stage"].create({"name": "Only here"})
    scene.root["crm.lead"].browse(scene.other).write({"stage_id": stage.id})
    keeper = as_user("base.group_user")
    model = scene.root["ir.model"].search([("model", "=", "crm.case.stage")]).id
    group = scene.root.ref("base.group_user").id
    values = {"name": "x", "model_id": model, "group_id": group, "perm_read": True, "perm_unlink": True}
    scene.root["ir.model.access"].create(values)
    with pytest.raises(UserError) as refused:
        rpc(keeper, "crm.case.stage", "unlink", [stage.id])
    assert "1 " not in str(refused.value)
    assert "Lead" not in str(refused.value)


@pytest.mark.case("B25")
def test_reports_print_visible_records_only(scene: Scene) -> None:
    report = scene.root["ir.actions.report.xml"].search([("model", "=", "crm.lead")], limit=1).read(["report_name"])[0]
    scene.root.flush()
    html = print_records(scene.pia, report["report_name"], scene.three, "html").data.decode()
    assert "Deal own" in html
    assert "Deal other" not in html
    with pytest.raises(MissingError):
        print_records(scene.pia, report["report_name"], [scene.other], "html")


@pytest.mark.case("B26", "B27")
def test_a_file_is_as_open_as_its_record(scene: Scene) -> None:
    data = base64.b64encode(b"secret").decode()
    files: Any = scene.root["ir.attachment"]
    hidden = files.create({"name": "h.txt", "datas": data, "res_model": "crm.lead", "res_id": scene.other}).id
    mine = files.create({"name": "m.txt", "datas": data, "res_model": "crm.lead", "res_id": scene.own}).id
    assert rpc(scene.pia, "ir.attachment", "search", [["id", "in", [hidden, mine]]]) == [mine]
    assert rpc(scene.pia, "ir.attachment", "read", hidden, ["datas"]) is False
    with pytest.raises(MissingError):
        rpc(scene.pia, "ir.attachment", "write", [hidden], {"name": "x"})
    rpc(scene.pia, "ir.attachment", "unlink", [hidden])
    assert files.browse(hidden).exists()
    for values, context in [
        ({"res_model": "crm.lead", "res_id": scene.other}, {}),
        ({}, {"default_res_model": "crm.lead", "default_res_id": scene.other}),
    ]:
        with pytest.raises((MissingError, AccessError)):
            rpc(scene.pia, "ir.attachment", "create", {"name": "x", "datas": data, **values}, context=context)
    with pytest.raises((MissingError, AccessError)):
        rpc(scene.pia, "ir.attachment", "write", [mine], {"res_id": scene.other})


@pytest.mark.case("B24")
def test_a_signal_to_a_hidden_record_moves_nothing(scene: Scene) -> None:
    before = scene.root["crm.lead"].browse(scene.other).read(["state", "stage_id"])
    from core.rpc.dispatch import plan_signal

    call = plan_signal(scene.root.registry, "crm.lead", "case_mark_won", scene.other)
    with pytest.raises(MissingError):
        call.act(scene.pia["crm.lead"])
    assert scene.root["crm.lead"].browse(scene.other).read(["state", "stage_id"]) == before
