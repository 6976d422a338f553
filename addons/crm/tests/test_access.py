import pytest

from addons.crm.models.lead import Lead
from core import Env
from core.errors import AccessError, MissingError


def seller(env: Env, login: str, group: str) -> Env:
    values = {"name": login, "login": login, "groups_id": [(6, 0, [env.ref(f"crm.{group}").id])]}
    return env.with_user(env["res.users"].create(values).id)


def test_a_salesperson_works_with_own_and_unassigned_leads(env: Env) -> None:
    pia, leo = seller(env, "pia", "group_sale_salesman"), seller(env, "leo", "group_sale_salesman")
    own = pia[Lead].create({"name": "Own"})
    free = env[Lead].create({"name": "Free", "user_id": False})
    other = leo[Lead].create({"name": "Other"})
    seen = pia[Lead].search([("id", "in", [own.id, free.id, other.id])])
    assert set(seen.ids) == {own.id, free.id}
    with pytest.raises(MissingError):
        pia[Lead].browse(other.id).write({"name": "Taken"})
    assert other.id not in pia["crm.lead.report"].search([]).ids


def test_all_leads_and_manager(env: Env) -> None:
    pia = seller(env, "pia", "group_sale_salesman")
    everybody, boss = seller(env, "all", "group_sale_salesman_all_leads"), seller(env, "boss", "group_sale_manager")
    lead = pia[Lead].create({"name": "Own"})
    assert everybody[Lead].browse(lead.id).name == "Own"
    with pytest.raises(AccessError):
        everybody["crm.case.stage"].create({"name": "New one"})
    boss["crm.case.stage"].create({"name": "New one"})
    boss[Lead].browse(lead.id).unlink()


def test_an_employee_who_does_not_sell_sees_no_leads(env: Env) -> None:
    user = env["res.users"].create({"name": "Eva", "login": "eva"})
    with pytest.raises(AccessError, match="Lead"):
        env.with_user(user.id)[Lead].search([])


def test_a_salesperson_moves_a_lead_without_rights_on_the_history(env: Env) -> None:
    pia = seller(env, "pia", "group_sale_salesman")
    lead = pia[Lead].create({"name": "Own"})
    lead.case_open()
    assert lead.stage_history_ids[:1].user_id.id == pia.uid
    with pytest.raises(AccessError):
        lead.stage_history_ids.unlink()
