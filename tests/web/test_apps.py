"""The Apps page: what is on disk can be installed from it, and what was done or refused is told."""

from __future__ import annotations

from collections.abc import Callable

from core.testing.clients import WebClient
from core.testing.records import Database
from tests.web.conftest import Screen, screen_of

NOTICE = "//*[@id='notices']//p"


def test_an_addon_that_came_to_the_disk_since_is_on_the_page(
    visit: Callable[[str], Screen], database: Database
) -> None:
    with database.transaction() as env:
        env["ir.module.module"].search([("name", "=", "crm")]).unlink()
    assert visit("/web/apps?show=all").root.xpath("//*[@id='addon-crm']")


def test_who_may_not_install_gets_the_list_as_it_is(new_client: Callable[..., WebClient], database: Database) -> None:
    with database.transaction() as env:
        env["res.users"].create({"name": "Ana", "login": "ana", "groups_id": [(6, 0, [env.ref("base.group_user").id])]})
    ana = new_client("ana")
    assert 'id="addon-crm"' in ana.get("/web/apps?show=all").text
    with database.transaction() as env:
        env["ir.module.module"].search([("name", "=", "crm")]).unlink()
    answer = ana.get("/web/apps?show=all")
    assert "addon-base" in answer.text
    assert 'id="addon-crm"' not in answer.text


def press(client: WebClient, addon: str, button: str) -> Screen:
    return screen_of(client, client.post(f"/web/apps/{addon}", data={"do": button}))


def test_an_installation_is_told_and_a_second_one_says_that_there_was_nothing_to_do(
    database: Database, client: WebClient, visit: Callable[[str], Screen]
) -> None:
    assert press(client, "crm", "install").texts(NOTICE) == ["CRM was installed."]
    assert press(client, "crm", "install").texts(NOTICE) == ["crm is installed already."]
    removal = visit("/web/apps/crm/remove")
    assert any("crm_lead" in text for text in removal.texts("//main//li | //main//td"))
    told = press(client, "crm", "uninstall").texts(NOTICE)[0]
    assert told.startswith("CRM was uninstalled; its data is archived.")
    assert press(client, "crm", "uninstall").texts(NOTICE) == ["crm is not installed."]
    told = press(client, "crm", "install").texts(NOTICE)[0]
    assert "the records of its earlier installation are back" in told


def test_a_refusal_stands_in_the_frame_of_the_page(database: Database, client: WebClient) -> None:
    page = press(client, "base", "uninstall")
    assert page.response.status_code == 422
    assert "base cannot be uninstalled" in page.texts("//main")[0]
    assert page.root.xpath("//nav[@id='side']")


def test_an_upgrade_can_be_tried_first(database: Database, client: WebClient, visit: Callable[[str], Screen]) -> None:
    assert visit("/web/apps?show=all").root.xpath("//*[@id='addon-base']//button[@value='try']")
    assert press(client, "crm", "install").response.status_code == 200
    assert press(client, "crm", "try").texts(NOTICE) == ["CRM can be upgraded: every view still works."]
