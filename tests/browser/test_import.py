"""The import wizard in Chromium: a Spanish file in cp1252 becomes leads, is imported again by key, and is undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.testing.records import Database

pytestmark = [pytest.mark.browser, pytest.mark.addons("crm")]

ROWS = (
    "Empresa;Contacto;Ciudad;País;Etiquetas",
    "Aceites Ría;Íñigo Núñez;Vigo;España;Alimentación, Exportación",
    "Muebles Ekialde;Ane Etxeberria;Bilbao;España;Madera",
    "Sin país;Nadie;Atlantis;Atlántida;Mitos",
)


def start(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)
    page.locator("button[value=upload]").click()
    expect(page.locator("table.mapping")).to_be_visible()


def test_a_file_is_mapped_tried_imported_and_undone(
    open_screen: Callable[..., Page], database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "prospectos.csv"
    file.write_bytes("\r\n".join(ROWS).encode("cp1252"))
    page = open_screen("/web/import/crm.lead")
    start(page, file)
    country = page.locator("tr", has=page.get_by_role("rowheader", name="País")).locator("select").first
    expect(country).to_have_value("country_id")
    page.locator("button[value=check]").click()
    expect(page.locator(".reason")).to_contain_text("Atlántida")
    with database.transaction() as env:
        assert not env["crm.lead"].search([("partner_name", "=", "Aceites Ría")])
    page.locator("button[value=run]").click()
    undo = page.locator("button[value=undo]")
    expect(undo).to_be_visible(timeout=30_000)
    with database.transaction() as env:
        lead = env["crm.lead"].search([("contact_name", "=", "Íñigo Núñez")])
        assert (lead.country_id.code, sorted(lead.categ_ids.mapped("name"))) == ("ES", ["Alimentación", "Exportación"])
    undo.click()
    page.locator("#confirm[open] [data-yes]").click()
    expect(page.locator("#import-outcome .message.warning")).to_be_visible()
    with database.transaction() as env:
        assert not env["crm.lead"].search([("contact_name", "=", "Íñigo Núñez")])
        assert not env["crm.case.categ"].search([("name", "=", "Exportación")])


def test_the_outcome_leads_to_the_records(open_screen: Callable[..., Page], tmp_path: Path) -> None:
    file = tmp_path / "prospectos.csv"
    file.write_bytes("\r\n".join(ROWS[:3]).encode("utf-8"))
    page = open_screen("/web/import/crm.lead")
    start(page, file)
    page.locator("button[value=check]").click()
    page.locator("button[value=run]").click()
    expect(page.locator("button[value=undo]")).to_be_visible(timeout=30_000)
    page.locator("#import-outcome a.primary").click()
    expect(page.locator("table.records, .board")).to_be_visible()
