"""Links to hidden records: their names are not shown, their values not reached, and nobody makes such a link."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from core import Env
from core.errors import AccessError, MissingError
from core.testing.records import AsUser
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")


class Scene(NamedTuple):
    """A salesperson of the first company, a partner of a second one, and leads."""

    root: Env
    pia: Env
    leo: Env
    hidden: int
    shown: int
    own: int
    other: int
    company: int


@pytest.fixture
def scene(env: Env, as_user: AsUser) -> Scene:
    pia, leo = as_user("crm.group_sale_salesman"), as_user("crm.group_sale_salesman")
    company = env["res.company"].create({"name": "Far Away"}).id
    hidden = env["res.partner"].create({"name": "Hidden Customer", "email": "h@example.com", "company_id": company}).id
    shown = env["res.partner"].create({"name": "Shown Customer"}).id
    leads: Any = env["crm.lead"].with_context(default_type="opportunity")
    own = leads.create({"name": "Own", "user_id": pia.uid, "partner_id": hidden}).id
    other = leads.create({"name": "Other", "user_id": leo.uid, "partner_id": shown}).id
    env.flush()
    return Scene(env, pia, leo, hidden, shown, own, other, company)


@pytest.mark.case("B15")
def test_the_name_of_a_hidden_target_is_not_shown(scene: Scene) -> None:
    row = rpc(scene.pia, "crm.lead", "read", scene.own, ["partner_id"])
    assert row["partner_id"] is False
    groups = rpc(scene.pia, "crm.lead", "read_group", [["id", "=", scene.own]], [], ["partner_id"])
    assert "Hidden" not in str(groups)
    by_name = rpc(scene.pia, "crm.lead", "read_group", [["id", "=", scene.own]], [], ["partner_id.name"])
    assert "Hidden" not in str(by_name)
    sums = rpc(scene.pia, "crm.lead", "search", [["id", "=", scene.own]], 0, 1, "partner_id")
    assert sums == [scene.own]


def test_a_form_and_an_export_bear_a_hidden_target(scene: Scene) -> None:
    wanted = {"partner_id": "1", "city": "1"}
    answer = rpc(scene.pia, "crm.lead", "onchange", [scene.own], {"city": "X"}, "city", wanted)
    assert answer["value"].get("partner_id", False) is False
    assert "Hidden" not in str(answer)
    for path in ("partner_id", "partner_id/name", "partner_id/id", "partner_id/.id"):
        assert rpc(scene.pia, "crm.lead", "export_data", [scene.own], [path]) == {"datas": [[""]]}
    assert rpc(scene.pia, "crm.lead", "export_data", [scene.own], ["name", "stage_history_ids/id"])["datas"]


@pytest.mark.case("B11")
def test_a_path_through_a_hidden_target_ends_there(scene: Scene) -> None:
    mine = ["id", "=", scene.own]
    for leaf in (
        ["partner_id.name", "like", "Hidden"],
        ["partner_id", "like", "Hidden"],
        ["partner_id", "=", "Hidden Customer"],
        ["partner_id.email", "=like", "h%"],
        ["partner_id", "any", [["email", "!=", False]]],
        ["partner_id.company_id", "=", scene.company],
        ["partner_id.opportunity_ids.name", "=", "Own"],
    ):
        assert rpc(scene.pia, "crm.lead", "search", [mine, leaf]) == [], leaf
    assert rpc(scene.pia, "crm.lead", "search", [mine, ["partner_id.name", "=", False]]) in ([], [scene.own])


def test_lists_show_visible_targets_and_an_empty_list_looks_empty(scene: Scene) -> None:
    field = "opportunity_ids"
    mine = ["id", "=", scene.shown]
    assert rpc(scene.pia, "res.partner", "read", scene.shown, [field])[field] == []
    assert rpc(scene.pia, "res.partner", "search", [mine, [field, "!=", False]]) == []
    assert rpc(scene.pia, "res.partner", "search", [mine, [field, "=", False]]) == [scene.shown]
    assert rpc(scene.pia, "res.partner", "search", [mine, [field + ".name", "like", "Oth"]]) == []
    assert rpc(scene.pia, "res.partner", "search", [mine, [field, "in", [scene.other]]]) == []
    assert rpc(scene.leo, "res.partner", "search", [mine, [field, "!=", False]]) == [scene.shown]


def test_without_a_right_on_the_model_nobody_asks_whether_there_is_a_link(scene: Scene, as_user: AsUser) -> None:
    field = "opportunity_ids"
    eva = as_user()
    for value in (False, [False], scene.other):
        with pytest.raises(AccessError):
            rpc(eva, "res.partner", "search", [[field, "=" if value is False else "in", value]])


@pytest.mark.case("B14")
def test_an_empty_many2many_looks_empty(scene: Scene) -> None:
    env = scene.root
    tag = env["crm.case.categ"].create({"name": "Secret"}).id
    env["crm.lead"].browse(scene.own).write({"categ_ids": [(6, 0, [tag])]})
    model = env["ir.model"].search([("model", "=", "crm.case.categ")]).id
    env["ir.rule"].create({"name": "x", "model_id": model, "domain_force": "[('name', '!=', 'Secret')]"})
    mine = ["id", "=", scene.own]
    assert rpc(scene.pia, "crm.lead", "read", scene.own, ["categ_ids"])["categ_ids"] == []
    assert rpc(scene.pia, "crm.lead", "search", [mine, ["categ_ids", "=", False]]) == [scene.own]
    assert rpc(scene.pia, "crm.lead", "search", [mine, ["categ_ids", "!=", False]]) == []
    groups = rpc(scene.pia, "crm.lead", "read_group", [mine], [], ["categ_ids"])
    assert "Secret" not in str(groups)
    assert [(group["categ_ids"], group["__count"]) for group in groups] == [(False, 1)]
    others = [env["crm.case.categ"].create({"name": name}).id for name in ("Secret", "Open")]
    env["crm.lead"].browse(scene.own).write({"categ_ids": [(6, 0, [tag, *others])]})
    groups = rpc(scene.pia, "crm.lead", "read_group", [mine], [], ["categ_ids"])
    assert [(group["categ_ids"], group["__count"]) for group in groups] == [([others[1], "Open"], 1)]
    env["crm.lead"].browse(scene.own).write({"categ_ids": [(6, 0, [tag])]})
    rpc(scene.pia, "crm.lead", "write", [scene.own], {"categ_ids": [[5]]})
    assert env["crm.lead"].browse(scene.own).read(["categ_ids"])[0]["categ_ids"] == [tag]
    rpc(scene.pia, "crm.lead", "write", [scene.own], {"categ_ids": [[3, tag]]})
    assert env["crm.lead"].browse(scene.own).read(["categ_ids"])[0]["categ_ids"] == [tag]
    with pytest.raises(MissingError):
        rpc(scene.pia, "crm.lead", "write", [scene.own], {"categ_ids": [[4, tag]]})
    with pytest.raises(MissingError):
        rpc(scene.pia, "crm.lead", "create", {"name": "x", "categ_ids": [[6, 0, [tag]]]})


def test_nobody_links_a_record_that_he_cannot_see(scene: Scene) -> None:
    for values in ({"partner_id": scene.hidden}, {"partner_id": [scene.hidden, "x"]}, {"company_id": scene.company}):
        with pytest.raises(MissingError):
            rpc(scene.pia, "crm.lead", "create", {"name": "x", **values})
    lead = rpc(scene.pia, "crm.lead", "create", {"name": "Mine"})
    with pytest.raises(MissingError):
        rpc(scene.pia, "crm.lead", "write", [lead], {"partner_id": scene.hidden})
    with pytest.raises(MissingError):
        rpc(scene.pia, "crm.lead", "create", {"name": "x"}, context={"default_partner_id": scene.hidden})
    with pytest.raises(MissingError):
        rpc(scene.pia, "crm.lead", "copy", lead, {"partner_id": scene.hidden})
    with pytest.raises(MissingError):
        rpc(scene.pia, "res.partner", "create", {"name": "x", "parent_id": scene.hidden})


def test_a_copy_leaves_a_hidden_link_out(scene: Scene) -> None:
    copied = rpc(scene.pia, "crm.lead", "copy", scene.own)
    assert scene.root["crm.lead"].browse(copied).read(["partner_id"])[0]["partner_id"] is False


@pytest.mark.case("B18")
def test_an_onchange_works_out_nothing_from_hidden_records(scene: Scene) -> None:
    wanted = {"company_currency": "1", "company_revenue": "1", "email_from": "1"}
    for values in ({"partner_id": scene.hidden}, {"company_id": scene.company}):
        with pytest.raises(MissingError):
            rpc(scene.pia, "crm.lead", "onchange", [], {"name": "x", **values}, list(values), wanted)
    lines = [[[4, scene.other, False]], [[1, scene.other, {"city": "x"}]], [[6, 0, [scene.other]]]]
    field = next(
        f.name
        for f in scene.root.registry["res.partner"].fields.values()
        if f.type == "one2many" and f.comodel == "crm.lead"
    )
    for commands in lines:
        with pytest.raises(MissingError):
            rpc(scene.pia, "res.partner", "onchange", [scene.shown], {field: commands}, [field], {field: "1"})


@pytest.mark.case("B21")
def test_commands_do_not_reach_hidden_records(scene: Scene) -> None:
    env = scene.root
    field = "opportunity_ids"
    before = env["crm.lead"].browse(scene.other).read(["name", "partner_id", "user_id", "write_date"])
    own = env["crm.lead"].create({"name": "Own line", "user_id": scene.pia.uid, "partner_id": scene.shown}).id
    for commands in (
        [[1, scene.other, {"name": "Taken"}]],
        [[3, scene.other]],
        [[4, scene.other]],
        [[6, 0, [scene.other]]],
        [[0, 0, {"name": "For Leo", "user_id": scene.leo.uid}]],
    ):
        with pytest.raises((AccessError, MissingError)), env.savepoint():
            rpc(scene.pia, "res.partner", "write", [scene.shown], {field: commands})
    for harmless in ([[2, scene.other]], [[5]], [[6, 0, []]]):
        try:
            with env.savepoint():
                rpc(scene.pia, "res.partner", "write", [scene.shown], {field: harmless})
        except (AccessError, MissingError):
            continue
    assert env["crm.lead"].browse(scene.other).read(["name", "partner_id", "user_id", "write_date"]) == before
    assert env["crm.lead"].browse(own).exists()


@pytest.mark.case("B21")
def test_a_parent_does_not_open_a_model_that_is_shut(scene: Scene) -> None:
    for commands in ([[0, 0, {"stage_id": 1}]], [[1, 1, {"stage_id": 1}]], [[5]]):
        lead = rpc(scene.pia, "crm.lead", "create", {"name": "x"})
        with pytest.raises(AccessError), scene.root.savepoint():
            rpc(scene.pia, "crm.lead", "write", [lead], {"stage_history_ids": commands})
    with pytest.raises(AccessError):
        rpc(scene.pia, "res.partner", "create", {"name": "x", "user_ids": [[0, 0, {"name": "y", "login": "y"}]]})
