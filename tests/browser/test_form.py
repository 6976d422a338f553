"""A form in Chromium: links by typing, tags, on-changes, refusals, unsaved work, dialogs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.testing.records import Database
from core.testing.users import ADMIN_PASSWORD
from tests.browser.conftest import saved

pytestmark = [pytest.mark.browser, pytest.mark.addons("crm", demo=True)]


def test_a_lead_is_written_with_the_keyboard_alone(open_screen: Callable[..., Page], database: Database) -> None:
    page = open_screen("/web/action/crm.action_leads?view=list")
    page.keyboard.press("Alt+c")
    expect(page.locator("#i-name")).to_be_focused()
    page.keyboard.type("A press for Vigo")
    page.locator("#i-country_id").fill("spain")
    expect(page.locator("#i-country_id-list [role=option]").first).to_have_text("Spain")
    page.keyboard.press("Enter")
    expect(page.locator("#i-country_id-id")).not_to_have_value("")
    page.locator("#i-categ_ids").fill("Quite new")
    expect(page.locator("#i-categ_ids-list .create").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".tag-input .tag")).to_contain_text(["Quite new"])
    page.keyboard.press("Control+s")
    saved(page)
    with database.transaction() as env:
        lead = env["crm.lead"].search([("name", "=", "A press for Vigo")])
        assert (lead.country_id.code, lead.categ_ids.mapped("name"), lead.type) == ("ES", ["Quite new"], "lead")


def test_a_change_keeps_the_focus_while_the_form_answers(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web/crm.lead/new")
    page.locator("#i-partner_id").fill("a")
    expect(page.locator("#i-partner_id-list [role=option]").first).to_be_visible()
    with page.expect_response("**/onchange"):
        page.keyboard.press("Enter")
        page.locator("#i-title_action").press_sequentially("Call about the budget", delay=30)
    expect(page.locator("#i-title_action")).to_be_focused()
    expect(page.locator("#i-title_action")).to_have_value("Call about the budget")
    expect(page.locator("#i-partner_name")).not_to_have_value("")


def test_a_required_field_left_empty_is_told_beside_it(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web/crm.lead/new")
    page.locator("#i-city").fill("Vigo")
    page.locator("[data-save]").click()
    expect(page.locator("#i-name-error")).to_be_visible()
    expect(page.locator("#i-city")).to_have_value("Vigo")
    expect(page.locator(".unsaved")).to_be_visible()


def test_leaving_unsaved_work_is_asked_about(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web/crm.lead/1?edit=1")
    page.locator("#i-city").fill("Somewhere else")
    page.locator("[data-cancel]").click()
    question = page.locator("#confirm[open]")
    expect(question).to_be_visible()
    question.locator("button").first.click()
    expect(page.locator("#i-city")).to_have_value("Somewhere else")
    page.locator("[data-cancel]").click()
    question.locator("[data-yes]").click()
    expect(page.locator("form.record.editing")).to_have_count(0)


def test_a_conflict_shows_both_values(open_screen: Callable[..., Page], database: Database) -> None:
    page = open_screen("/web/crm.lead/1?edit=1")
    page.locator("#i-city").fill("Mine")
    with database.transaction() as env:
        env["crm.lead"].browse(1).write({"city": "Theirs", "function": "Buyer"})
    page.locator("[data-save]").click()
    row = page.locator(".conflicts tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Theirs")
    row.locator("input[value=theirs]").check()
    page.locator("[data-save]").click()
    saved(page)
    with database.transaction() as env:
        lead = env["crm.lead"].browse(1)
        assert (lead.city, lead.function) == ("Theirs", "Buyer")


def test_a_click_on_a_value_starts_editing_there(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web/crm.lead/1")
    page.locator("[data-field=city] .value").click()
    expect(page.locator("#i-city")).to_be_focused()


def test_a_wizard_opens_as_a_dialog_and_leads_on(open_screen: Callable[..., Page], database: Database) -> None:
    with database.transaction() as env:
        lead = env["crm.lead"].create(
            {"name": "To convert", "type": "lead", "partner_name": "Nobody Yet", "contact_name": "Ana"}
        )
    page = open_screen(f"/web/crm.lead/{lead.id}")
    page.locator("button[value=action_convert]").click()
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("form.record")).to_be_visible()
    dialog.locator(".form-foot button, footer button").first.click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    with database.transaction() as env:
        assert env["crm.lead"].browse(lead.id).type == "opportunity"


def test_lines_are_added_opened_and_removed(open_screen: Callable[..., Page], database: Database) -> None:
    with database.transaction() as env:
        company = env["res.partner"].create({"name": "Lines Ltd", "is_company": True})
        env["res.partner"].create({"name": "Goes", "parent_id": company.id})
    page = open_screen(f"/web/res.partner/{company.id}?edit=1")
    lines = page.locator("gr-lines[data-name=child_ids]")
    lines.locator("[data-add]").click()
    form = lines.locator(".line-form")
    expect(form.locator("input[name$='.name']")).to_be_focused()
    page.keyboard.type("Stays")
    form.locator("button[value^='close:']").click()
    expect(lines.locator("tbody tr[data-line]")).to_have_count(2)
    lines.locator("tr", has_text="Goes").locator("[data-remove]").click()
    expect(lines.locator("tbody tr[data-line]")).to_have_count(1)
    page.keyboard.press("Control+s")
    saved(page)
    with database.transaction() as env:
        assert env["res.partner"].browse(company.id).child_ids.mapped("name") == ["Stays"]


def test_an_ended_session_is_renewed_beside_the_form(open_screen: Callable[..., Page], database: Database) -> None:
    page = open_screen("/web/crm.lead/1?edit=1")
    page.locator("#i-city").fill("Kept")
    with database.transaction() as env:
        env["res.users.session"].search([]).unlink()
    page.locator("[data-save]").click()
    notice = page.locator("#notices .danger a")
    expect(notice).to_be_visible()
    with page.context.expect_page() as opened:
        notice.click()
    other = opened.value
    other.locator("#login").fill("admin")
    other.locator("#password").fill(ADMIN_PASSWORD)
    other.locator("button.primary").click()
    other.wait_for_url("**/web")
    other.close()
    with page.expect_response("**/web/token"):
        page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator("#notices .danger")).to_have_count(0)
    page.locator("[data-save]").click()
    saved(page)
    with database.transaction() as env:
        assert env["crm.lead"].browse(1).city == "Kept"


def test_a_fault_leaves_what_was_typed(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web/crm.lead/1?edit=1")
    page.locator("#i-city").fill("Kept")
    page.route("**/web/crm.lead/1", lambda route: route.abort())
    page.locator("[data-save]").click()
    expect(page.locator("#notices .danger")).to_be_visible()
    expect(page.locator("#i-city")).to_have_value("Kept")
    page.unroute("**/web/crm.lead/1")
    page.locator("[data-save]").click()
    saved(page)


def test_a_wizard_keeps_what_was_typed_until_it_is_given_up(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web/crm.lead/1?from=action/crm.action_leads")
    page.locator("button", has_text="Convert to Opportunity").click()
    dialog = page.locator("#dialog[open]")
    expect(dialog.locator("h1")).to_have_text("Convert to Opportunity")
    expect(dialog.locator("[data-save]")).to_have_count(0)
    expect(dialog.locator("button:not(.visually-hidden)")).to_have_text(["Convert", "Cancel"])
    with page.expect_response("**/onchange"):
        dialog.locator("input[type=radio]").first.check()
    expect(dialog.locator("#d-i-partner_id")).to_be_visible()
    expect(page.locator("main h1")).not_to_have_text("Convert to Opportunity")
    page.keyboard.press("Escape")
    page.locator("#confirm[open] button", has_text="Cancel").click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#confirm[open] [data-yes]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator("#side a", has_text="Opportunities").click()
    expect(page.locator(".board")).to_be_visible()


def test_a_form_above_a_form_works_like_any_other(open_screen: Callable[..., Page], database: Database) -> None:
    page = open_screen("/web/crm.lead/1?edit=1")
    page.locator("#i-phone").fill("986550142")
    page.locator("#i-partner_id").fill("Nueva de verdad")
    page.locator("#i-partner_id-list [data-open]").click()
    dialog = page.locator("#dialog[open]")
    dialog.locator(".tabs label", has_text="Notes").click()
    expect(dialog.locator(".tab", has=page.locator("textarea")).last).to_be_visible()
    dialog.locator("label", has_text="City").click()
    expect(dialog.locator("#d-i-city")).to_be_focused()
    dialog.locator("#d-i-city").fill("Vigo")
    ids = page.eval_on_selector_all("input[id], select[id]", "all => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))
    if not dialog.locator("#d-i-name").input_value():
        dialog.locator("#d-i-name").fill("Nueva de verdad")
    dialog.locator("[data-save]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    with database.transaction() as env:
        made = env["res.partner"].search([("name", "=", "Nueva de verdad")])
        assert made.city == "Vigo"
    expect(page.locator("#i-partner_id-id")).to_have_value(str(made.id))
    expect(page.locator("#i-phone")).to_have_value("986550142")
    expect(page.locator("form.editing[data-dirty]")).to_have_count(1)
