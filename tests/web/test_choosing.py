"""The records that a link may be set to, as a person types."""

from __future__ import annotations

import pytest

from core.testing.clients import WebClient
from core.testing.records import Database

pytestmark = pytest.mark.addons("crm")


def test_the_domain_of_the_form_limits_what_is_offered(client: WebClient, database: Database) -> None:
    with database.transaction() as env:
        spain, france = env.ref("base.es").id, env.ref("base.fr").id
    inside = client.get(f"/web/crm.lead/m2o?field=state_id&q=Barcelona&v.country_id={spain}").text
    outside = client.get(f"/web/crm.lead/m2o?field=state_id&q=Barcelona&v.country_id={france}").text
    assert "data-value" in inside
    assert "data-value" not in outside


def test_a_record_is_made_from_its_name(client: WebClient, database: Database) -> None:
    answer = client.post("/web/crm.lead/m2o?field=channel_id", data={"name": "Trade fair 2027"})
    assert 'data-text="Trade fair 2027"' in answer.text
    with database.transaction() as env:
        assert env["crm.case.channel"].search_count([("name", "=", "Trade fair 2027")]) == 1


def test_who_may_not_make_records_is_not_offered_to(client: WebClient, database: Database) -> None:
    with database.transaction() as env:
        groups = [env.ref("crm.group_sale_salesman").id]
        env["res.users"].create({"name": "Ana", "login": "ana", "groups_id": [(6, 0, groups)]})
    client.log_in("ana")
    assert "data-create" not in client.get("/web/crm.lead/m2o?field=channel_id&q=Quite+new").text
    assert client.post("/web/crm.lead/m2o?field=channel_id", data={"name": "Quite new"}).status_code == 422


@pytest.mark.parametrize("field", ["nothing", "city", "partner_id.name", "ref"])
def test_only_links_are_searched(client: WebClient, field: str) -> None:
    assert client.get(f"/web/crm.lead/m2o?field={field}&q=a").status_code in (404, 422)


def test_the_palette_finds_menus_and_records(client: WebClient, database: Database) -> None:
    with database.transaction() as env:
        env["res.partner"].create({"name": "Aceites Ría"})
    found = client.get("/web/palette?q=aceites", headers={"HX-Request": "true"}).text
    assert "Aceites Ría" in found
    assert "/web/action/" in client.get("/web/palette?q=opportun", headers={"HX-Request": "true"}).text
