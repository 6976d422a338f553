"""An addon's menu, list and form open in the web client, and its buttons go through the workflow."""

from __future__ import annotations

import pytest

from addons.claim_demo.models.claim import Claim
from core.testing.clients import WebClient
from core.testing.records import Database

pytestmark = pytest.mark.addons("claim_demo")


@pytest.fixture
def claim(database: Database) -> int:
    with database.transaction() as env:
        return env[Claim].create({"name": "Broken chair", "resolution": "A new chair."}).id


def test_the_menu_leads_to_the_list_and_the_list_to_the_form(client: WebClient, claim: int) -> None:
    start = client.get("/web/demo.claim")
    assert start.status_code == 200
    assert "Broken chair" in start.text
    assert "Claims" in start.text
    form = client.get(f"/web/demo.claim/{claim}")
    assert form.status_code == 200
    for text in ("Broken chair", "Take Up", "What Went Wrong", "In Progress"):
        assert text in form.text, text


def test_the_partner_has_a_page_of_claims(client: WebClient, database: Database) -> None:
    with database.transaction(write=False) as env:
        partner = env.ref("base.main_partner").id
    assert 'name="claims"' in client.call("res.partner", "fields_view_get")["arch"]
    assert "claim_ids" in client.get(f"/web/res.partner/{partner}").text


def test_a_button_closes_once(client: WebClient, claim: int, database: Database) -> None:
    def press(name: str) -> int:
        return client.post(f"/web/demo.claim/{claim}/button/{name}").status_code

    def state() -> str:
        with database.transaction(write=False) as env:
            return env[Claim].browse([claim]).state

    assert press("action_open") < 400
    assert state() == "open"
    assert press("action_close") < 400
    assert state() == "done"
    again = client.post(f"/web/demo.claim/{claim}/button/action_close")
    assert "Broken chair is Closed" in again.text
    assert state() == "done"
