"""The analysis of leads and opportunities."""

from __future__ import annotations

from addons.base.models.company import Company
from addons.base.models.country import Country
from addons.base.models.currency import Currency
from addons.base.models.partner import Partner
from addons.base.models.user import User
from addons.crm.models import case_campaign, case_channel, case_section, lost_reason
from addons.crm.models.case_stage import STATES, CaseStage, State
from addons.crm.models.lead import KINDS, PRIORITIES, Kind, Lead, Priority
from core import Model, fields
from core.fields import Query


class LeadReport(Model):
    """One row for each lead and opportunity, with what is counted, added up and compared."""

    _name = "crm.lead.report"
    _description = "Lead Analysis"
    _order = "create_day desc, id desc"
    _rec_name = "lead_name"
    _query = Query(Lead)

    lead_name = fields.Char("Subject", source="name")
    type: fields.Selection[Kind] = fields.Selection("Type", KINDS, source="type")
    state: fields.Selection[State] = fields.Selection("Status", STATES, source="state")
    stage_id = fields.Many2one(CaseStage, "Stage", source="stage_id")
    section_id = fields.Many2one(lambda: case_section.CaseSection, "Sales Team", source="section_id")
    user_id = fields.Many2one(User, "Salesperson", source="user_id")
    partner_id = fields.Many2one(Partner, "Customer", source="partner_id")
    country_id = fields.Many2one(Country, "Country", source="country_id")
    company_id = fields.Many2one(Company, "Company", source="company_id")
    channel_id = fields.Many2one(lambda: case_channel.CaseChannel, "Channel", source="channel_id")
    type_id = fields.Many2one(lambda: case_campaign.CaseCampaign, "Campaign", source="type_id")
    lost_reason_id = fields.Many2one(lambda: lost_reason.LostReason, "Lost Reason", source="lost_reason_id")
    priority: fields.Selection[Priority] = fields.Selection("Priority", PRIORITIES, source="priority")
    create_day = fields.Datetime("Created", source="create_date")
    date_open = fields.Datetime("Assigned", source="date_open")
    date_closed = fields.Datetime("Closed", source="date_closed")
    date_deadline = fields.Date("Expected Closing", source="date_deadline")
    day_open = fields.Float("Days to Assign", source="day_open", aggregate="avg")
    day_close = fields.Float("Days to Close", source="day_close", aggregate="avg")
    probability = fields.Decimal("Probability (%)", digits=(5, 2), source="probability", aggregate="avg")
    company_currency = fields.Many2one(Currency, "Company Currency", source="company_currency")
    company_revenue = fields.Monetary("Revenue", currency="company_currency", source="company_revenue")
    expected_revenue = fields.Monetary("Expected Revenue", currency="company_currency", source="expected_revenue")
