"""Lists and boards in Chromium: walking, ticking, sorting, searching, dragging."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.testing.records import Database
from tests.browser.conftest import PHONE, until

pytestmark = [pytest.mark.browser, pytest.mark.addons("crm", demo=True)]
LIST = "/web/action/crm.action_leads?view=list"


def test_a_search_is_typed_and_lands_in_the_address(open_screen: Callable[..., Page]) -> None:
    page = open_screen(LIST)
    page.keyboard.press("/")
    expect(page.locator("#search-text")).to_be_focused()
    page.keyboard.type("a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".facet-text")).to_have_count(1)
    assert "f.name=a" in page.url
    page.locator("#search-text").press("Backspace")
    expect(page.locator(".facet-text")).to_have_count(0)


def test_rows_are_walked_ticked_and_opened_by_keys(open_screen: Callable[..., Page]) -> None:
    page = open_screen(LIST)
    page.locator("tbody .row-link").first.focus()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".bulk")).to_be_visible()
    expect(page.locator("[data-count]")).to_have_text("1 selected")
    page.keyboard.press("Enter")
    expect(page.locator("form.record")).to_be_visible()
    page.go_back()
    expect(page.locator("table.records")).to_be_visible()


def test_many_records_are_changed_at_once(open_screen: Callable[..., Page], database: Database) -> None:
    page = open_screen(LIST)
    for box in page.locator("tbody .tick input").all()[:3]:
        box.check()
    chosen = [int(box.get_attribute("value") or 0) for box in page.locator("tbody .tick input:checked").all()]
    page.locator(".bulk button[value=edit]").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("#i-city").fill("Villanueva del Río")
    dialog.locator("button[value=write]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#notices")).to_contain_text("3 records")
    with database.transaction() as env:
        assert set(env["crm.lead"].browse(chosen).mapped("city")) == {"Villanueva del Río"}


def test_a_card_is_dragged_to_the_next_stage(open_screen: Callable[..., Page], database: Database) -> None:
    page = open_screen("/web/action/crm.action_opportunities?view=kanban")
    until(page, "!!window.Sortable")
    first, second = page.locator(".board-column:not(.folded)").nth(0), page.locator(".board-column:not(.folded)").nth(1)
    card = first.locator(".card-item").first
    number = int(card.get_attribute("data-id") or 0)
    stage = int(second.locator(".cards").get_attribute("data-column") or 0)
    with page.expect_response("**/web/board/move*"):
        card.drag_to(second.locator(".cards"), target_position={"x": 60, "y": 20})
    expect(second.locator(f"#card-{number}")).to_be_visible()
    with database.transaction() as env:
        assert env["crm.lead"].browse(number).stage_id.id == stage


def test_a_card_moves_by_shift_and_arrow(open_screen: Callable[..., Page], database: Database) -> None:
    page = open_screen("/web/action/crm.action_opportunities?view=kanban")
    until(page, "!!window.Sortable")
    card = page.locator(".board-column:not(.folded) .card-item").first
    number = int(card.get_attribute("data-id") or 0)
    before = page.locator(".cards", has=page.locator(f"#card-{number}")).get_attribute("data-column")
    card.locator("a").focus()
    with page.expect_response("**/web/board/move*"):
        page.keyboard.press("Shift+ArrowRight")
    with database.transaction() as env:
        assert str(env["crm.lead"].browse(number).stage_id.id) != before


def test_the_palette_goes_to_a_menu_by_a_part_of_its_name(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web?apps")
    page.keyboard.press("Control+k")
    page.keyboard.type("opportunit")
    expect(page.locator("#palette-results [aria-selected=true]")).to_contain_text("Opportunit")
    page.keyboard.press("Enter")
    expect(page.locator(".board, table.records")).to_be_visible()


def test_a_phone_has_the_menus_in_a_drawer(open_screen: Callable[..., Page]) -> None:
    page = open_screen(LIST, **PHONE)
    expect(page.locator("#side")).not_to_be_in_viewport()
    page.locator("[data-drawer]").click()
    expect(page.locator("#side")).to_be_in_viewport()
    page.locator("#menu a").first.click()
    expect(page.locator("#side")).not_to_be_in_viewport()


def test_a_list_of_eighty_rows_weighs_less_than_150_kilobytes(
    open_screen: Callable[..., Page], database: Database
) -> None:
    with database.transaction() as env:
        env["res.partner"].create([{"name": f"Company {n}", "is_company": True, "city": "Vigo"} for n in range(100)])
    page = open_screen("/web?apps")
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.context.clear_cookies(name="none")
    page.goto("/web/res.partner", wait_until="networkidle")
    page.reload(wait_until="networkidle")
    assert page.locator("tbody tr").count() == 80
    assert sum(sizes) < 150_000


def test_an_own_filter_fits_its_field(open_screen: Callable[..., Page]) -> None:
    page = open_screen(LIST)
    page.locator("#search-menu > summary").click()
    page.locator("#search-menu .custom > summary").first.click()
    page.locator("select[name=where]").select_option("active")
    expect(page.locator("select[name=is]")).to_have_value("=")
    assert page.locator("select[name=is] option:not([hidden])").count() == 1
    page.locator("select[name=where]").select_option("city")
    page.locator("select[name=is]").select_option("unset")
    expect(page.locator(".own-filter [name=value]")).to_be_hidden()
    page.locator(".own-filter button", has_text="Apply").click()
    expect(page.locator(".facet-own")).to_contain_text("is empty")


def test_a_phone_names_each_row_and_each_number(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web/action/crm.action_opportunities?view=list", **PHONE)
    row = page.locator("tbody tr").first
    name, number = row.locator("[data-first]"), row.locator("td[data-label]:not(:empty)").first
    assert (name.bounding_box() or {"y": 0})["y"] < (number.bounding_box() or {"y": 0})["y"]
    assert "Revenue" in number.evaluate("cell => getComputedStyle(cell, '::before').content")
    page.goto("/web/import/crm.lead")
    boxes = [box.bounding_box() or {"x": 0} for box in page.locator(".side-by-side > *").all()]
    assert len({box["x"] for box in boxes}) == 1, "one below the other"


def test_a_bar_of_a_chart_leads_to_its_records(open_screen: Callable[..., Page]) -> None:
    page = open_screen("/web/action/crm.action_opportunities?view=graph&filter=&col=-&measure=__count")
    until(page, "document.querySelector('gr-chart')?.chart")
    count = page.locator("#figures tr[data-deep] td").first.inner_text()
    spot = page.evaluate(
        "(() => { const { chart } = document.querySelector('gr-chart'); const bar = chart.getDatasetMeta(0).data[0];"
        " return { x: bar.x, y: (bar.y + bar.base) / 2 }; })()"
    )
    page.locator("gr-chart canvas").click(position=spot)
    expect(page.locator("table.records")).to_be_visible()
    expect(page.locator("tbody .row-link")).to_have_count(int(count))


def test_a_chart_that_cannot_be_drawn_leaves_its_table(open_screen: Callable[..., Page]) -> None:
    page = open_screen(LIST)
    page.route("**/chart.min*.js", lambda route: route.abort())
    page.goto("/web/action/crm.action_opportunities?view=graph")
    expect(page.locator("gr-chart")).to_be_hidden()
    expect(page.locator("#figures table")).to_be_visible()


def test_what_is_done_with_ticked_rows_stays_on_one_line(open_screen: Callable[..., Page]) -> None:
    page = open_screen(LIST)
    for box in page.locator("tbody .tick input").all()[:2]:
        box.check()
    bar = page.locator(".bulk").bounding_box() or {"height": 999}
    assert bar["height"] < 60
    page.locator(".bulk summary").click()
    expect(page.locator(".bulk .panel button").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".bulk button[value=delete]").click()
    expect(page.locator("#confirm-text")).to_have_text("Delete 2 records?")
