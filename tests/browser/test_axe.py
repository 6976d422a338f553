"""Every page of the client passes axe, by day and by night, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.addons("crm", demo=True)]

PAGES = (
    "/web?apps",
    "/web/action/crm.action_leads",
    "/web/action/crm.action_leads?view=list&group=stage_id&open=1",
    "/web/action/crm.action_opportunities?view=kanban",
    "/web/action/crm.action_opportunities?view=list&f.name=nothing-is-called-so",
    "/web/action/crm.action_opportunities?view=graph",
    "/web/action/crm.action_opportunities?view=calendar",
    "/web/action/crm.action_lead_report?view=pivot",
    "/web/crm.lead/1",
    "/web/crm.lead/1?edit=1",
    "/web/crm.lead/new",
    "/web/res.partner/1?edit=1",
    "/web/res.users/2?edit=1",
    "/web/apps?show=all",
    "/web/import/crm.lead",
    "/web/export/crm.lead",
    "/web/access?model=res.users&id=2&user=2",
    "/web/preferences",
    "/web/palette?q=lead",
)
LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
}


def violations(page: Page) -> list[str]:
    """What axe finds, with the elements concerned, once nothing fades in any more."""
    page.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished))")
    found = Axe().run(page)
    return [
        f"{page.url} {one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found.response["violations"]
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_passes_axe(open_screen: Callable[..., Page], look: str) -> None:
    context: dict[str, Any] = dict(LOOKS[look])
    page = open_screen(PAGES[0], **context)
    problems = violations(page)
    for address in PAGES[1:]:
        page.goto(address)
        problems += violations(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"{address} is wider than the screen")
    assert not problems


def test_sign_in_and_the_database_manager_pass_axe(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web/login", "")
    problems = violations(page)
    page.goto("/web/databases")
    assert not problems + violations(page)


def test_open_menus_and_dialogs_pass_axe(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web/action/crm.action_leads?view=list")
    page.locator("#search-menu > summary").click()
    page.locator("#search-menu .custom > summary").first.click()
    problems = violations(page)
    page.keyboard.press("Escape")
    page.locator("tbody .tick input").first.check()
    problems += violations(page)
    page.locator(".bulk button[value=edit]").click()
    page.locator("dialog[open] .bulk-field").first.wait_for()
    problems += violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.locator("#palette-results a").first.wait_for()
    assert not problems + violations(page)
