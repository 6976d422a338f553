"""An administrator asks why somebody may or may not: from a record, from a person, and about what neither may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core.testing.clients import WebClient
from core.testing.records import Database
from core.testing.users import new_user
from tests.web.conftest import Screen, screen_of

pytestmark = pytest.mark.addons("crm")
Visit = Callable[[str], Screen]


@dataclass
class Scene:
    pia: int
    own: int
    other: int


@pytest.fixture
def scene(database: Database) -> Scene:
    """A salesperson, a lead of hers and one of somebody else."""
    with database.transaction() as env:
        pia = new_user(env, ["crm.group_sale_salesman"], {"name": "Pia", "login": "pia"}).id
        leo = new_user(env, ["crm.group_sale_salesman"], {"name": "Leo"}).id
        own, other = env["crm.lead"].create([{"name": "Own", "user_id": pia}, {"name": "Theirs", "user_id": leo}]).ids
    return Scene(pia, own, other)


def test_a_record_leads_to_the_question_and_the_answer_names_the_rule(visit: Visit, scene: Scene) -> None:
    record = visit(f"/web/crm.lead/{scene.other}")
    [address] = record.root.xpath("//*[@id='more-menu']//a[contains(., 'Who may see this?')]/@href")
    form = visit(address)
    assert form.values("access")["model"] == "crm.lead"
    assert form.values("access")["id"] == str(scene.other)
    assert not form.texts("//*[contains(@class, 'message')]")
    answer = visit(f"{address}&user={scene.pia}")
    assert any("Pia may not read Lead/Opportunity" in text and "Theirs" in text for text in answer.texts("//h2"))
    assert answer.texts("//ul[@class='rulings']//*[contains(@class, 'tone-danger')]") == ["keeps it out"]
    assert "user_id" in " ".join(answer.texts("//ul[@class='rulings']//code"))
    assert answer.texts("//nav[@class='joined']//a[@aria-current]") == ["read"]
    allowed = visit(f"/web/access?model=crm.lead&id={scene.own}&user={scene.pia}")
    assert any(text.startswith("Pia may read") for text in allowed.texts("//h2"))


def test_a_person_leads_to_the_question_too(visit: Visit, scene: Scene) -> None:
    record = visit(f"/web/res.users/{scene.pia}")
    [address] = record.root.xpath("//*[@id='more-menu']//a[contains(., 'What may this person do?')]/@href")
    assert visit(address).values("access")["user"] == str(scene.pia)
    answer = visit(f"{address}&model=ir.rule&operation=write")
    assert any(text.startswith("Pia may not change") for text in answer.texts("//h2"))
    assert any("members of" in text.lower() for text in answer.texts("//section//p"))


def test_fields_of_other_groups_and_values_worked_out_of_everything_are_named(visit: Visit, scene: Scene) -> None:
    answer = visit(f"/web/access?model=res.users&user={scene.pia}")
    assert "groups_id" in answer.texts("//section[h2='Fields that stay hidden']//code")
    partner = visit(f"/web/access?model=res.partner&user={scene.pia}")
    assert "commercial_partner_id" in " ".join(partner.texts("//section[h2='Values worked out of everything']//code"))


def test_a_record_that_the_reader_does_not_see_either_has_no_name(
    visit: Visit, scene: Scene, database: Database
) -> None:
    with database.transaction() as env:
        company = env["res.company"].create({"name": "Far away"}).id
        hidden = env["res.partner"].create({"name": "Zz Hidden", "company_id": company}).id
    answer = visit(f"/web/access?model=res.partner&id={hidden}&user={scene.pia}")
    assert any("Pia may not read" in text for text in answer.texts("//h2"))
    assert "Zz Hidden" not in answer.response.text


def test_the_answer_does_not_depend_on_what_the_reader_has_chosen(database: Database, scene: Scene) -> None:
    from core.security.explain import explain

    with database.transaction() as env:
        company = env["res.company"].create({"name": "Far away"}).id
        env.ref("base.user_admin").write({"company_ids": [(4, company)]})
        hidden = env["res.partner"].create({"name": "x", "company_id": company}).id
        admin = env.ref("base.user_admin").id
    with database.transaction(admin, {"allowed_company_ids": [company]}) as env:
        found = explain(env, scene.pia, "res.partner", hidden)
        assert "Far away" not in found.companies
        assert not found.verdicts[0].allowed


def test_it_is_told_in_spanish(visit: Visit, scene: Scene, database: Database) -> None:
    from core.module.create import activate_language

    with database.transaction() as env:
        env.ref("base.user_admin").write({"lang": activate_language(env, "es_ES")})
    answer = visit(f"/web/access?model=crm.lead&id={scene.other}&user={scene.pia}&operation=write")
    assert any("Pia no puede modificar" in text for text in answer.texts("//h2"))
    assert "lo deja fuera" in answer.response.text


@pytest.mark.case("B36")
def test_nobody_else_may_ask(client: WebClient, scene: Scene) -> None:
    client.log_in("pia")
    for address in ("/web/access", f"/web/access?model=crm.lead&id={scene.other}&user={scene.pia}"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "Theirs" not in answer.text
    assert "/web/access" not in client.get(f"/web/crm.lead/{scene.own}").text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("user=x", 422), ("model=crm.lead&user=2&id=-1", 422), ("model=crm.lead&user=2&operation=fly", 422),
        ("model=crm.led&user=2", 404), ("model=crm.lead&user=2&id=99999999", 404), ("model=crm.lead&user=999999", 404),
    ],
)  # fmt: skip
def test_what_there_is_not_is_said(client: WebClient, query: str, status: int) -> None:
    answer = client.get(f"/web/access?{query}")
    assert answer.status_code == status
    assert screen_of(client, answer).texts("//h1")


def test_the_superuser_and_archived_people_are_told_apart(visit: Visit, scene: Scene, database: Database) -> None:
    assert "no right and no rule" in visit("/web/access?model=crm.lead&user=1").response.text
    with database.transaction() as env:
        users: Any = env["res.users"]
        users.browse(scene.pia).write({"active": False})
    answer = visit(f"/web/access?model=crm.lead&id={scene.own}&user={scene.pia}")
    assert "cannot log in" in answer.response.text
    assert any(text.startswith("Pia may not read") for text in answer.texts("//h2"))
