"""When rights change: at once for the one who changes them, after the commit for all others, never after a rollback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core import Env
from core.errors import AccessError
from core.module.registries import Registries
from core.orm.registry import Registry
from core.security.authenticate import verify
from core.testing.clients import Refused, WebClient
from core.testing.records import AsUser, Database
from core.testing.users import new_user
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("crm")
EVERYTHING: list[Any] = []


def model_id(env: Env, name: str) -> int:
    return int(env["ir.model"].search([("model", "=", name)]).id)


def test_a_change_takes_effect_in_its_own_transaction(env: Env, as_user: AsUser) -> None:
    eva = as_user()
    with pytest.raises(AccessError):
        rpc(eva, "crm.lead", "search_count", EVERYTHING)
    seller = env.ref("crm.group_sale_salesman").id
    env["res.users"].browse(eva.uid).write({"groups_id": [(4, seller)]})
    assert eva["crm.lead"].search_count([]) >= 0
    lead = env["crm.lead"].create({"name": "Own", "user_id": eva.uid, "city": "A"}).id
    assert rpc(eva, "crm.lead", "read", lead, ["city"])["city"] == "A"
    values = {"name": "x", "model_id": model_id(env, "crm.lead"), "domain_force": "[('city', '!=', 'A')]"}
    rule = env["ir.rule"].create(values)
    assert rpc(eva, "crm.lead", "read", lead, ["city"]) is False
    rule.write({"active": False})
    assert rpc(eva, "crm.lead", "read", lead, ["city"])["city"] == "A"
    env["res.users"].browse(eva.uid).write({"groups_id": [(3, seller)]})
    with pytest.raises(AccessError):
        rpc(eva, "crm.lead", "read", lead, ["city"])
    with pytest.raises(AccessError):
        eva["crm.lead"].search([])


def test_a_company_taken_away_is_gone_in_the_same_transaction(env: Env, as_user: AsUser) -> None:
    far = env["res.company"].create({"name": "Far"}).id
    boss = as_user("crm.group_sale_manager", company_ids=[(6, 0, [1, far])], company_id=1)
    lead = env["crm.lead"].create({"name": "Far", "company_id": far}).id
    assert boss["crm.lead"].search([("id", "=", lead)])
    env["res.users"].browse(boss.uid).write({"company_ids": [(3, far)]})
    assert not boss["crm.lead"].search([("id", "=", lead)])
    env["res.company"].browse(far).write({"user_ids": [(4, boss.uid)]})
    assert boss["crm.lead"].search([("id", "=", lead)])


def test_a_rule_taken_from_a_group_by_the_groups_own_form_counts(env: Env, as_user: AsUser) -> None:
    pia, leo = as_user("crm.group_sale_salesman"), as_user("crm.group_sale_salesman")
    lead = env["crm.lead"].create({"name": "Other", "user_id": leo.uid}).id
    assert rpc(pia, "crm.lead", "search", [["id", "=", lead]]) == []
    rule = env.ref("crm.rule_lead_all").id
    env.ref("crm.group_sale_salesman").write({"rule_groups": [(4, rule)]})
    assert rpc(pia, "crm.lead", "search", [["id", "=", lead]]) == [lead]


def test_a_rule_that_reads_more_of_the_user_follows_it(database: Database) -> None:
    """An external user sees the company of his partner: when that changes, so does what he sees."""
    with database.transaction() as env:
        first, second = env["res.partner"].create([{"name": n, "is_company": True} for n in ("First", "Second")]).ids
        user = new_user(env, ["base.group_portal"])
        partner, uid = user.partner_id.id, user.id
        env["res.partner"].browse(partner).write({"parent_id": first})

    def seen() -> set[int]:
        with database.transaction(uid, write=False) as env:
            return {first, second} & set(env["res.partner"].search([]).ids)

    assert seen() == {first}
    with database.transaction() as env:
        env["res.partner"].browse(partner).write({"parent_id": second})
    assert seen() == {second}


def count(registry: Registry, uid: int) -> int | None:
    """How many leads the user sees; None without the right to."""
    with registry.transaction(uid, write=False) as env:
        try:
            return env["crm.lead"].search_count([])
        except AccessError:
            return None


@pytest.mark.case("B34")
def test_a_change_takes_effect_in_another_process_and_a_rolled_back_one_nowhere(database: Database) -> None:
    elsewhere = Registries(database.databases.server, database.databases.settings)
    other = elsewhere.get(database.name)
    with database.transaction() as env:
        uid, seller = new_user(env, []).id, env.ref("crm.group_sale_salesman").id
    assert count(other, uid) is None
    assert count(database.registry, uid) is None

    def undone() -> None:
        with database.transaction() as env:
            env["res.users"].browse(uid).write({"groups_id": [(4, seller)]})
            assert env.with_user(uid)["crm.lead"].search_count([]) == 0
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert count(other, uid) is None
    assert count(database.registry, uid) is None
    with database.transaction() as env:
        env["res.users"].browse(uid).write({"groups_id": [(4, seller)]})
    assert count(other, uid) == 0
    assert count(database.registry, uid) == 0


def test_a_transaction_that_reads_an_older_state_does_not_teach_it_to_newer_ones(database: Database) -> None:
    registry = database.registry
    with database.transaction() as env:
        uid, seller = new_user(env, []).id, env.ref("crm.group_sale_salesman").id
    with registry.transaction(uid, write=False) as old:
        with database.transaction() as env:
            env["res.users"].browse(uid).write({"groups_id": [(4, seller)]})
        with registry.transaction(1, write=False):
            pass
        with pytest.raises(AccessError):
            old["crm.lead"].search_count([])
        assert count(registry, uid) == 0


def test_a_changed_password_ends_sessions_and_calls_at_once(
    database: Database, new_client: Callable[..., WebClient]
) -> None:
    with database.transaction() as env:
        user = new_user(env, ["crm.group_sale_salesman"], {"login": "pia", "password": "the first password"})
        uid = user.id
    client = new_client("pia")
    assert client.call("crm.lead", "search_count", EVERYTHING) == 0
    registry = database.registry
    assert verify(registry, uid, "the first password")
    assert verify(registry, uid, "the first password")
    with database.transaction() as env:
        env["res.users"].browse(uid).write({"password": "the second password"})
    assert not verify(registry, uid, "the first password")
    assert verify(registry, uid, "the second password")
    with pytest.raises(Refused):
        client.call("crm.lead", "search_count", EVERYTHING)


@pytest.mark.case("B26")
def test_files_by_address_follow_the_rules(database: Database, new_client: Callable[..., WebClient]) -> None:
    with database.transaction() as env:
        new_user(env, ["crm.group_sale_salesman"], {"login": "pia"})
        leo = new_user(env, ["crm.group_sale_salesman"], {"login": "leo"})
        lead = env["crm.lead"].create({"name": "Other", "user_id": leo.id}).id
        values = {"name": "a.txt", "datas": "c2VjcmV0", "res_model": "crm.lead", "res_id": lead}
        file = env["ir.attachment"].create(values).id
        far = env["res.company"].create({"name": "Far"}).id
        picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
        partner = env["res.partner"].create({"name": "Far", "company_id": far, "image": picture}).id
        shown = env["res.partner"].create({"name": "Near", "image": picture}).id
    pia = new_client("pia")
    assert new_client("leo").get(f"/web/content/{file}").data == b"secret"
    assert pia.get(f"/web/image/res.partner/{shown}/image").status_code == 200
    addresses = [
        f"/web/content/{file}", f"/web/content/ir.attachment/{file}/datas", f"/web/image/ir.attachment/{file}/datas",
        f"/web/image/res.partner/{partner}/image", f"/web/content/res.partner/{partner}/image",
        f"/web/crm.lead/{lead}", f"/web/report/crm.opportunity/{lead}", "/web/content/res.users/2/password_hash",
        "/web/image/res.users/2/password_hash",
    ]  # fmt: skip
    for address in addresses:
        answer = pia.get(address)
        assert answer.status_code in (403, 404), (address, answer.status_code)
        assert b"secret" not in answer.data
        assert b"argon2" not in answer.data


@pytest.mark.case("B33")
def test_no_cached_value_of_one_user_is_told_to_another(database: Database) -> None:
    with database.transaction() as env:
        pia, leo = (new_user(env, ["crm.group_sale_salesman"]).id for _ in range(2))
        leads: Any = env["crm.lead"]
        of = {uid: leads.create({"name": f"Of {uid}", "user_id": uid}).id for uid in (pia, leo)}
    for uid in (pia, leo, pia, leo):
        with database.transaction(uid, write=False) as env:
            assert env["crm.lead"].search([]).ids == [of[uid]]
    with database.transaction(write=False) as env:
        both: Any = env["crm.lead"].browse([*of.values()])
        assert both.mapped("name")
        assert env.with_user(pia)["crm.lead"].browse([*of.values()]).read(["name"]) == [
            {"id": of[pia], "name": f"Of {pia}"}
        ]
