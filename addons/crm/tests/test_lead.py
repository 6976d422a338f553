from decimal import Decimal

import pytest

from addons.base.models.partner import Partner
from addons.crm.models.case_section import CaseSection
from addons.crm.models.case_stage import CaseStage
from addons.crm.models.lead import Lead
from addons.crm.models.stage_history import StageHistory
from addons.crm.wizards.lead_lost import LeadLost
from core import Env
from core.errors import AccessError, UserError, ValidationError


def opportunity(env: Env, **values: object) -> Lead:
    return env[Lead].create({"name": "Deal", "type": "opportunity", "planned_revenue": 1000, **values})


def test_a_new_lead_starts_in_the_first_stage_with_its_history(env: Env) -> None:
    lead = env[Lead].create({"name": "Card"})
    assert lead.stage_id == env.ref("crm.stage_lead1")
    assert (lead.state, lead.probability) == ("draft", Decimal(10))
    [stay] = lead.stage_history_ids
    assert (stay.stage_id, stay.date_left, bool(stay.from_stage_id)) == (lead.stage_id, None, False)


def test_a_change_of_stage_takes_status_probability_and_history_along(env: Env) -> None:
    deal = opportunity(env)
    deal.write({"stage_id": env.ref("crm.stage_lead5").id})
    assert (deal.state, deal.probability, deal.expected_revenue) == ("open", Decimal(60), Decimal("600.00"))
    first, last = deal.stage_history_ids.sorted("id")
    assert (last.from_stage_id, last.stage_id) == (env.ref("crm.stage_lead1"), env.ref("crm.stage_lead5"))
    assert first.date_left is not None


def test_a_won_stage_makes_the_deal_done_at_100_percent(env: Env) -> None:
    deal = opportunity(env)
    deal.write({"stage_id": env.ref("crm.stage_lead6").id})
    assert (deal.state, deal.probability) == ("done", Decimal(100))
    assert deal.date_closed is not None
    deal.write({"stage_id": env.ref("crm.stage_lead5").id})
    assert deal.state == "open"
    assert deal.date_closed is None


def test_the_button_won_moves_to_the_won_stage(env: Env) -> None:
    deal = opportunity(env)
    deal.case_mark_won()
    assert (deal.stage_id, deal.state, deal.probability) == (env.ref("crm.stage_lead6"), "done", Decimal(100))
    with pytest.raises(UserError):
        deal.case_mark_won()


def test_a_team_without_a_won_stage_is_told_where_to_add_one(env: Env) -> None:
    env[CaseStage].search([("state", "=", "done")]).unlink()
    with pytest.raises(UserError, match="has no stage"):
        opportunity(env).case_mark_won()


def test_losing_needs_a_reason_in_the_dialog(env: Env) -> None:
    deal = opportunity(env)
    dialog = env[LeadLost].with_context(active_model="crm.lead", active_ids=[deal.id])
    with pytest.raises(ValidationError):
        dialog.create({}).action_apply()
    dialog.create({"lost_reason_id": env.ref("crm.lost_reason_price").id, "note": "20 % too much"}).action_apply()
    assert (deal.state, deal.stage_id) == ("cancel", env.ref("crm.stage_lead7"))
    assert (deal.lost_reason_id, deal.probability) == (env.ref("crm.lost_reason_price"), Decimal(0))
    deal.case_reset()
    assert (deal.state, bool(deal.lost_reason_id)) == ("draft", False)


def test_the_stage_history_is_not_altered(env: Env) -> None:
    deal = opportunity(env)
    with pytest.raises(AccessError):
        deal.stage_history_ids.write({"user_id": False})
    admin = env.with_user(env.ref("base.user_admin").id)
    with pytest.raises(AccessError):
        admin[StageHistory].browse(deal.stage_history_ids.ids).unlink()


def test_revenue_is_added_up_in_the_companys_currency(env: Env) -> None:
    env["res.currency.rate"].create({"currency_id": env.ref("base.PLN").id, "name": env.today(), "rate": 4})
    deal = opportunity(env, currency_id=env.ref("base.PLN").id, probability=50)
    assert (deal.company_revenue, deal.expected_revenue) == (Decimal("250.00"), Decimal("125.00"))


def test_a_stage_of_one_team_is_not_for_another(env: Env) -> None:
    trial = env[CaseStage].create({"name": "Trial", "state": "draft", "sequence": 0, "type": "lead"})
    team = env[CaseSection].create({"name": "Online", "stage_ids": [(6, 0, [trial.id])]})
    assert env[Lead].create({"name": "A", "section_id": team.id}).stage_id == trial
    assert env[Lead].create({"name": "B", "section_id": False}).stage_id == env.ref("crm.stage_lead1")


def test_an_escalated_lead_goes_to_the_parent_team(env: Env) -> None:
    team = env.ref("crm.section_sales_department")
    admin = env.ref("base.user_admin")
    above = env[CaseSection].create({"name": "Board", "change_responsible": True, "user_id": admin.id})
    lead = env[Lead].create({"name": "A", "section_id": team.id, "user_id": False})
    with pytest.raises(UserError, match="topmost"):
        lead.case_escalate()
    team.write({"parent_id": above.id})
    lead.case_escalate()
    assert (lead.section_id, lead.user_id) == (above, admin)


def test_the_partner_fills_the_form(env: Env) -> None:
    acme = env[Partner].create({"name": "Acme", "is_company": True})
    ana = env[Partner].create({"name": "Ana", "parent_id": acme.id, "email": "ana@acme.example", "city": "Soria"})
    result = env[Lead].onchange(
        {"name": "A", "partner_id": ana.id}, ["partner_id"], ["email_from", "partner_name", "contact_name"]
    )
    assert result["value"]["email_from"] == "ana@acme.example"
    assert result["value"]["partner_name"] == "Acme"
    assert result["value"]["contact_name"] == "Ana"


def test_the_board_shows_every_open_stage(env: Env) -> None:
    opportunity(env)
    groups = env[Lead].read_group([("type", "=", "opportunity")], ["company_revenue"], ["stage_id"])
    assert "New" in [group["stage_id"][1] for group in groups if group["stage_id"]]


def test_the_analysis_adds_up_what_the_leads_say(env: Env) -> None:
    env[Lead].search([]).unlink()
    opportunity(env)
    opportunity(env, planned_revenue=500)
    env.flush()
    [group] = env["crm.lead.report"].read_group([], ["company_revenue", "expected_revenue"], ["type"])
    assert (group["company_revenue"], group["expected_revenue"], group["type_count"]) == (1500, 150, 2)


def test_a_team_is_no_part_of_itself(env: Env) -> None:
    team = env[CaseSection].create({"name": "A"})
    below = env[CaseSection].create({"name": "B", "parent_id": team.id})
    assert below.complete_name == "A / B"
    with pytest.raises(ValidationError):
        team.write({"parent_id": below.id})


def test_moving_many_deals_takes_no_more_statements_than_moving_few(env: Env) -> None:
    counts = []
    for many in (5, 40):
        deals = env[Lead].create([{"name": f"Deal {i}", "type": "opportunity"} for i in range(many)])
        env.flush()
        env.tx.invalidate()
        before = env.tx.statements
        deals.write({"stage_id": env.ref("crm.stage_lead5").id})
        env.flush()
        counts.append(env.tx.statements - before)
    assert counts[0] == counts[1]
