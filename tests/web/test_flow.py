"""The pages of workflows: where a record stands, and publishing after seeing what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.testing.clients import WebClient
from core.testing.records import Database
from tests.web.conftest import Screen
from tests.workflow.conftest import build_flow, put_ways

Visit = Callable[[str], Screen]


@pytest.fixture
def flow(database: Database) -> tuple[int, int]:
    """A workflow of partners, and a partner in it."""
    with database.transaction() as env:
        workflow = build_flow(env, "approval", ["new -ask-> asked", "asked -grant[city == 'Vigo']-> granted"])
        partner: Any = env["res.partner"].create({"name": "Ana Ruiz", "city": "Lugo"})
        return workflow.id, partner.id


def test_the_page_says_where_a_record_stands_and_why_a_step_cannot_be_made(
    database: Database, visit: Visit, flow: tuple[int, int]
) -> None:
    _, partner = flow
    with database.transaction() as env:
        from core.workflow import engine

        engine.send(env["res.partner"].browse(partner), "ask")
    shown = visit(f"/web/res.partner/{partner}")
    assert f"/web/res.partner/{partner}/workflow" in shown.response.text
    shown = visit(f"/web/res.partner/{partner}/workflow")
    assert "Ana Ruiz stands in asked." in shown.texts("//main//p")
    assert shown.texts("//*[contains(@class, 'flow-here')]") == ["asked"]
    assert shown.texts("//p[@class='why']") == ["its condition city == 'Vigo' does not hold"]


def test_a_record_in_no_workflow_has_no_such_link(visit: Visit, database: Database) -> None:
    with database.transaction() as env:
        number = env["res.partner"].create({"name": "Ana Ruiz"}).id
    assert f"/web/res.partner/{number}/workflow" not in visit(f"/web/res.partner/{number}").response.text


def test_publishing_shows_first_what_it_does_to_whom(
    database: Database, visit: Visit, client: WebClient, flow: tuple[int, int]
) -> None:
    workflow, partner = flow
    with database.transaction() as env:
        put_ways(
            env, env["workflow"].browse(workflow), ["new -ask-> asked", "new -skip-> granted", "asked -deny-> new"]
        )
    shown = visit(f"/web/flow/{workflow}")
    assert shown.texts("//tbody/tr/td") == ["new", "new", "1", "skip", ""]
    before = visit(f"/web/res.partner/{partner}/workflow")
    assert "version 1" in before.texts("//h2")[0]
    answer = client.post(
        f"/web/flow/{workflow}", data={"csrf_token": shown.root.xpath("//input[@name='csrf_token']/@value")[0]}
    )
    assert answer.status_code == 303
    assert "version 2" in visit(f"/web/res.partner/{partner}/workflow").texts("//h2")[0]
    assert visit(f"/web/flow/{workflow}").root.xpath("//button[@disabled]")


def test_only_who_may_change_workflows_publishes(
    database: Database, new_client: Callable[..., WebClient], flow: tuple[int, int]
) -> None:
    workflow, _ = flow
    with database.transaction() as env:
        env["res.users"].create({"name": "Eva", "login": "eva"})
    employee = new_client("eva")
    assert employee.get(f"/web/flow/{workflow}").status_code == 403
    assert employee.post(f"/web/flow/{workflow}", data={"csrf_token": employee.csrf_token}).status_code == 403
