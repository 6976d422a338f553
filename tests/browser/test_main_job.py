"""The main job in Chromium: a file of prospects becomes leads, one of them a deal; a second import is taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.testing.records import Database
from tests.browser.test_axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.addons("crm")]

TITLES = "Empresa;Contacto;Cargo;Ciudad;País;Sitio web;Etiquetas;Empleados;Descripción"
PLACES = [("Lugo", "España"), ("Jena", "Alemania"), ("Porto", "Portugal"), ("Vigo", "Spain"), ("Ulm", "Germany")]
ROWS = [
    f'Taller {n:02};Ana Núñez {n};Jefa;{PLACES[n % 5][0]};{PLACES[n % 5][1]};taller{n}.example;"Madera, Ñandú";{n * 7};'
    for n in range(58)
]
BAD = ["Perdida SL;;;Lejos;Atlantis;;Madera;;", ";Sin nombre;;Lugo;España;;Madera;;"]


class Looks:
    """Collects what axe finds on pages, by day and by night."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def check(self, page: Page) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            self.problems += [f"{scheme}: {one}" for one in violations(page)]
        page.emulate_media(color_scheme="light")


def bring(page: Page, path: Path) -> None:
    """Upload a file in the wizard and come to its columns."""
    page.goto("/web/import/crm.lead")
    page.locator("#import-file").set_input_files(path)
    page.locator("button[value=upload]").click()
    expect(page.locator("#import-mapping")).to_be_visible()


def figures(page: Page) -> list[int]:
    """Created, updated, refused."""
    return [int(text) for text in page.locator(".figures dd").all_inner_texts()]


def run(page: Page) -> None:
    """From the dry run to the outcome."""
    page.locator("button[value=run]").click()
    expect(page.locator("#import-outcome")).to_be_visible(timeout=60_000)


def column(page: Page, name: str) -> int:
    """How many cards there are in a column of the board."""
    return page.get_by_role("region", name=name, exact=True).locator("article").count()


def test_prospects_become_leads_and_a_deal(
    open_screen: Callable[..., Page], database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "prospectos.csv"
    path.write_bytes("\r\n".join([TITLES, *ROWS, *BAD]).encode("cp1252"))
    looks = Looks()
    looks.check(open_screen("/web/login", ""))

    page = open_screen("/web/import/crm.lead")
    bring(page, path)
    expect(page.locator("#encoding")).to_have_value("cp1252")
    expect(page.locator("#separator")).to_have_value(";")
    expect(page.locator("#to-0")).to_have_value("name")
    expect(page.locator("#to-4")).to_have_value("country_id")
    looks.check(page)
    page.locator("button[value=check]").click()
    expect(page.locator("#import-check")).to_be_visible()
    assert figures(page) == [58, 0, 2]
    problems = page.get_by_role("group", name="Rows to look at").locator("tbody tr")
    expect(problems).to_have_count(2)
    expect(problems.first).to_contain_text("Atlantis")
    page.locator("section[aria-label=País] summary").click()
    looks.check(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="As a file to correct").click()
    assert "Perdida SL" in download.value.path().read_text("utf-8-sig")
    with database.transaction(write=False) as env:
        assert env["crm.lead"].search_count([]) == 0
    run(page)
    assert figures(page) == [58, 0, 2]
    looks.check(page)

    page.goto("/web/action/crm.action_leads?view=list&filter=draft")
    page.locator("#search-menu > summary").click()
    page.locator("#search-menu").get_by_role("link", name="Country", exact=True).click()
    groups = page.locator("main tbody tr", has_text=re.compile(r"Germany|Portugal|Spain"))
    expect(groups).to_have_count(3)
    expect(groups.filter(has_text="Germany")).to_contain_text("23")
    looks.check(page)
    page.goto("/web/action/crm.action_leads?view=list&f.name=Taller+33")
    page.locator("main tbody").get_by_text("Taller 33", exact=True).first.click()
    expect(page.get_by_role("heading", level=1, name="Taller 33")).to_be_visible()
    expect(page.locator("#record")).to_contain_text("Ñandú")
    looks.check(page)

    page.get_by_role("button", name="Convert to Opportunity").click()
    dialog = page.locator("dialog[open]")
    expect(dialog.get_by_label("Create a new customer")).to_be_checked()
    dialog.get_by_role("button", name="Convert", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Mark Won")).to_be_visible()
    with database.transaction(write=False) as env:
        lead: Any = env["crm.lead"].search([("type", "=", "opportunity")])
        assert lead.partner_id.parent_id.name == "Taller 33"
        stages = env["crm.case.stage"].search([("type", "in", ["opportunity", "both"])]).mapped("name")
        first, second, third = (name for name in stages[:3])

    page.goto("/web/action/crm.action_opportunities?view=kanban")
    assert column(page, first) == 1
    looks.check(page)
    target = page.get_by_role("region", name=second, exact=True)
    with page.expect_response("**/web/board/move*"):
        page.locator(f"#card-{lead.id}").drag_to(target.locator(".cards"), target_position={"x": 40, "y": 20})
    expect(target.locator(f"#card-{lead.id}")).to_be_visible()
    page.locator(f"#card-{lead.id} h3 a").click()
    page.locator(".steps").get_by_role("button", name=third).click()
    expect(page.locator(".steps [aria-current=step]")).to_have_text(third)
    page.locator(".tabs label", has_text="History").click()
    told = page.get_by_role("region", name="History").locator("tbody tr", has_text="Administrator")
    expect(told).to_have_count(3)
    expect(told.first).to_contain_text(third)

    path.write_bytes("\n".join([TITLES, *ROWS, "Nueva;;;Lugo;España;;Recién;;"]).replace("Lugo", "Sarria").encode())
    bring(page, path)
    page.locator("input[name=key][value=name]").check()
    page.locator("button[value=check]").click()
    expect(page.locator("#import-check")).to_be_visible()
    assert figures(page) == [1, 58, 0]
    run(page)
    with database.transaction(write=False) as env:
        assert env["crm.lead"].search_count([("city", "=", "Sarria")]) == 13
    page.locator("button[value=undo]").click()
    page.locator("dialog[open]").get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("This import was undone")).to_be_visible()
    with database.transaction(write=False) as env:
        leads = env["crm.lead"]
        assert [leads.search_count([("city", "=", city)]) for city in ("Sarria", "Lugo")] == [0, 12]
        assert leads.search_count([]) == 58
        assert not env["crm.case.categ"].search([("name", "=", "Recién")])

    page.goto("/web/apps?show=all")
    expect(page.locator("#addon-crm")).to_be_visible()
    looks.check(page)
    assert not looks.problems
