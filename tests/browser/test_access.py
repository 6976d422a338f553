"""An administrator finds out in the browser why somebody can't see a record."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.testing.records import Database
from core.testing.users import new_user

pytestmark = [pytest.mark.browser, pytest.mark.addons("crm")]


def test_the_menu_of_a_record_leads_to_the_reason(open_screen: Callable[..., Page], database: Database) -> None:
    with database.transaction() as env:
        new_user(env, ["crm.group_sale_salesman"], {"name": "Pia", "login": "pia"})
        leo = new_user(env, ["crm.group_sale_salesman"], {"name": "Leo"}).id
        lead = env["crm.lead"].create({"name": "Theirs", "user_id": leo}).id
    page = open_screen(f"/web/crm.lead/{lead}")
    page.locator("#more-menu summary").click()
    page.get_by_role("link", name="Who may see this?").click()
    page.get_by_label("Person").select_option(label="Pia (pia)")
    page.get_by_label("Wants to").select_option(label="read")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator(".message h2")).to_contain_text("Pia may not read")
    expect(page.locator(".rulings .tone-danger")).to_have_text("keeps it out")
    page.get_by_role("link", name="To the record").click()
    expect(page.locator("h1")).to_contain_text("Theirs")
