"""The Apps page: what is on disk can be installed from it."""

from __future__ import annotations

from collections.abc import Callable

from core.testing.clients import WebClient
from core.testing.records import Database
from tests.web.conftest import Screen


def test_an_addon_that_came_to_the_disk_since_is_on_the_page(
    visit: Callable[[str], Screen], database: Database
) -> None:
    with database.transaction() as env:
        env["ir.module.module"].search([("name", "=", "crm")]).unlink()
    assert visit("/web/apps?show=all").root.xpath("//*[@id='addon-crm']")


def test_who_may_not_install_gets_the_list_as_it_is(new_client: Callable[..., WebClient], database: Database) -> None:
    with database.transaction() as env:
        env["res.users"].create({"name": "Ana", "login": "ana", "groups_id": [(6, 0, [env.ref("base.group_user").id])]})
        env["ir.module.module"].search([("name", "=", "crm")]).unlink()
    answer = new_client("ana").get("/web/apps?show=all")
    assert "addon-base" in answer.text
    assert "addon-crm" not in answer.text
