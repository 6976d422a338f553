"""The import wizard in Chromium: what it says at its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.addons("crm")]

ROWS = (
    "Empresa;Contacto;Ciudad;País;Etiquetas",
    "Aceites Ría;Íñigo Núñez;Vigo;España;Alimentación, Exportación",
    "Muebles Ekialde;Ane Etxeberria;Bilbao;España;Madera",
)


def start(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)
    page.locator("button[value=upload]").click()
    expect(page.locator("table.mapping")).to_be_visible()


def test_the_outcome_leads_to_the_records(open_screen: Callable[..., Page], tmp_path: Path) -> None:
    file = tmp_path / "prospectos.csv"
    file.write_bytes("\r\n".join(ROWS).encode())
    page = open_screen("/web/import/crm.lead")
    start(page, file)
    page.locator("button[value=check]").click()
    page.locator("button[value=run]").click()
    expect(page.locator("button[value=undo]")).to_be_visible(timeout=30_000)
    page.locator("#import-outcome a.primary").click()
    expect(page.locator("table.records, .board")).to_be_visible()
