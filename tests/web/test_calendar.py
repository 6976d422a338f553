"""A month of records: on their days, in the reader's week, with the way to other months and to new ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from core.testing.clients import WebClient
from core.testing.records import Database
from tests.web.conftest import Screen, screen_of

pytestmark = pytest.mark.addons("crm")
Visit = Callable[[str], Screen]
MONTH = "/web/action/crm.action_opportunities?view=calendar&filter=&month=2026-12"


def deal(database: Database, day: dt.date, name: str = "Un trato") -> int:
    with database.transaction() as env:
        values = {"name": name, "type": "opportunity", "date_deadline": day}
        return int(env["crm.lead"].create(values).id)


def on(shown: Screen, day: str) -> list[str]:
    """The records of a day."""
    return shown.texts(f"//td[.//time[@datetime='{day}']]//li")


def test_records_stand_on_their_days(visit: Visit, database: Database) -> None:
    number = deal(database, dt.date(2026, 12, 24))
    deal(database, dt.date(2027, 2, 1), "Next year")
    shown = visit(MONTH)
    assert shown.texts("//h2")[-1] == "December 2026"
    assert on(shown, "2026-12-24") == ["Un trato"]
    assert "Next year" not in shown.response.text
    assert f"/web/crm.lead/{number}?" in shown.root.xpath("//a[contains(@class, 'event')]/@href")[0]


def test_months_are_walked_and_come_back_to_today(visit: Visit, database: Database) -> None:
    deal(database, dt.date(2027, 1, 15))
    shown = visit(MONTH)
    following = visit(shown.root.xpath("//a[@rel='next']/@href")[0])
    assert on(following, "2027-01-15") == ["Un trato"]
    back = visit(following.root.xpath("//a[@rel='prev']/@href")[0])
    assert back.texts("//h2")[-1] == "December 2026"
    assert visit(shown.root.xpath("//a[.='Today']/@href")[0]).root.xpath("//time[@aria-current='date']")


def test_a_day_that_is_full_leads_to_the_rest(visit: Visit, database: Database) -> None:
    for number in range(6):
        deal(database, dt.date(2026, 12, 10), f"Deal {number}")
    shown = visit(MONTH)
    assert on(shown, "2026-12-10")[-1] == "3 more"
    listed = visit(shown.root.xpath("//a[@class='more']/@href")[0])
    assert len(listed.texts("//a[@class='row-link']")) == 6


def test_a_record_begun_on_a_day_has_that_day(visit: Visit, database: Database) -> None:
    shown = visit(MONTH)
    address = shown.root.xpath("//td[.//time[@datetime='2026-12-03']]//header/a/@href")[0]
    visit(address).submit(name="Begun in the calendar")
    with database.transaction() as env:
        found = env["crm.lead"].search([("name", "=", "Begun in the calendar")])
        assert found.date_deadline == dt.date(2026, 12, 3)


@pytest.mark.parametrize(("language", "first"), [("en", "Sun"), ("es", "Lun")])
def test_weeks_begin_where_the_reader_begins_them(client: WebClient, language: str, first: str) -> None:
    answer = client.get(MONTH, headers={"Accept-Language": language})
    assert screen_of(client, answer).texts("//th/abbr")[0] == first


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "0000-01", "9999-12", "x-y"])
def test_a_month_that_is_none_is_this_one(visit: Visit, month: str) -> None:
    shown = visit(f"/web/action/crm.action_opportunities?view=calendar&month={month}")
    assert shown.root.xpath("//time[@aria-current='date']")


def test_moments_stand_on_the_day_they_have_for_the_reader(client: WebClient, visit: Visit, database: Database) -> None:
    with database.transaction() as env:
        env["ir.ui.view"].create(
            {
                "name": "jobs",
                "model": "res.users",
                "type": "calendar",
                "arch": '<calendar date_start="create_date"><field name="login"/></calendar>',
            }
        )
        made = env["res.users"].browse(2).create_date
    client.set_cookie("tz", "Pacific/Kiritimati")
    day = (made + dt.timedelta(hours=14)).date()
    shown = visit(f"/web/res.users?views=calendar,list&month={day:%Y-%m}")
    assert any("Administrator" in text for text in on(shown, f"{day}"))
