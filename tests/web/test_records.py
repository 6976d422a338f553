"""Lists and boards: searching, grouping, paging, totals, what may be done with ticked rows."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from core.testing.clients import WebClient
from core.testing.records import Database
from tests.web.conftest import Screen, screen_of

pytestmark = pytest.mark.addons("crm")
Visit = Callable[[str], Screen]
LEADS = "/web/action/crm.action_opportunities?view=list"


@pytest.fixture
def deals(database: Database) -> list[int]:
    """Four opportunities in two stages."""
    with database.transaction() as env:
        stages = env["crm.case.stage"].search([("type", "in", ["opportunity", "both"]), ("state", "=", "open")])[:2]
        rows = [
            {"name": "Press", "city": "Vigo", "planned_revenue": 100, "stage_id": stages[0].id},
            {"name": "Crane", "city": "Lugo", "planned_revenue": 250, "stage_id": stages[0].id},
            {"name": "Audit", "city": "Vigo", "planned_revenue": 50, "stage_id": stages[1].id},
            {"name": "Racks", "city": "", "planned_revenue": 0, "stage_id": stages[1].id},
        ]
        return list(env["crm.lead"].create([{"type": "opportunity", **row} for row in rows]).ids)


def names(screen: Screen) -> list[str]:
    return screen.texts(
        "//table[contains(@class, 'records')]//tbody//tr[@id and not(contains(@class, 'group'))]//a[@class='row-link']"
    )


def test_a_text_searches_the_first_field_of_the_search_view(visit: Visit, deals: list[int]) -> None:
    assert names(visit(f"{LEADS}&filter=&q=pres")) == ["Press"]


def test_facets_can_be_taken_away_one_by_one(visit: Visit, deals: list[int]) -> None:
    shown = visit(f"{LEADS}&f.city=vigo&f.name=press")
    assert names(shown) == ["Press"]
    links = shown.root.xpath("//li[contains(@class, 'facet-text')]/a/@href")
    assert sorted(names(visit(links[1]))) == ["Audit", "Press"]


def test_texts_in_one_field_are_alternatives(visit: Visit, deals: list[int]) -> None:
    assert sorted(names(visit(f"{LEADS}&f.name=press&f.name=crane"))) == ["Crane", "Press"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("city|=|Vigo", ["Audit", "Press"]),
        ("city|!=|Vigo", ["Crane", "Racks"]),
        ("city|unset|", ["Racks"]),
        ("planned_revenue|>|60", ["Crane", "Press"]),
        ("planned_revenue|ilike|50", ["Audit"]),
        ("stage_id|set|", ["Audit", "Crane", "Press", "Racks"]),
    ],
)
def test_an_own_filter(visit: Visit, deals: list[int], condition: str, found: list[str]) -> None:
    assert sorted(names(visit(f"{LEADS}&filter=&cond={condition}"))) == found


@pytest.mark.parametrize(
    "condition", ["password_hash|=|x", "nothing|=|1", "city|drop table|x", "planned_revenue|>|many"]
)
def test_an_own_filter_that_means_nothing_finds_nothing(visit: Visit, deals: list[int], condition: str) -> None:
    shown = visit(f"{LEADS}&filter=&cond={condition}")
    assert shown.response.status_code == 200
    assert names(shown) == []


def test_groups_show_counts_and_sums_and_open(visit: Visit, deals: list[int]) -> None:
    shown = visit(f"{LEADS}&filter=&group=city")
    assert shown.texts("//tr[contains(@class, 'group')]/th") == ["Lugo 1", "Vigo 2", "None 1"]
    opened = visit(shown.root.xpath("//tr[contains(@class, 'group')][2]//a/@href")[0])
    assert sorted(names(opened)) == ["Audit", "Press"]


def test_sorting_follows_the_link_in_the_head(visit: Visit, deals: list[int]) -> None:
    shown = visit(f"{LEADS}&filter=")
    link = shown.root.xpath("//th/a[contains(@href, 'sort=name')]/@href")[0]
    assert names(visit(link)) == ["Audit", "Crane", "Press", "Racks"]
    again = visit(link).root.xpath("//th/a[contains(@href, 'sort=-name')]/@href")[0]
    assert names(visit(again)) == ["Racks", "Press", "Crane", "Audit"]


def test_pages_and_the_neighbours_of_a_record(visit: Visit, deals: list[int]) -> None:
    first = visit(f"{LEADS}&filter=&sort=name&limit=2")
    assert names(first) == ["Audit", "Crane"]
    second = visit(first.root.xpath("//a[@rel='next']/@href")[0])
    assert names(second) == ["Press", "Racks"]
    record = visit(second.root.xpath("//a[@class='row-link']/@href")[0])
    assert "Press" in record.texts("//h1")[0]
    before = visit(record.root.xpath("//a[@rel='prev']/@href")[0])
    assert "Crane" in before.texts("//h1")[0]


def test_ticked_records_are_archived_and_come_back(client: WebClient, deals: list[int], database: Database) -> None:
    query = {"query": "/web/crm.lead", "id": [str(deals[0]), str(deals[1])], "do": "archive"}
    assert client.post("/web/crm.lead/bulk", data=query).status_code == 303
    with database.transaction() as env:
        assert not any(env["crm.lead"].browse(deals[:2]).mapped("active"))
    client.post("/web/crm.lead/bulk", data=query)
    with database.transaction() as env:
        assert all(env["crm.lead"].browse(deals[:2]).mapped("active"))


def test_all_of_a_search_are_changed_at_once(client: WebClient, deals: list[int], database: Database) -> None:
    data = {
        "query": f"{LEADS}&filter=&f.city=vigo",
        "all": "1",
        "do": "write",
        "set": "city",
        "city": "Pontevedra",
        "_script": "1",
    }
    assert client.post("/web/crm.lead/bulk", data=data).status_code == 303
    with database.transaction() as env:
        assert env["crm.lead"].browse(deals).mapped("city") == ["Pontevedra", "Lugo", "Pontevedra", ""]


def test_nothing_is_set_that_was_not_ticked(client: WebClient, deals: list[int], database: Database) -> None:
    data = {"query": "/web/crm.lead", "id": str(deals[0]), "do": "write", "city": "Pontevedra", "_script": "1"}
    assert client.post("/web/crm.lead/bulk", data=data).status_code == 422
    with database.transaction() as env:
        assert env["crm.lead"].browse(deals[0]).city == "Vigo"


def test_an_export_holds_the_chosen_fields_of_the_search(client: WebClient, visit: Visit, deals: list[int]) -> None:
    chosen = visit("/web/export/crm.lead?from=action/crm.action_opportunities&filter=&f.city=vigo&sort=name")
    data = {**chosen.values("export").to_dict(), "field": ["name", "stage_id/sequence"], "as": "csv"}
    lines = client.post("/web/export/crm.lead", data=data).data.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["Audit", "Press"]


def test_an_export_as_a_workbook_reads_back(client: WebClient, visit: Visit, deals: list[int]) -> None:
    from python_calamine import CalamineWorkbook

    data = {"_query": f"ids={deals[0]}", "field": ["name", "city"], "as": "xlsx", "mode": "import"}
    answer = client.post("/web/export/crm.lead", data=data)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["id", "name", "city"]
    assert rows[1][1:] == ["Press", "Vigo"]


def test_a_search_is_saved_used_and_forgotten(client: WebClient, visit: Visit, deals: list[int]) -> None:
    shown = visit(f"{LEADS}&filter=&f.city=vigo")
    form = shown.root.xpath("//form[contains(@action, 'favourite')]")[0]
    data = [(item.get("name"), item.get("value")) for item in form.xpath(".//input[@type='hidden']")]
    kept = screen_of(client, client.post(form.get("action"), data={**dict(data), "name": "In Vigo"}))
    assert sorted(names(kept)) == ["Audit", "Press"]
    assert any("In Vigo" in text for text in kept.texts("//*[contains(@class, 'facet')]"))
    listed = visit(f"{LEADS}&filter=")
    link = listed.root.xpath("//a[contains(@href, 'fav=')]/@href")[0]
    assert sorted(names(visit(link))) == ["Audit", "Press"]
    forget = listed.root.xpath("//form[contains(@action, '/delete')]/@action")[0]
    client.post(forget)
    assert not visit(f"{LEADS}&filter=").root.xpath("//a[contains(@href, 'fav=')]")


def test_a_card_moves_to_another_stage_without_script(
    client: WebClient, visit: Visit, deals: list[int], database: Database
) -> None:
    board = visit("/web/action/crm.action_opportunities?view=kanban&filter=")
    form = board.root.xpath(f"//*[@id='card-{deals[0]}']//form")[0]
    options = form.xpath(".//option/@value")
    answer = client.post(form.get("action"), data={"id": str(deals[0]), "to": options[-1]})
    assert answer.status_code == 303
    with database.transaction() as env:
        assert str(env["crm.lead"].browse(deals[0]).stage_id.id) == options[-1]


def test_a_board_shows_empty_stages_and_their_sums(visit: Visit, deals: list[int]) -> None:
    board = visit("/web/action/crm.action_opportunities?view=kanban&filter=")
    columns = board.texts("//section[contains(@class, 'board-column')]/header")
    assert len(columns) > 2
    assert any("350" in column for column in columns)


def test_rows_are_drawn_with_few_statements(visit: Visit, deals: list[int], database: Database) -> None:
    with database.transaction() as env:
        env["crm.lead"].create([{"name": f"Deal {n}", "type": "opportunity", "city": "Vigo"} for n in range(100)])
    registry = database.registry
    from sqlalchemy import event

    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    visit(f"{LEADS}&filter=")
    event.listen(registry.engine, "before_cursor_execute", count)
    try:
        visit(f"{LEADS}&filter=")
    finally:
        event.remove(registry.engine, "before_cursor_execute", count)
    assert len(counted) < 45, len(counted)


def test_a_record_begun_in_a_column_gets_its_stage(visit: Visit, database: Database) -> None:
    board = visit("/web/action/crm.action_opportunities?view=kanban&filter=")
    column = board.root.xpath("//section[contains(@class, 'board-column')]")[2]
    visit(column.xpath(".//header/a/@href")[0]).submit(name="Begun in a column")
    with database.transaction() as env:
        deal = env["crm.lead"].search([("name", "=", "Begun in a column")])
        assert column.get("id") == f"column-{deal.stage_id.id}"
        assert deal.type == "opportunity"


@pytest.mark.case("B19", "C35")
@pytest.mark.parametrize("context", ["[1]", "{", '{"uid": 1, "active_test": "yes", "su": true}', '{"lang": "../../x"}'])
def test_a_context_in_an_address_cannot_say_what_it_likes(visit: Visit, deals: list[int], context: str) -> None:
    shown = visit(f"/web/crm.lead?context={context}")
    assert shown.response.status_code == 200
    assert len(names(shown)) == 4


@pytest.mark.case("C35")
@pytest.mark.parametrize("domain", ['[["city", "=", "Vigo"]]', '[["nothing", "=", 1]]', "[[", '[["city", "=", ["a"]]]'])
def test_a_domain_in_an_address_is_checked_like_any_other(client: WebClient, deals: list[int], domain: str) -> None:
    assert client.get("/web/crm.lead", query_string={"domain": domain}).status_code in (200, 400, 404, 422)
