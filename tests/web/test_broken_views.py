"""A view extension that no longer fits leaves the screen working: administrators read what is missing."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from core.testing.clients import WebClient
from core.testing.records import Database
from tests.web.conftest import Screen

WARNING = "//*[@id='notices']//p"


@pytest.fixture
def partner(database: Database) -> int:
    """A partner, whose form has an extension that finds nothing, and another one that does."""
    with database.transaction() as env:
        form = env.ref("base.partner_form").id
        for name, anchor in (("lost", "emial"), ("found", "email")):
            env["ir.ui.view"].create(
                {"name": name, "model": "res.partner", "type": "form", "inherit_id": form, "mode": "extension",
                 "arch": f"<field name='{anchor}' position='after'><separator string='It is {name}'/></field>"}
            )  # fmt: skip
        return int(env["res.partner"].create({"name": "Nieves"}).id)


def test_the_screen_works_without_the_broken_extension_and_with_the_others(
    visit: Callable[[str], Screen], partner: int
) -> None:
    shown = visit(f"/web/res.partner/{partner}")
    assert shown.response.status_code == 200
    assert shown.texts("//h1") == ["Nieves"]
    text = shown.texts("//main")[0]
    assert "It is found" in text
    assert "It is lost" not in text


def test_an_administrator_reads_what_is_missing_and_where_it_may_go(
    visit: Callable[[str], Screen], partner: int
) -> None:
    (warning,) = visit(f"/web/res.partner/{partner}").texts(WARNING)
    assert warning.startswith("A part of this screen is missing. ")
    assert "lost" in warning
    assert "//field[@name='email']" in warning
    assert visit("/web/res.partner").texts(WARNING) == [], "of a screen that is whole nothing is said"


def test_nobody_else_is_told(new_client: Callable[..., WebClient], partner: int, database: Database) -> None:
    with database.transaction() as env:
        env["res.users"].create({"name": "Ana", "login": "ana", "groups_id": [(6, 0, [env.ref("base.group_user").id])]})
    page = new_client("ana").get(f"/web/res.partner/{partner}")
    assert page.status_code == 200
    assert "is missing" not in page.text


def test_the_log_has_it_once(
    visit: Callable[[str], Screen], partner: int, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="core.view.library"):
        for _ in range(3):
            visit(f"/web/res.partner/{partner}")
            with database.transaction() as env:
                env["ir.ui.view"].search([("name", "=", "found")]).priority = 20  # every cache is dropped
    assert len([record for record in caplog.records if "left out of a view" in record.getMessage()]) == 1
