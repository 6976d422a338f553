"""Forms as a browser without script sends them: everything works, only slower."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.testing.clients import WebClient
from core.testing.records import Database
from tests.web.conftest import Screen, screen_of

pytestmark = pytest.mark.addons("crm")
Visit = Callable[[str], Screen]


def partner(database: Database, **values: object) -> int:
    with database.transaction() as env:
        return int(env["res.partner"].create({"name": "Aceites Ría", "is_company": True, **values}).id)


def test_a_new_record_is_saved_and_shown(visit: Visit, database: Database) -> None:
    shown = visit("/web/res.partner/new").submit(name="Nuevo S.L.", city="Lugo")
    assert shown.response.status_code == 200
    assert "Nuevo S.L." in shown.texts("//h1")[0]
    with database.transaction() as env:
        assert env["res.partner"].search([("name", "=", "Nuevo S.L.")]).city == "Lugo"


@pytest.mark.case("I02")
def test_only_changed_fields_are_written(visit: Visit, database: Database) -> None:
    number = partner(database, city="Vigo", phone="+34986550142")
    form = visit(f"/web/res.partner/{number}?edit=1")
    with database.transaction() as env:
        env["res.partner"].browse(number).write({"phone": "+34986550199"})
    assert form.submit(city="Lugo").response.status_code == 200
    with database.transaction() as env:
        found = env["res.partner"].browse(number)
        assert (found.city, found.phone.replace(" ", "")) == ("Lugo", "+34986550199")


@pytest.mark.case("I01")
def test_what_two_people_changed_differently_is_asked_about(visit: Visit, database: Database) -> None:
    number = partner(database, city="Vigo")
    form = visit(f"/web/res.partner/{number}?edit=1")
    with database.transaction() as env:
        env["res.partner"].browse(number).write({"city": "Ourense"})
    asked = form.submit(city="Lugo")
    assert asked.response.status_code == 409
    assert asked.texts("//table[@class='conflicts']//td") == ["Lugo", "Ourense"]
    kept = asked.submit()
    assert kept.response.status_code == 200
    with database.transaction() as env:
        assert env["res.partner"].browse(number).city == "Lugo"


def test_a_link_is_found_by_the_name_that_was_typed(visit: Visit, database: Database) -> None:
    shown = visit("/web/res.partner/new").submit(**{"name": "Con país", "country_id.text": "spain"})
    assert shown.response.status_code == 200
    with database.transaction() as env:
        assert env["res.partner"].search([("name", "=", "Con país")]).country_id.code == "ES"


def test_a_name_that_means_several_records_asks_which(visit: Visit, database: Database) -> None:
    asked = visit("/web/res.partner/new").submit(**{"name": "Con país", "country_id.text": "guine"})
    assert asked.response.status_code == 422
    choices = asked.texts("//input[@name='country_id.pick']/..")
    assert len(choices) > 1
    pick = asked.root.xpath("//input[@name='country_id.pick']/@value")[0]
    assert asked.submit(**{"country_id.pick": pick}).response.status_code == 200
    with database.transaction() as env:
        assert env["res.partner"].search([("name", "=", "Con país")]).country_id.id == int(pick)


def test_an_unknown_name_is_refused_beside_its_field_and_nothing_typed_is_lost(visit: Visit) -> None:
    asked = visit("/web/res.partner/new").submit(**{"name": "Con país", "city": "Lugo", "country_id.text": "Atlantis"})
    assert "Atlantis" in asked.texts("//*[@id='i-country_id-error']")[0]
    assert asked.values("record")["city"] == "Lugo"
    assert asked.values("record")["country_id.text"] == "Atlantis"


def test_a_new_tag_is_made_only_when_the_form_is_saved(visit: Visit, database: Database) -> None:
    form = visit("/web/crm.lead/new")
    refused = form.submit(**{"name": "", "categ_ids.text": "Fresh tag"})
    assert refused.response.status_code == 422
    with database.transaction() as env:
        assert not env["crm.case.categ"].search([("name", "=", "Fresh tag")])
    refused.submit(name="With a tag")
    with database.transaction() as env:
        assert env["crm.lead"].search([("name", "=", "With a tag")]).categ_ids.mapped("name") == ["Fresh tag"]


def test_without_script_on_changes_run_when_the_form_is_saved(visit: Visit, database: Database) -> None:
    partner(database, city="Vigo", name="Solo una S.L.")
    visit("/web/crm.lead/new").submit(**{"name": "Lead", "partner_id.text": "Solo una S.L."})
    with database.transaction() as env:
        assert env["crm.lead"].search([("name", "=", "Lead")]).city == "Vigo"


def test_a_line_is_added_filled_in_and_saved(visit: Visit, database: Database) -> None:
    number = partner(database)
    form = visit(f"/web/res.partner/{number}?edit=1").submit(_do="add:child_ids")
    assert form.root.xpath("//input[@name='child_ids.0.name']")
    assert form.submit(child_ids__0__name="Ana").response.status_code == 200
    with database.transaction() as env:
        assert env["res.partner"].browse(number).child_ids.mapped("name") == ["Ana"]


def test_a_removed_line_goes_when_the_form_is_saved_and_not_before(visit: Visit, database: Database) -> None:
    number = partner(database)
    with database.transaction() as env:
        child = env["res.partner"].create({"name": "Ana", "parent_id": number}).id
    form = visit(f"/web/res.partner/{number}?edit=1").submit(_do="remove:child_ids.0")
    assert not form.root.xpath("//tr[@data-line]")
    with database.transaction() as env:
        assert env["res.partner"].browse(child).exists()
    form.submit()
    with database.transaction() as env:
        assert not env["res.partner"].browse(number).child_ids


def test_an_untouched_line_is_not_written(visit: Visit, database: Database) -> None:
    number = partner(database)
    with database.transaction() as env:
        env["res.partner"].create({"name": "Ana", "parent_id": number})
    form = visit(f"/web/res.partner/{number}?edit=1").submit(_do="open:child_ids.0")
    with database.transaction() as env:
        before = env["res.partner"].browse(number).child_ids.row_version
    form.submit(city="Lugo")
    with database.transaction() as env:
        assert env["res.partner"].browse(number).child_ids.row_version == before


def test_a_refusal_undoes_everything_and_is_told_on_the_form(
    client: WebClient, visit: Visit, database: Database
) -> None:
    form = visit("/web/res.users/new")
    refused = form.submit(name="Ana", login="admin")
    assert refused.response.status_code == 422
    assert refused.texts("//*[@role='alert']")
    assert refused.values("record")["name"] == "Ana"
    with database.transaction() as env:
        assert not env["res.partner"].search([("name", "=", "Ana")])


def test_a_post_without_the_token_changes_nothing(client: WebClient, database: Database) -> None:
    number = partner(database, city="Vigo")
    answer = client.post(f"/web/res.partner/{number}", data={"city": "Lugo"}, headers={"X-CSRF-Token": "wrong"})
    assert answer.status_code == 403
    with database.transaction() as env:
        assert env["res.partner"].browse(number).city == "Vigo"


def test_numbers_and_dates_are_read_as_the_reader_writes_them(
    client: WebClient, visit: Visit, database: Database
) -> None:
    with database.transaction() as env:
        from core.module.create import activate_language

        activate_language(env, "es_ES")
        env["res.users"].browse(2).write({"lang": "es_ES"})
        number = env["crm.lead"].create({"name": "Trato", "type": "opportunity"}).id
    form = visit(f"/web/crm.lead/{number}?edit=1&from=action/crm.action_opportunities")
    shown = form.submit(planned_revenue="1.234,50", date_deadline="31/12/2026")
    assert shown.response.status_code == 200
    with database.transaction() as env:
        lead = env["crm.lead"].browse(number)
        assert (str(lead.planned_revenue), str(lead.date_deadline)) == ("1234.500000", "2026-12-31")


def test_a_record_that_a_rule_hides_looks_as_if_it_did_not_exist(client: WebClient, database: Database) -> None:
    with database.transaction() as env:
        groups = [env.ref("crm.group_sale_salesman").id]
        user = env["res.users"].create({"name": "Ana", "login": "ana", "groups_id": [(6, 0, groups)]})
        mine = env["crm.lead"].create({"name": "Mine", "user_id": user.id}).id
        other = env["crm.lead"].create({"name": "Not mine", "user_id": 2}).id
    client.log_in("ana")
    assert client.get(f"/web/crm.lead/{mine}").status_code == 200
    hidden, missing = client.get(f"/web/crm.lead/{other}"), client.get("/web/crm.lead/987654")
    assert hidden.status_code == missing.status_code
    assert "Not mine" not in hidden.text


@pytest.mark.case("C13")
def test_names_that_are_markup_stay_text(visit: Visit, database: Database) -> None:
    number = partner(database, name="<script>alert(1)</script>", city='"><img src=x onerror=alert(1)>')
    for address in (f"/web/res.partner/{number}", f"/web/res.partner/{number}?edit=1", "/web/res.partner"):
        page = visit(address)
        assert not page.root.xpath("//script[not(@src)]")
        assert not page.root.xpath("//img[@onerror]")


def test_buttons_of_a_wizard_work_without_script(client: WebClient, visit: Visit, database: Database) -> None:
    with database.transaction() as env:
        lead = env["crm.lead"].create({"name": "To convert", "partner_name": "Nobody Yet", "contact_name": "Ana"}).id
    wizard = screen_of(client, client.post(f"/web/crm.lead/{lead}/button/action_convert?kind=object"))
    assert wizard.response.status_code == 200
    button = wizard.root.xpath("//footer[contains(@class, 'form-foot')]//button[@formaction]/@formaction")[0]
    assert wizard.submit(to=button).response.status_code == 200
    with database.transaction() as env:
        assert env["crm.lead"].browse(lead).type == "opportunity"
