"""Who a user is, is for those who may change users: a partner manager does not take an account over by its partner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core import Env
from core.data.sheets.importing import Import
from core.data.sheets.reader import Sheet
from core.errors import AccessError, GrialError, MissingError
from core.testing.clients import Refused, WebClient
from core.testing.records import AsUser, Database
from core.testing.users import new_user
from tests.security.doors import rpc

MANAGER = "base.group_partner_manager"
GROUPS = ("base.group_user", MANAGER)


@pytest.fixture
def pia(env: Env, as_user: AsUser) -> Env:
    """Somebody who may change partners, and no users."""
    return as_user(*GROUPS)


@pytest.fixture
def boss(env: Env) -> int:
    """The partner of an administrator."""
    user = new_user(env, ["base.group_system"], {"name": "Boss", "email": "boss@example.com"})
    return int(user.partner_id.id)


def stored(env: Env, partner: int) -> tuple[Any, ...]:
    env.flush()
    (row,) = env["res.partner"].browse(partner).read(["name", "email", "parent_id", "is_company"])
    return row["name"], row["email"], row["parent_id"], row["is_company"]


@pytest.mark.case("B22")
def test_the_mail_of_a_user_is_not_led_elsewhere(env: Env, pia: Env, boss: int) -> None:
    before = stored(env, boss)
    company = env["res.partner"].create({"name": "Shell", "is_company": True}).id
    own = rpc(pia, "res.partner", "create", {"name": "Mine"})
    calls: list[tuple[str, list[Any]]] = [
        ("write", [[boss], {"email": "pia@example.com"}]),
        ("write", [[boss], {"email": False}]),
        ("write", [[boss], {"name": "Nobody"}]),
        ("write", [[boss], {"parent_id": company}]),
        ("write", [[boss], {"is_company": True}]),
        ("write", [[own, boss], {"email": "pia@example.com"}]),
        ("write", [[own], {"child_ids": [[1, boss, {"email": "pia@example.com"}]]}]),
        ("write", [[own], {"child_ids": [[4, boss]]}]),
        ("write", [[own], {"child_ids": [[6, 0, [boss]]]}]),
        ("create", [{"name": "New", "child_ids": [[4, boss]]}]),
        ("unlink", [[boss]]),
    ]
    for method, args in calls:
        with pytest.raises(GrialError), env.savepoint():
            rpc(pia, "res.partner", method, *args)
        assert stored(env, boss) == before, (method, args)
    answer = rpc(pia, "res.partner", "load", [".id", "email"], [[str(boss), "pia@example.com"]])
    assert answer["ids"] is False
    assert "Boss is a user" in answer["messages"][0]["message"]
    assert stored(env, boss) == before


@pytest.mark.case("B22")
def test_an_import_does_not_do_it_either(env: Env, pia: Env, boss: int) -> None:
    before = stored(env, boss)
    sheet = Sheet("f.csv", ("Name", "Email"), [("Boss", "pia@example.com")], [2])
    outcome = Import(pia, "res.partner", sheet, {0: ["name"], 1: ["email"]}, key=["name"]).run()
    assert (outcome.updated, [row.line for row in outcome.refused]) == ([], [2])
    assert "Boss is a user" in outcome.refused[0].reason
    assert stored(env, boss) == before


def test_what_is_no_identity_stays_the_partner_managers(env: Env, pia: Env, boss: int) -> None:
    same = {"name": "Boss", "email": " boss@example.com ", "parent_id": False, "is_company": False}
    rpc(pia, "res.partner", "write", [boss], {**same, "city": "Vigo", "phone": "+34 986 000 000", "comment": "x"})
    assert stored(env, boss) == ("Boss", "boss@example.com", False, False)
    customer = env["res.partner"].create({"name": "Customer"}).id
    rpc(pia, "res.partner", "write", [customer], {"name": "Renamed", "email": "new@example.com", "is_company": True})
    assert stored(env, customer)[:2] == ("Renamed", "new@example.com")


def test_people_change_their_own_name_and_mail_but_not_where_they_belong(env: Env, pia: Env) -> None:
    own = env["res.users"].browse(pia.uid).read(["partner_id"])[0]["partner_id"][0]
    rpc(pia, "res.partner", "write", [own], {"name": "Pia", "email": "pia@new.example.com"})
    assert stored(env, own)[:2] == ("Pia", "pia@new.example.com")
    company = env["res.partner"].create({"name": "Shell", "is_company": True}).id
    for values in ({"parent_id": company}, {"is_company": True}):
        with pytest.raises(AccessError):
            rpc(pia, "res.partner", "write", [own], values)


def test_who_manages_users_changes_them(env: Env, as_user: AsUser, boss: int) -> None:
    manager = as_user("base.group_erp_manager", MANAGER)
    rpc(manager, "res.partner", "write", [boss], {"email": "chief@example.com"})
    assert stored(env, boss)[1] == "chief@example.com"
    user = env["res.users"].search([("partner_id", "=", boss)]).id
    rpc(manager, "res.users", "write", [user], {"email": "top@example.com", "name": "Top"})
    assert stored(env, boss)[:2] == ("Top", "top@example.com")


def test_an_archived_user_and_one_of_another_company_are_users_too(env: Env, pia: Env) -> None:
    far = env["res.company"].create({"name": "Far Away"}).id
    values = {"company_id": far, "company_ids": [(6, 0, [far])], "name": "Far Boss", "email": "far@example.com"}
    for change in ({}, {"active": False}):
        user = new_user(env, ["base.group_user"], values)
        partner = user.partner_id.id
        user.write(change)
        with pytest.raises(AccessError):
            rpc(pia, "res.partner", "write", [partner], {"email": "pia@example.com"})
        assert stored(env, partner)[1] == "far@example.com"


@pytest.mark.case("B36")
def test_asking_whether_a_hidden_partner_is_a_user_tells_nothing(env: Env, pia: Env, as_user: AsUser) -> None:
    """The refusal of a deletion once named every user and company, whoever asked."""
    company = env["res.company"].create({"name": "Far Away"})
    hidden = company.read(["partner_id"])[0]["partner_id"][0]
    env["res.partner"].browse(hidden).write({"company_id": company.id})
    user = new_user(env, ["base.group_user"], {"name": "Secret User"})
    user.partner_id.write({"company_id": company.id})
    env.flush()
    for caller in (pia, as_user("base.group_user"), as_user("base.group_portal")):
        told = set()
        for number in (hidden, user.partner_id.id, 2_000_000_00):
            for method, args in (("unlink", []), ("write", [{"email": "x"}]), ("write", [{"parent_id": False}])):
                try:
                    answer = str(rpc(caller, "res.partner", method, [number], *args))
                except (MissingError, AccessError) as error:
                    answer = str(error).replace(str(number), "#")
                told.add(f"{method} {answer}")
        assert len(told) == 2, told
        assert "Secret" not in str(told)


@pytest.mark.case("B22")
def test_the_pages_refuse_it(database: Database, new_client: Callable[..., WebClient]) -> None:
    from tests.web.conftest import screen_of

    with database.transaction() as env:
        new_user(env, GROUPS, {"login": "pia"})
        user = new_user(env, ["base.group_system"], {"name": "Boss", "email": "boss@example.com"})
        boss = user.partner_id.id
    pia = new_client("pia")
    with pytest.raises(Refused, match="Boss is a user"):
        pia.call("res.partner", "write", [boss], {"email": "pia@example.com"})
    screen = screen_of(pia, pia.get(f"/web/res.partner/{boss}?edit=1"))
    refused = screen.submit(email="pia@example.com")
    assert refused.response.status_code == 422
    assert "Boss is a user" in refused.response.text
    pia.post(f"/web/res.partner/{boss}/set/email", data={"_value": "pia@example.com"})
    pia.post("/web/res.partner/bulk", data={"do": "edit", "ids": str(boss), "field": "email", "email": "p@example.com"})
    with database.transaction(write=False) as env:
        assert stored(env, boss)[1] == "boss@example.com"
    assert screen.submit(city="Vigo").response.status_code == 200
    with database.transaction(write=False) as env:
        assert env["res.partner"].browse(boss).read(["city"])[0]["city"] == "Vigo"
