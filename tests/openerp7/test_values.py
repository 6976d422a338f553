"""OpenERP's ways to write values: expressions, ids, references, searches, calls. The numbers: docs/openerp.md."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.openerp7.old import OldShop

pytestmark = pytest.mark.addons("crm")


def test_01_expressions_as_data(old: OldShop) -> None:
    assert old.check("01") == {}
    assert old.kinds("01_expressions") == ["ok", "ok"]
    dated, zoned = old.ref("e_dated"), old.ref("e_zoned")
    assert dated.date == (old.env.now() + timedelta(days=3)).date()
    assert dated.ref == f"7.0/{old.env.today().year}"
    assert (float(dated.credit_limit), dated.is_company) == (25.0, True)
    assert zoned.ref == "11:00"
    assert zoned.parent_id == dated


def test_02_bare_ids_are_names_in_every_later_file(old: OldShop) -> None:
    assert old.check("02") == {}
    old.load("02_bare_ids_first")
    assert old.kinds("02_bare_ids") == ["ok", "ok", "ok"]
    red, blue = old.ref("tag_red"), old.ref("tag_blue")
    assert blue.parent_id == red
    assert old.ref("b_painted").category_id == red | blue
    assert old.ref("b_found").parent_id == old.ref("b_painted")


def test_05_texts_that_only_look_like_interpolation(old: OldShop) -> None:
    assert old.check("05") == {}
    assert old.kinds("05_no_interpolation") == ["ok"]
    assert old.ref("n_sequence").prefix == "SLIP/%(year)s/"


def test_13_an_id_defined_again_is_an_update(old: OldShop) -> None:
    assert old.check("13") == {(9, "record"): "updated", (10, "record"): "updated"}
    assert old.kinds("13_same_id") == ["ok", "ok", "updated", "updated"]
    assert old.ref("s_tag").name == "Second"
    assert old.ref("s_child").parent_id == old.ref("s_tag")


def test_14_ids_of_other_addons(old: OldShop) -> None:
    assert old.check("14") == {(4, "record"): "updated"}
    company = old.env.ref("base.main_partner")
    assert old.kinds("14_foreign_ids") == ["updated", "ok", "ok"]
    assert old.env.ref("base.main_partner") == company
    assert company.phone == "+34 910 000 000"
    assert old.ref("base.f_new").parent_id == old.ref("f_own")
    owners = {row.module for row in old.env["ir.model.data"].search([("name", "like", "f_new")])}
    assert owners == {"__import__"}  # neither an upgrade nor an uninstall of base takes it


def test_15_noupdate_and_forcecreate(old: OldShop) -> None:
    assert old.check("15") == {}
    own = {"imported": False}
    assert old.kinds("15_noupdate", **own) == ["ok"] * 4
    for name in ("m_free", "m_fixed"):
        old.ref(name).name = "Changed by people"
    old.ref("m_again").unlink()
    old.ref("m_once").unlink()
    old.env.flush()
    assert old.kinds("15_noupdate", mode="update", **own) == ["updated", "skipped", "ok", "skipped"]
    assert (old.ref("m_free").name, old.ref("m_fixed").name) == ("Free", "Changed by people")
    assert old.ref("m_again").name == "Again"
    assert not old.env.ref("old_shop.m_once", raise_missing=False)


def test_16_ids_that_nobody_wrote(old: OldShop) -> None:
    assert old.check("16") == {(20, "record"): "updated"}
    assert old.kinds("16_generated_ids") == ["ok", "ok", "ok", "updated"]
    assert old.ref("g_rule").model_id.model == "res.partner.category"
    assert old.ref("g_bare").model_id.model == "res.bank"
    user = old.ref("g_user")
    assert old.ref("g_user_res_partner") == user.partner_id
    assert (user.partner_id.name, user.partner_id.city) == ("Ada Old", "Toledo")


def test_17_values_that_are_searched_for(old: OldShop) -> None:
    assert old.check("17") == {}
    assert old.kinds("17_searches") == ["ok", "ok", "ok", "partial"]
    seeker = old.ref("q_partner")
    assert not seeker.parent_id
    assert sorted(seeker.category_id.mapped("name")) == ["Seek a", "Seek b", "Seek c"]
    assert (seeker.country_id.code, seeker.lang) == ("ES", "en_US")


def test_18_references_put_together_as_texts(old: OldShop) -> None:
    assert old.check("18") == {}
    assert old.kinds("18_references") == ["ok"] * 4
    partner, lead = old.ref("k_partner"), old.ref("k_lead")
    assert lead.ref == partner
    assert lead.ref2 == partner
    assert old.ref("k_value").value == f"ir.actions.act_window,{old.ref('k_action').id}"


def test_22_calls_of_methods(old: OldShop) -> None:
    assert old.check("22") == {(17, "function"): "rejected"}
    assert old.kinds("22_functions") == ["ok"] * 6 + ["dropped"]
    assert [old.ref(f"c_tag_{letter}").name for letter in "abc"] == ["Called a", "Called b", "Called c"]


def test_23_obj_walks_links(old: OldShop) -> None:
    assert old.check("23") == {}
    assert old.kinds("23_obj") == ["ok", "ok"]
    tagged, reader = old.ref("j_tagged"), old.ref("j_reader")
    assert (reader.country_id, reader.ref) == (tagged.country_id, "ES")
    assert reader.category_id == tagged.category_id


def test_24_signals_of_workflows(old: OldShop) -> None:
    assert old.check("24") == {}
    assert set(old.kinds("24_signals")) == {"ok"}
    assert old.ref("w_lead").state == "open"
    assert old.ref("w_done").stage_id == old.env.ref("crm.stage_lead6")


def test_25_assertions_report_and_stop_nothing(old: OldShop) -> None:
    assert old.check("25") == {(9, "attribute without effect"): "skipped"}
    outcome = old.load("25_assertions", strict=False)
    assert [verdict.kind for verdict in outcome.verdicts] == ["ok", "ok", "rejected", "rejected", "ok"]
    assert "too few" in outcome.rejected[0].message
    assert "it fails" in outcome.rejected[1].message
    assert old.ref("z_after").name == "Loaded all the same"


def test_26_texts_become_what_the_field_holds(old: OldShop) -> None:
    assert old.check("26") == {(13, "field: text"): "dropped"}
    outcome = old.load("26_typing")
    assert [verdict.kind for verdict in outcome.verdicts] == ["partial"]
    assert "colour_of_1999" in outcome.messages[0]
    typed: Any = old.ref("y_typed")
    assert typed.name == "  Kept as it is  "
    assert (typed.color, float(typed.credit_limit), typed.ref) == (7, 1250.5, "12")
    assert (typed.customer, typed.supplier, typed.date.isoformat()) == (False, True, "2013-02-05")
    assert (bool(typed.country_id), bool(typed.title)) == (False, False)
    assert typed.image.startswith(b"\x89PNG")


def test_30_mistakes_that_openerp_put_up_with(old: OldShop) -> None:
    said = old.check("30")
    assert said == {
        (4, "attribute without effect"): "skipped",
        (6, "field: text"): "dropped",
        (8, "record"): "dropped",
        (9, "field: text"): "dropped",
        (10, "field: ref"): "dropped",
        (14, "field: ref"): "kept",
        (20, "view: field"): "dropped",
        (20, "view: attribute without effect"): "skipped",
        (23, "wizard"): "skipped",
        (24, "act_window"): "dropped",
        (25, "menuitem"): "dropped",
    }
    outcome = old.load("30_mistakes", strict=False)
    by_id = {verdict.xmlid: verdict.kind for verdict in outcome.verdicts}
    assert by_id == {
        "m_odd": "partial",
        "m_vanished": "dropped",
        "m_kept": "partial",
        "m_view": "ok",
        "m_wizard": "partial",
        "m_action": "dropped",
        "m_menu": "rejected",
        "m_last": "ok",
    }
    assert old.names("m_view") == ["name"]
    assert old.ref("m_last").name == "Last"
