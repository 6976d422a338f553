"""What the screens of the client say and leave out: headings, wizards, menus, lists, own filters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.testing.clients import WebClient
from core.testing.records import Database
from tests.web.conftest import Screen

pytestmark = pytest.mark.addons("crm")
Visit = Callable[[str], Screen]


def lead(database: Database, **values: object) -> int:
    with database.transaction() as env:
        return int(env["crm.lead"].create({"name": "Un tejado nuevo", "type": "lead", **values}).id)


def test_a_wizard_has_its_own_buttons_only(visit: Visit, database: Database) -> None:
    number = lead(database)
    with database.transaction() as env:
        action = env["ir.actions.act_window"].search([("res_model", "=", "crm.lead.lost")], limit=1).id
    shown = visit(f"/web/action/{action}?active_id={number}&active_model=crm.lead")
    assert shown.texts("//h1") == ["Mark as Lost"]
    assert shown.texts("//form[@id='record']//footer//button") == ["Mark Lost", "Cancel"]
    assert not shown.root.xpath("//*[@data-save] | //*[@data-cancel]")
    first = shown.root.xpath("//form[@id='record']//button[1]/@formaction")[0]
    assert "/button/action_apply" in first, "Enter presses the wizard's first button"


def test_a_form_to_read_says_its_heading_once(visit: Visit, database: Database) -> None:
    number = lead(database)
    shown = visit(f"/web/crm.lead/{number}")
    assert shown.texts("//h1") == ["Un tejado nuevo"]
    assert "Un tejado nuevo" not in shown.texts("//*[contains(@class, 'sheet')]")[0]
    assert "Subject" not in shown.texts("//*[contains(@class, 'sheet')]")[0]
    edited = visit(f"/web/crm.lead/{number}?edit=1")
    assert edited.texts("//label[@for='i-name']") == ["Subject"]


def test_a_record_stands_below_the_menu_it_belongs_to(visit: Visit, database: Database) -> None:
    number = lead(database)
    for address in (
        f"/web/crm.lead/{number}",
        f"/web/crm.lead/{number}?from=action/crm.action_leads",
        "/web/import/crm.lead",
        "/web/export/crm.lead?from=action/crm.action_leads",
    ):
        assert visit(address).texts("//nav[@id='side']//a[@aria-current='page']") == ["Leads"], address


def test_the_name_of_a_record_leads_to_it(visit: Visit, database: Database) -> None:
    lead(database)
    shown = visit("/web/action/crm.action_leads?view=list&filter=")
    assert shown.texts("//a[@class='row-link']") == ["Un tejado nuevo"]
    assert shown.texts("//td[@data-first]") == ["Un tejado nuevo"]


def test_an_own_filter_offers_what_fits_each_field(visit: Visit) -> None:
    shown = visit("/web/action/crm.action_leads?view=list")
    fits = {o.get("value"): o.get("data-fits") for o in shown.root.xpath("//select[@name='where']/option")}
    assert fits["active"] == "="
    assert fits["name"].startswith("ilike,")
    assert ">=" in fits["planned_revenue"]
    assert shown.root.xpath("//select[@name='where']/option[@selected]/@value") == ["name"]
    assert shown.root.xpath("//datalist[@id='values-active']/option/@value") == ["Yes", "No"]


def test_an_empty_board_says_so(visit: Visit) -> None:
    shown = visit("/web/action/base.action_partner_form?view=kanban&f.name=nobody-is-called-so")
    assert "Nothing here matches the search." in shown.texts("//main//*[contains(@class, 'empty')]")[0]


def test_cards_without_columns_fill_a_grid(visit: Visit) -> None:
    shown = visit("/web/action/base.action_partner_form?view=kanban&filter=")
    assert "grid" in shown.root.xpath("//div[contains(@class, 'board ')]/@class")[0].split()


def test_times_are_in_the_zone_of_the_browser_until_a_reader_has_chosen_one(client: WebClient, visit: Visit) -> None:
    seen = {}
    for zone in ("UTC", "Pacific/Auckland", "Nowhere/AtAll"):
        client.set_cookie("tz", zone)
        seen[zone] = visit("/web/res.users/2").texts("//*[@data-field='login_date']//time")
    assert seen["UTC"] != seen["Pacific/Auckland"]
    assert seen["Nowhere/AtAll"] == seen["UTC"]


def test_the_apps_speak_the_language_of_their_reader(client: WebClient) -> None:
    client.set_cookie("lang", "es_ES")
    shown = client.get("/web/apps?show=all", headers={"Accept-Language": "es"}).text
    assert "Clientes potenciales y oportunidades" in shown or "oportunidades" in shown
    assert "Leads and opportunities, from" not in shown


def test_a_menu_names_the_action_it_opens(visit: Visit) -> None:
    shown = visit("/web/ir.ui.menu")
    assert "act_window(" not in shown.response.text


def test_a_dialog_stays_one_after_a_change(visit: Visit, client: WebClient, database: Database) -> None:
    number = lead(database)
    shown = visit(f"/web/crm.lead2opportunity.partner/new?dialog=1&active_id={number}&active_model=crm.lead")
    values = shown.values("record")
    values["_changed"] = "action"
    values["_dialog"] = "1"
    again = client.post("/web/crm.lead2opportunity.partner/onchange", data=values, headers={"HX-Request": "true"}).text
    assert 'name="_dialog"' in again
    assert "crumbs" not in again


@pytest.mark.parametrize("address", ["/web/res.partner/abc/def", "/web/res.partner/abc", "/web/apps/base/nonsense"])
def test_an_address_that_leads_nowhere_is_told_among_the_menus(visit: Callable[[str], Screen], address: str) -> None:
    shown = visit(address)
    assert shown.response.status_code == 404
    assert shown.texts("//nav//a[@href='/web']")
    assert "There is no such page" in shown.response.text


def test_an_unknown_address_of_programs_is_not_found(client: WebClient) -> None:
    assert client.post("/web/dataset/nonsense/at/all", json={}).status_code == 404
