"""OpenERP's views, menus and actions. The numbers: docs/openerp.md."""

from __future__ import annotations

import pytest

from tests.openerp7.old import OldShop

pytestmark = pytest.mark.addons("crm")


def test_03_percent_signs_in_arches(old: OldShop) -> None:
    assert old.check("03") == {}
    assert "%(id)d" in old.constructs("03")
    old.load("03_percent")
    arch, action = old.view("p_form").arch, old.ref("p_action").id
    (button,) = arch.iter("button")
    (link,) = arch.iter("a")
    assert (button.get("name"), button.get("string")) == (str(action), "100% of the tags")
    assert link.get("href") == f"/page?id={action}"
    assert old.ref("p_note").comment == "12 % off"


def test_04_ids_inside_a_locator(old: OldShop) -> None:
    assert old.check("04") == {}
    old.load("04_interpolated_locator")
    assert [child.tag for child in old.view("i_base").arch] == ["field", "field", "button"]


def test_06_several_roots_and_comments_between_them(old: OldShop) -> None:
    assert old.check("06") == {}
    old.load("06_several_roots")
    assert old.names("r_base") == ["name", "zip", "street"]


def test_07_unions_and_sibling_axes(old: OldShop) -> None:
    assert old.check("07") == {}
    old.load("07_unions")
    assert old.names("u_base") == ["city", "fax", "zip", "street", "phone"]


def test_08_paths_positions_and_visible_texts(old: OldShop) -> None:
    assert old.check("08") == {}
    old.load("08_paths")
    assert old.names("h_base") == ["street", "city", "country_id", "street2", "zip", "fax", "phone"]


def test_09_tags_and_attributes_as_locators(old: OldShop) -> None:
    assert old.check("09") == {}
    old.load("09_tags_as_locators")
    arch = old.view("t_base").arch
    assert old.names("t_base") == ["name", "city", "phone", "zip", "fax", "street"]
    assert [button.get("string") for button in arch.iter("button")] == ["Go away"]


def test_10_a_position_on_what_is_brought_in_is_no_instruction(old: OldShop) -> None:
    skipped = {(17, "view: element"): "skipped", (17, "view: field"): "skipped"}
    assert old.check("10") == skipped
    old.load("10_inert_position")
    assert old.names("o_base") == ["zip", "zip"]
    assert "position" not in {name for element in old.view("o_base").arch.iter() for name in element.attrib}


def test_11_versions_of_specifications(old: OldShop) -> None:
    assert old.check("11") == {(24, "locator: tag and attributes, inside"): "kept"}
    old.load("11_version")
    view = old.view("v_base")
    assert old.names("v_base") == ["name", "city", "zip"]
    assert [finding.code for finding in view.findings] == ["view-version"]


def test_12_replacing_with_nothing_and_replacing_the_root(old: OldShop) -> None:
    assert old.check("12") == {}
    old.load("12_replace")
    assert old.names("x_base") == ["name"]
    assert (old.view("x_root_base").arch.get("string"), old.names("x_root_base")) == ("New", ["street"])


def test_19_domains_and_contexts_with_names_that_stay(old: OldShop) -> None:
    assert old.check("19") == {(13, "expression: domain"): "kept"}
    assert old.kinds("19_action_texts") == ["ok"] * 3
    spain = old.env.ref("base.es").id
    assert old.ref("a_plain").domain == f"[('parent_id', '=', active_id), ('country_id', '=', {spain})]"
    assert old.ref("a_plain").context == "{'default_parent_id': active_id, 'search_default_customer': 1}"
    assert old.ref("a_joined").domain == "[('ref', '=', 'res.partner,' + str(active_id))]"
    assert "has_key" in old.ref("a_joined").context
    assert old.ref("a_broken").domain == "[('id', '=', active_id)] + ["


def test_20_menus(old: OldShop) -> None:
    assert old.check("20") == {
        (9, "attribute without effect"): "skipped",
        (10, "attribute without effect"): "skipped",
        (13, "menuitem"): "updated",
    }
    assert old.kinds("20_menus") == ["ok"] * 5 + ["updated"]
    assert old.ref("n_named_by_action").name == "Labels"
    assert old.ref("n_path").complete_name == "Old Shop Path/Deeper/Leaf"
    slash = old.ref("n_slash")
    assert (slash.name, slash.parent_id, slash.sequence) == ("Buy/Sell", old.ref("n_top"), 7)
    assert not slash.groups_id


def test_21_every_way_to_bind_an_action(old: OldShop) -> None:
    assert old.check("21") == {(8, "attribute without effect"): "skipped", (24, "act_window"): "updated"}
    old.load("21_bindings")
    values = old.env["ir.values"]
    assert [name for _, name, _ in values.get_actions("client_action_relate", "res.country")] == ["Related again"]
    bound = [name for _, name, _ in values.get_actions("client_action_multi", "res.country")]
    assert sorted(bound) == ["By set", "By value"]
    assert old.ref("d_form").src_model == "res.country"
    assert not old.ref("d_report").binding


def test_27_conditions_domains_and_contexts_of_forms(old: OldShop) -> None:
    assert old.check("27") == {(9, "view: on_change"): "skipped"}
    old.load("27_conditions")
    view = old.view("l_form")
    assert [finding for finding in view.findings if finding.severity == "error"] == []
    assert {"is_company", "type", "country_id", "street"} <= set(view.reads)
    assert old.view("l_lead", model="crm.lead").findings == ()


def test_28_free_html_and_qweb(old: OldShop) -> None:
    said = old.check("28")
    assert {kind for (line, _), kind in said.items() if line in (9, 10, 11)} == {"skipped"}
    assert "view: QWeb" in old.constructs("28")
    old.load("28_html_and_qweb")
    form = old.view("w_form")
    assert {finding.code for finding in form.findings} == {"view-html"}
    kanban = old.view("w_kanban", "kanban").view
    assert {"name", "is_company", "color"} <= set(kanban.reads)


def test_29_views_chosen_by_the_action(old: OldShop) -> None:
    assert old.check("29") == {
        (9, "view: attribute without effect"): "skipped",
        (22, "field: type=xml"): "rejected",
        (19, "record: ir.ui.view"): "rejected",
    }
    kinds = old.kinds("29_chosen_views", strict=False)
    assert kinds == ["ok", "ok", "rejected", "ok", "ok", "ok"]
    action = old.ref("c_action")
    assert action.view_ids.mapped("view_id") == old.ref("c_tree") | old.ref("c_form")
    assert action.view_ids.mapped("view_mode") in (["list", "form"], ["tree", "form"])
    assert (action.view_type, action.view_id) == ("tree", old.ref("c_tree"))
    assert "old_shop.c_form" in action.context


def test_all_files_of_the_old_shop_are_read(old: OldShop) -> None:
    from tests.openerp7.old import verdicts

    assert [str(one) for one in verdicts() if one.kind == "unread"] == []
    assert {one.construct: one.kind for one in verdicts() if one.construct.startswith("file")} == {
        "file: yml": "skipped"
    }
