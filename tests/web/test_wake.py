"""Administrators see that their database is a copy that rests, and wake it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import html

from core.db import admin, resting
from core.server.app import Application
from core.testing.clients import Refused, WebClient
from core.testing.records import Database
from tests.web.conftest import Screen

MASTER = "master of tests"
BANNER = "//form[@action='/web/wake']"


@pytest.fixture(autouse=True)
def copied(database: Database) -> None:
    """The database rests."""
    with database.transaction() as env:
        env["res.users"].create({"name": "Ana", "login": "ana"})
        resting.rest(env.tx.connection)


def rests(database: Database) -> bool:
    with database.transaction(write=False) as env:
        return resting.is_resting(env.tx.connection)


def test_an_administrator_wakes_a_copy_with_one_button(
    database: Database, visit: Callable[[str], Screen], client: WebClient
) -> None:
    page = visit("/web/res.partner")
    assert "rests" in page.texts(BANNER)[0]
    token = page.root.xpath(f"{BANNER}//input[@name='csrf_token']/@value")[0]
    answer = client.post("/web/wake", data={"csrf_token": token})
    assert answer.status_code == 303
    assert not rests(database)
    assert visit("/web/res.partner").texts(BANNER) == []


def test_others_neither_see_it_nor_wake_it(database: Database, new_client: Callable[..., WebClient]) -> None:
    ana = new_client("ana")
    page = ana.get("/web?apps=1")
    assert page.status_code == 200
    assert "/web/wake" not in page.text
    assert ana.post("/web/wake").status_code == 403
    with pytest.raises(Refused, match="woken by administrators"):
        ana.call("ir.cron", "wake_database", [])
    assert rests(database)


def test_a_program_wakes_it_too(database: Database, client: WebClient) -> None:
    assert client.call("ir.config_parameter", "get_param", resting.KEY) == "1"
    assert client.call("ir.cron", "wake_database") is True
    assert client.call("ir.cron", "wake_database") is False
    assert not rests(database)


def test_deleting_the_parameter_is_a_way_too(database: Database, client: WebClient) -> None:
    client.call("ir.config_parameter", "set_param", resting.KEY, False)
    assert not rests(database)


@pytest.mark.parametrize("as_is", ["", "1"])
def test_the_manager_asks_whether_a_copy_takes_the_place_of_the_original(
    application: Application, database: Database, monkeypatch: pytest.MonkeyPatch, as_is: str
) -> None:
    with database.transaction() as env:
        resting.wake(env.tx.connection)
    site = replace(application.site, settings=replace(application.settings, master_password=MASTER))
    monkeypatch.setattr(application._dispatcher, "_site", site)
    browser = WebClient(application, database.name, "")
    page = html.fromstring(browser.get("/web/databases").text)
    assert len(page.xpath("//form[@action='/web/databases/restore']//input[@name='as_is']")) == 1
    form = page.xpath("//form[@action='/web/databases/copy']")[0]
    token = form.xpath(".//input[@name='csrf_token']/@value")[0]
    target = f"{database.name}_copy{as_is}"
    wanted = {"name": database.name, "new_name": target, "master_password": MASTER, "csrf_token": token}
    try:
        answer = browser.post("/web/databases/copy", data={**wanted, **({"as_is": "1"} if as_is else {})})
        assert answer.status_code == 200
        copy = Database(database.databases, target)
        assert rests(copy) is not bool(as_is)
    finally:
        database.databases.registries.forget(target)
        admin.drop(database.databases.server, target)
