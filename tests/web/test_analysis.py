"""Charts and cross tables: figures by groups, what may be chosen, and the records behind a figure."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from core.testing.records import Database
from tests.web.conftest import Screen

pytestmark = pytest.mark.addons("crm")
Visit = Callable[[str], Screen]


@pytest.fixture
def deals(database: Database) -> dict[str, int]:
    """Three deals of two sellers in two stages: 100 + 200 and 400, half of each expected."""
    with database.transaction() as env:
        sellers = env["res.users"].create(
            [{"name": name, "login": name, "password": "Contraseña-1"} for name in ("Ana", "Blas")]
        )
        stages = env["crm.case.stage"].search([("type", "in", ["opportunity", "both"])], limit=2)
        for seller, stage, amount in ((0, 0, 100), (0, 1, 200), (1, 1, 400)):
            env["crm.lead"].create(
                {
                    "name": f"Deal {amount}",
                    "type": "opportunity",
                    "user_id": sellers[seller].id,
                    "stage_id": stages[stage].id,
                    "planned_revenue": Decimal(amount),
                    "probability": 50,
                }
            )
        return {"ana": sellers[0].id, "first": stages[0].id, "second": stages[1].id}


def rows(shown: Screen) -> dict[str, list[str]]:
    """The lines of the table by what they are called."""
    return {
        " ".join(line.xpath("./th")[0].text_content().split()): [
            " ".join(cell.text_content().split()) for cell in line.xpath("./td")
        ]
        for line in shown.root.xpath("//table[contains(@class, 'pivot')]//tr[./td]")
    }


def test_a_chart_shows_its_figures_without_script(visit: Visit, deals: dict[str, int]) -> None:
    shown = visit("/web/action/crm.action_opportunities?view=graph&filter=")
    found = rows(shown)
    assert shown.texts("//th[@data-series]") == ["Ana", "Blas", "Total"]
    assert found["Total"] == ["€150.00", "€200.00", "€350.00"]
    assert shown.root.xpath("//gr-chart/@data-kind") == ["bar"]
    assert "data-stacked" in shown.root.xpath("//gr-chart")[0].attrib


def test_a_measure_a_chart_and_columns_are_chosen_by_links(visit: Visit, deals: dict[str, int]) -> None:
    shown = visit("/web/action/crm.action_opportunities?view=graph&filter=")
    counted = visit(shown.root.xpath("//a[contains(., 'Number of records')]/@href")[0])
    assert rows(counted)["Total"] == ["2", "1", "3"]
    plain = visit(counted.root.xpath("//a[contains(@href, 'col=-')]/@href")[0])
    assert plain.texts("//th[@data-series]") == ["Number of records"]
    assert rows(plain)["Total"] == ["3"]
    pie = visit(plain.root.xpath("//a[@aria-label='Pie']/@href")[0])
    assert pie.root.xpath("//gr-chart/@data-kind") == ["pie"]


def test_a_figure_leads_to_its_records(visit: Visit, deals: dict[str, int]) -> None:
    shown = visit("/web/action/crm.action_opportunities?view=graph&filter=")
    cell = shown.root.xpath("//tr[@data-deep][2]/td[1]/a/@href")[0]
    assert visit(cell).texts("//a[@class='row-link']") == ["Deal 200"]
    total = shown.root.xpath("//tfoot//td[last()]/a/@href")[0]
    assert len(visit(total).texts("//a[@class='row-link']")) == 3


def test_a_cross_table_nests_its_rows_and_adds_up_each_level(visit: Visit, deals: dict[str, int]) -> None:
    shown = visit(
        "/web/action/crm.action_lead_report?view=pivot&filter=&group=user_id&group=create_day:month&measure=company_revenue"
    )
    found = rows(shown)
    assert found["Ana"][-1] == "€300.00"
    assert found["Total"][-1] == "€700.00"
    assert len(shown.root.xpath("//tr[@class='level-1']")) == 2
    month = shown.root.xpath("//tr[@class='level-1'][1]/td[last()]/a/@href")[0]
    assert len(visit(month).root.xpath("//tbody/tr")) == 2


def test_only_figures_a_reader_may_see_are_offered(visit: Visit, deals: dict[str, int]) -> None:
    shown = visit(
        "/web/action/crm.action_opportunities?view=graph&filter=&measure=nothing&measure=name&col=nothing&chart=x"
    )
    assert shown.response.status_code == 200
    assert rows(shown)["Total"] == ["€350.00"]


def test_an_empty_analysis_says_so(visit: Visit) -> None:
    shown = visit("/web/action/crm.action_lead_report?view=pivot&f.user_id=nobody")
    assert "Nothing here matches the search." in shown.texts("//main//*[contains(@class, 'empty')]")[0]
