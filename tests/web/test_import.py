"""The import wizard as a browser without script walks through it."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from core.testing.clients import WebClient
from core.testing.records import Database
from tests.web.conftest import Screen, screen_of

pytestmark = pytest.mark.addons("crm")

Visit = Callable[[str], Screen]
TITLES = "Company Name;Country;Tags;Description\n"
PLACES = TITLES + "Oak;Houston, Texas;wood;Tall\nFir;Atlantis;;\nElm;Atlanta, Georgia;;\nAsh;Spain;wood;\nYew;none;;\n"


@pytest.fixture
def bring(client: WebClient, visit: Visit) -> Callable[[str], Screen]:
    """`bring(text)`: upload a file of leads, and come to its columns."""

    def go(text: str) -> Screen:
        visit("/web/import/crm.lead")
        sent = {"csrf_token": client.csrf_token, "do": "upload", "file": (io.BytesIO(text.encode()), "leads.csv")}
        answer = client.post("/web/import/crm.lead", data=sent, content_type="multipart/form-data")
        return screen_of(client, answer)

    return go


def figures(screen: Screen) -> list[str]:
    return screen.texts("//dl[@class='figures']//dd")


def finished(screen: Screen, visit: Visit) -> Screen:
    """The outcome, once the import behind the page has ended."""
    address = screen.response.request.path
    for _ in range(600):
        if screen.root.xpath("//*[@id='import-outcome']"):
            return screen
        time.sleep(0.05)
        screen = visit(address)
    raise AssertionError(screen.response.text[:2000])


def countries(database: Database) -> dict[str, str]:
    with database.transaction(write=False) as env:
        leads: Any = env["crm.lead"].search([])
        return {lead.name: lead.country_id.code or "" for lead in leads}


def test_the_dry_run_asks_about_each_column_and_keeps_what_was_said(
    bring: Callable[[str], Screen], visit: Visit, database: Database
) -> None:
    dry = bring(PLACES).submit("import-mapping", do="check")
    assert figures(dry) == ["1", "0", "4"]
    assert dry.texts("//section[contains(@class, 'unknown')]/h2") == [
        "Country: 4 different values in 4 rows are not known.",
        "Tags: 1 value in 2 rows is not known.",
    ]
    choices = dry.root.xpath("//input[@name='missing.country_id']/@value")
    assert choices == ["refuse", "suggested", "keep", "empty"]
    assert dry.root.xpath("//input[@name='missing.categ_ids'][@checked]/@value") == ["create"]
    texts = dry.root.xpath("//input[contains(@name, 'meant.country_id')][contains(@name, '.says')]/@value")
    assert sorted(texts[:3]) == ["Atlanta, Georgia", "Atlantis", "none"]
    assert texts[3:] == ["Houston, Texas"]
    assert dry.root.xpath("//input[@name='meant.country_id.3.text']/@placeholder") == ["United States (suggested)"]

    place = texts.index("Atlanta, Georgia")
    with database.transaction(write=False) as env:
        chosen = str(env.ref("base.us").id)
    said = {"missing__country_id": "suggested", f"meant__country_id__{place}": chosen}
    said |= {f"meant__country_id__{place}__text": "United States"}
    other = {f"meant__country_id__{texts.index('Atlantis')}__text": "Portugal"}
    again = dry.submit("import-check", do="check", **said, **other)
    assert figures(again) == ["4", "0", "1"]
    assert again.root.xpath("//input[@name='missing.country_id'][@checked]/@value") == ["suggested"]
    kept = again.root.xpath("//section[@aria-label='Country']//input[@role='combobox']/@value")
    assert sorted(kept[:2]) == ["Portugal", "United States"]

    outcome = finished(again.submit("import-check", do="run"), visit)
    assert figures(outcome) == ["4", "0", "1"]
    assert countries(database) == {"Oak": "US", "Fir": "PT", "Elm": "US", "Ash": "ES"}
    with database.transaction(write=False) as env:
        oak: Any = env["crm.lead"].search([("name", "=", "Oak")])
        assert oak.description == "Tall\nCountry: Houston, Texas"
    (note, *_) = outcome.texts("//div[@id='import-outcome']//li")
    assert note.startswith("Country: 2 different values in 2 rows are not known. What was suggested was taken")
    asked = outcome.root.xpath("//button[@value='undo']/@data-confirm")
    assert asked == ["Undo this import? 4 new records are removed, 0 get their old values back."]
    form = outcome.root.xpath("//button[@value='undo']/ancestor::form/@action")[0]
    undone = screen_of(outcome.client, outcome.client.post(form, data={"csrf_token": outcome.client.csrf_token}))
    assert "was undone" in undone.response.text
    assert countries(database) == {}
    assert "Undone" in visit("/web/import/crm.lead").response.text


def test_stopping_at_bad_rows_shows_them_and_offers_no_import(bring: Callable[[str], Screen]) -> None:
    dry = bring(PLACES).submit("import-mapping", do="check", on_error="stop")
    assert figures(dry) == ["1", "0", "4"]
    assert len(dry.root.xpath("//caption[contains(., 'Rows to look at')]/following-sibling::tbody/tr")) == 4
    assert not dry.root.xpath("//button[@value='run']")


def test_the_key_of_the_columns_outlives_the_dry_run(
    bring: Callable[[str], Screen], visit: Visit, database: Database
) -> None:
    with database.transaction() as env:
        env["crm.lead"].create({"name": "Ash", "city": "Lugo"})
    dry = bring(TITLES + "Ash;Spain;;\n").submit("import-mapping", do="check", key="name")
    assert figures(dry) == ["0", "1", "0"]
    finished(dry.submit("import-check", do="run"), visit)
    assert countries(database) == {"Ash": "ES"}


def test_a_running_import_is_stopped_while_it_holds_the_database(
    bring: Callable[[str], Screen], visit: Visit, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.data.sheets.importing import Import

    stopped, save = threading.Event(), Import._save

    def wait(job: Import, rows: Any) -> Any:
        history = save(job, rows)
        if not job.outcome.dry:
            stopped.wait(30)
        return history

    monkeypatch.setattr(Import, "_save", wait)
    running = bring(PLACES).submit("import-mapping", do="check").submit("import-check", do="run")
    address = running.response.request.path
    form = running.root.xpath("//section[@id='import-run']//form")[0]
    answer = running.client.post(form.get("action"), data={"csrf_token": running.client.csrf_token})
    stopped.set()
    assert answer.status_code == 303
    for _ in range(600):
        screen = visit(address)
        if screen.root.xpath("//*[@id='import-mapping']"):
            break
        time.sleep(0.05)
    assert "The import was stopped; nothing was kept." in screen.texts("//*[@role='alert']")[0]
    assert countries(database) == {}


def test_an_import_whose_server_ended_does_not_seem_to_run(
    bring: Callable[[str], Screen], visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading.Thread, "start", lambda _: None)
    running = bring(PLACES).submit("import-mapping", do="check").submit("import-check", do="run")
    assert running.root.xpath("//section[@id='import-run']")
    monkeypatch.setattr("core.job.board._alive", lambda _: False)
    screen = visit(running.response.request.path)
    assert "nothing was kept" in screen.texts("//*[@role='alert']")[0]
    assert screen.root.xpath("//form[@id='import-mapping']")


@pytest.mark.case("C42")
def test_an_export_for_importing_again_comes_in_again_and_changes_nothing(
    client: WebClient, bring: Callable[[str], Screen], visit: Visit, database: Database
) -> None:
    finished(bring("Company Name;City\nOak;Lugo\nFir;\n").submit("import-mapping", do="run"), visit)
    visit("/web/export/crm.lead")
    sent = {"csrf_token": client.csrf_token, "field": ["name", "city", "user_id"], "as": "csv", "mode": "import"}
    exported = client.post("/web/export/crm.lead", data=sent).get_data().decode("utf-8-sig")
    assert exported.startswith("id,name,city,user_id")
    columns = bring(exported)
    assert columns.root.xpath("//select[@id='to-0']/option[@selected]/@value") == ["id"]
    dry = columns.submit("import-mapping", do="check")
    assert figures(dry) == ["0", "2", "0"]
    outcome = finished(dry.submit("import-check", do="run"), visit)
    assert figures(outcome) == ["0", "2", "0"]
    with database.transaction(write=False) as env:
        lines = env["ir.import.line"].search([("action", "=", "updated")])
        assert not any(line.before for line in lines)


def test_the_wizard_asks_whether_empty_cells_clear_values(
    bring: Callable[[str], Screen], visit: Visit, database: Database
) -> None:
    finished(bring("Company Name;City\nOak;Lugo\n").submit("import-mapping", do="run"), visit)
    columns = bring("Company Name;City\nOak;\n")
    assert columns.root.xpath("//input[@name='empty'][@checked]/@value") == ["keep"]
    dry = columns.submit("import-mapping", do="check", key="name")
    assert "Values of records that stay as they are, for the cell is empty: 1." in dry.response.text
    dry = bring("Company Name;City\nOak;\n").submit("import-mapping", do="check", key="name", empty="clear")
    assert "Empty cells clear values of records: 1." in dry.response.text
    finished(dry.submit("import-check", do="run"), visit)
    with database.transaction(write=False) as env:
        assert env["crm.lead"].search([("name", "=", "Oak")]).city == ""


def test_an_import_shows_its_own_records_only(bring: Callable[[str], Screen], visit: Visit, database: Database) -> None:
    finished(bring("Company Name\nOld\n").submit("import-mapping", do="run"), visit)
    outcome = finished(bring("Company Name\nOak\nFir\n").submit("import-mapping", do="run"), visit)
    (address,) = outcome.root.xpath("//a[contains(., 'Show the records')]/@href")
    listed = visit(address).response.text
    assert ("Oak" in listed, "Fir" in listed, "Old" in listed) == (True, True, False)
    assert "leads.csv" in listed


def test_a_model_that_is_none_is_not_found(client: WebClient) -> None:
    for address in ("/web/import/crm.leed", "/web/export/crm.leed"):
        assert client.get(address).status_code == 404


def test_bad_numbers_and_dates_are_told_as_such(bring: Callable[[str], Screen]) -> None:
    text = "Company Name;Planned Revenue;Expected Closing\nOak;much;soon\nFir;12;later\n"
    dry = bring(text).submit("import-mapping", do="check")
    assert dry.texts("//section[contains(@class, 'unknown')]/h2") == [
        "Planned Revenue: 1 value in 1 row is not a number.",
        "Expected Closing: 2 different values in 2 rows are not dates.",
    ]


def test_the_corrected_file_feeds_what_the_first_one_fed(bring: Callable[[str], Screen], visit: Visit) -> None:
    first = bring("Company Name;Odd;Country\nOak;Lugo;Spain\nFir;Vigo;Atlantis\n")
    outcome = finished(first.submit("import-mapping", do="run", to__1="city"), visit)
    (address,) = outcome.root.xpath("//a[contains(., 'As a file to correct')]/@href")
    refused = visit(address).response.get_data().decode("utf-8-sig")
    columns = bring(refused.replace("Atlantis", "Spain", 1))
    assert columns.root.xpath("//select[@id='to-1']/option[@selected]/@value") == ["city"]
    assert not columns.root.xpath("//select[@id='to-3']/option[@selected]/@value[. != '']")
