from types import ModuleType

import pytest

from addons.base.models.partner import Partner
from addons.crm.conversion import find_partner
from addons.crm.models.lead import Lead
from addons.crm.wizards.lead2opportunity import Lead2Opportunity
from core import Env, hookimpl
from core.errors import UserError

CARD = {
    "name": "Card from the fair",
    "partner_name": "Nordwind S.L.",
    "contact_name": "Olga Paz",
    "email_from": "olga@nordwind.example",
    "city": "Gijón",
}


def dialog(env: Env, leads: Lead, **values: object) -> Lead2Opportunity:
    context = {"active_model": "crm.lead", "active_id": leads.ids[0], "active_ids": leads.ids}
    return env[Lead2Opportunity].with_context(**context).create(values)


def test_a_conversion_makes_the_company_and_the_person_in_it(env: Env) -> None:
    lead = env[Lead].create(CARD)
    dialog(env, lead, action="create").action_apply()
    assert lead.type == "opportunity"
    assert (lead.partner_id.name, lead.partner_id.email) == ("Olga Paz", "olga@nordwind.example")
    assert (lead.partner_id.parent_id.name, lead.partner_id.parent_id.is_company) == ("Nordwind S.L.", True)


def test_the_dialog_proposes_the_partner_with_the_same_address(env: Env) -> None:
    olga = env[Partner].create({"name": "O. Paz", "email": "OLGA@nordwind.example"})
    lead = env[Lead].create(CARD)
    proposed = dialog(env, lead)
    assert (proposed.action, proposed.partner_id) == ("exist", olga)
    proposed.action_apply()
    assert lead.partner_id == olga


def test_a_percent_sign_in_an_address_matches_itself_only(env: Env) -> None:
    env[Partner].create({"name": "Somebody", "email": "olga@nordwind.example"})
    assert not find_partner(env[Lead].create({"name": "A", "email_from": "%"}))


def test_nothing_leaves_the_customer_empty(env: Env) -> None:
    lead = env[Lead].create(CARD)
    dialog(env, lead, action="nothing").action_apply()
    assert (lead.type, bool(lead.partner_id)) == ("opportunity", False)


def test_several_leads_are_shared_out_in_turn(env: Env) -> None:
    users = env["res.users"].create([{"name": "A", "login": "a"}, {"name": "B", "login": "b"}])
    leads = env[Lead].create([{"name": f"L{i}"} for i in range(4)])
    dialog(env, leads, action="nothing", user_ids=[(6, 0, users.ids)]).action_apply()
    assert [lead.user_id.id for lead in leads] == [*users.ids, *users.ids]


def test_a_conversion_is_undone_with_what_it_made(env: Env) -> None:
    lead = env[Lead].create(CARD)
    stage = lead.stage_id
    dialog(env, lead, action="create").action_apply()
    made = lead.partner_id | lead.partner_id.parent_id
    lead.action_undo_conversion()
    assert (lead.type, lead.stage_id, bool(lead.partner_id)) == ("lead", stage, False)
    assert not made.exists()
    with pytest.raises(UserError):
        lead.action_undo_conversion()


def test_an_undone_conversion_keeps_a_partner_in_use(env: Env) -> None:
    lead = env[Lead].create(CARD)
    dialog(env, lead, action="create").action_apply()
    partner = lead.partner_id
    env[Lead].create({"name": "Another", "type": "opportunity", "partner_id": partner.id})
    lead.action_undo_conversion()
    assert partner.exists()


def test_an_opportunity_and_a_closed_lead_are_not_converted(env: Env) -> None:
    lead = env[Lead].create(CARD)
    lead.case_cancel()
    with pytest.raises(UserError, match="closed"):
        dialog(env, lead, action="nothing").action_apply()
    lead.case_reset()
    lead.convert_opportunity()
    with pytest.raises(UserError, match="already"):
        lead.convert_opportunity()


def test_other_addons_are_told_of_a_conversion(env: Env) -> None:
    told: list[tuple[Lead, Partner]] = []
    answering = ModuleType("addons.answering.hooks")

    def lead_converted(lead: Lead, partner: Partner) -> None:
        told.append((lead, partner))

    lead_converted.__module__ = answering.__name__
    answering.__dict__["lead_converted"] = hookimpl(lead_converted)
    env.registry.hooks.register("answering", answering)
    try:
        lead = env[Lead].create(CARD)
        dialog(env, lead, action="create").action_apply()
    finally:
        env.registry.hooks.unregister("answering")
    assert told == [(lead, lead.partner_id)]
