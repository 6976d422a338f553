"""Leads and opportunities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, Self

from addons.base.models.company import Company
from addons.base.models.country import Country, CountryState
from addons.base.models.currency import Currency
from addons.base.models.partner import Partner
from addons.base.models.partner_title import PartnerTitle
from addons.base.models.user import User
from addons.crm import board, conversion, pipeline
from addons.crm.models import (
    case_campaign,
    case_categ,
    case_channel,
    case_section,
    lost_reason,
    payment_mode,
    stage_history,
)
from addons.crm.models.case_stage import STATES, CaseStage, State
from addons.crm.references import referable_models
from core import Domain, Model, api, fields
from core.errors import UserError

Kind = Literal["lead", "opportunity"]
Priority = Literal["1", "2", "3", "4", "5"]

KINDS: dict[Kind, str] = {"lead": "Lead", "opportunity": "Opportunity"}
PRIORITIES: dict[Priority, str] = {"1": "Highest", "2": "High", "3": "Normal", "4": "Low", "5": "Lowest"}


class Lead(Model):
    """A first contact that may become a deal (a lead), or a deal that may be won (an opportunity)."""

    _name = "crm.lead"
    _description = "Lead/Opportunity"
    _order = "priority, date_action, id desc"

    name = fields.Char("Subject", required=True, index=True)
    type: fields.Selection[Kind] = fields.Selection("Type", KINDS, required=True, default="lead", index=True)
    active = fields.Boolean("Active", default=True)
    partner_id = fields.Many2one(Partner, "Customer", tracking=True, help="The partner in the address book.")
    partner_name = fields.Char("Company Name", index=True, help="The company that a conversion makes a partner of.")
    contact_name = fields.Char("Contact Name")
    title = fields.Many2one(PartnerTitle, "Form of Address")
    function = fields.Char("Job Position")
    company_size = fields.Char("Employees", help="How large the company is, as the source says it.")
    email_from = fields.Char("Email", index=True)
    email_cc = fields.Text("Email Copies", help="Further addresses that take part, with commas between.")
    phone = fields.Char("Phone")
    mobile = fields.Char("Mobile")
    fax = fields.Char("Fax")
    website = fields.Char("Website")
    street = fields.Char("Street")
    street2 = fields.Char("Street 2")
    zip = fields.Char("Postal Code", size=24)
    city = fields.Char("City")
    state_id = fields.Many2one(CountryState, "State/Province", domain="[('country_id', '=?', country_id)]")
    country_id = fields.Many2one(Country, "Country")
    opt_out = fields.Boolean("No Mailings", help="The contact does not want mass mail.")
    description = fields.Text("Description")
    section_id = fields.Many2one(lambda: case_section.CaseSection, "Sales Team", tracking=True)
    user_id = fields.Many2one(User, "Salesperson", tracking=True)
    stage_id = fields.Many2one(CaseStage, "Stage", tracking=True, ondelete="restrict", copy=False)
    state: fields.Selection[State] = fields.Selection(
        "Status", STATES, required=True, default="draft", readonly=True, copy=False, index=True
    )
    priority: fields.Selection[Priority] = fields.Selection(
        "Priority",
        PRIORITIES,
        required=True,
        default="3",
        index=True,
    )
    categ_ids = fields.Many2many(
        lambda: case_categ.CaseCateg,
        "Tags",
        relation="crm_lead_category_rel",
        column1="lead_id",
        column2="category_id",
        domain="['|', ('object_id', '=', False), ('object_id.model', '=', 'crm.lead')]",
    )
    channel_id = fields.Many2one(lambda: case_channel.CaseChannel, "Channel", help="The way the lead came in.")
    type_id = fields.Many2one(lambda: case_campaign.CaseCampaign, "Campaign", help="What made the lead come in.")
    referred = fields.Char("Referred by")
    ref = fields.Reference("Reference", referable_models)
    ref2 = fields.Reference("Reference 2", referable_models)
    company_id = fields.Many2one(Company, "Company", index=True)
    color = fields.Integer("Colour")
    currency_id = fields.Many2one(Currency, "Currency", required=True, ondelete="restrict")
    planned_revenue = fields.Monetary("Planned Revenue", tracking=True, help="What the deal is worth, in its currency.")
    planned_cost = fields.Monetary("Planned Costs")
    payment_mode = fields.Many2one(
        lambda: payment_mode.PaymentMode,
        "Payment Mode",
        domain="['|', ('section_id', '=', False), ('section_id', '=', section_id)]",
    )
    probability = fields.Decimal("Probability (%)", digits=(5, 2), aggregate="avg")
    company_currency = fields.Many2one(Currency, "Company Currency", readonly=True)
    company_revenue = fields.Monetary(
        "Revenue", currency="company_currency", readonly=True, help="The planned revenue in the company's currency."
    )
    expected_revenue = fields.Monetary(
        "Expected Revenue", currency="company_currency", readonly=True, help="The revenue times the probability."
    )
    date_deadline = fields.Date("Expected Closing", help="When the deal will probably be decided.")
    date_action = fields.Date("Next Action Date", index=True)
    title_action = fields.Char("Next Action")
    date_action_last = fields.Datetime("Last Action", readonly=True, copy=False)
    date_action_next = fields.Datetime("Next Appointment", readonly=True, copy=False)
    date_open = fields.Datetime("Assigned", readonly=True, copy=False)
    date_closed = fields.Datetime("Closed", readonly=True, copy=False)
    date_last_stage_update = fields.Datetime("Last Stage Change", readonly=True, copy=False)
    day_open = fields.Float("Days to Assign", digits=(16, 2), readonly=True, aggregate="avg")
    day_close = fields.Float("Days to Close", digits=(16, 2), readonly=True, aggregate="avg")
    lost_reason_id = fields.Many2one(
        lambda: lost_reason.LostReason, "Lost Reason", ondelete="restrict", copy=False, tracking=True
    )
    lost_note = fields.Text("Notes on the Loss", copy=False)
    date_converted = fields.Datetime("Converted", readonly=True, copy=False)
    conversion_undo = fields.Json("Before the Conversion", readonly=True, copy=False, groups="base.group_system")
    stage_history_ids = fields.One2many(lambda: stage_history.StageHistory, "lead_id", "Stage History", readonly=True)

    _probability_range = fields.Check(
        "probability >= 0 and probability <= 100", "A probability lies between 0 and 100 %."
    )
    _revenue_not_negative = fields.Check("planned_revenue >= 0", "The planned revenue is not negative.")

    @company_currency.compute("company_id.currency_id", store=True)
    def _compute_company_currency(self) -> None:
        for lead in self:
            lead.company_currency = (lead.company_id or self.env.company).currency_id

    @company_revenue.compute("planned_revenue", "currency_id", "company_currency", store=True)
    def _compute_company_revenue(self) -> None:
        for lead in self:
            lead.company_revenue = lead.currency_id.convert(lead.planned_revenue, lead.company_currency)

    @expected_revenue.compute("company_revenue", "probability", store=True)
    def _compute_expected_revenue(self) -> None:
        for lead in self:
            amount = lead.company_revenue * lead.probability / 100
            lead.expected_revenue = lead.company_currency.round(amount) if lead.company_currency else amount

    @day_open.compute("date_open", "create_date", store=True)
    @day_close.compute("date_closed", "create_date", store=True)
    def _compute_days(self) -> None:
        for lead in self:
            lead.day_open = pipeline.days_between(lead.create_date, lead.date_open)
            lead.day_close = pipeline.days_between(lead.create_date, lead.date_closed)

    @user_id.default_from
    def _default_user_id(self) -> int:
        return self.env.uid

    @section_id.default_from
    def _default_section_id(self) -> Any:
        return self.env.user.default_section_id or self.env[case_section.CaseSection].of_user(self.env.uid)

    @company_id.default_from
    def _default_company_id(self) -> Any:
        return self.env.company

    @currency_id.default_from
    def _default_currency_id(self) -> Any:
        return self.env.company.currency_id

    @partner_id.on_change
    def _onchange_partner_id(self) -> None:
        if self.partner_id:
            # What the customer's card does not say stays as it was written down here.
            for name, value in pipeline.contact_details(self.partner_id).items():
                if value:
                    setattr(self, name, value)

    @stage_id.on_change
    def _onchange_stage_id(self) -> None:
        if self.stage_id.on_change:
            self.probability = self.stage_id.probability

    @state_id.on_change
    def _onchange_state_id(self) -> None:
        if self.state_id:
            self.country_id = self.state_id.country_id

    @user_id.on_change
    def _onchange_user_id(self) -> None:
        team = self.env[case_section.CaseSection].of_user(self.user_id.id) if self.user_id else self.section_id
        if team and self.user_id not in self.section_id.member_ids | self.section_id.user_id:
            self.section_id = team

    @api.transition
    def case_mark_won(self) -> None:
        """Close the deal as won, at 100 %."""
        pipeline.enter_stage(self, "done", probability=Decimal(100))

    @api.transition
    def case_mark_lost(self) -> None:
        """Close the deal as lost, at 0 %."""
        pipeline.enter_stage(self, "cancel", probability=Decimal(0))

    @api.transition
    def case_cancel(self) -> None:
        """Drop the lead."""
        pipeline.enter_stage(self, "cancel", probability=Decimal(0))

    @api.transition
    def case_open(self) -> None:
        """Take the lead up; without a salesperson it becomes the caller's."""
        for lead in self.filtered(lambda lead: not lead.user_id):
            lead.user_id = self.env.user
        pipeline.enter_stage(self, "open")

    @api.transition
    def case_pending(self) -> None:
        """Wait for the customer."""
        pipeline.enter_stage(self, "pending")

    @api.transition
    def case_reset(self) -> None:
        """Begin again as new."""
        pipeline.enter_stage(self, "draft")
        self.write({"lost_reason_id": False, "lost_note": False})

    @api.action
    def case_escalate(self) -> None:
        """Hand the lead to the parent team."""
        for lead in self:
            above = lead.section_id.parent_id
            if not above:
                raise UserError("{lead} is with the topmost team already.", lead=lead.name)
            values: dict[str, Any] = {"section_id": above.id}
            if above.change_responsible and above.user_id:
                values["user_id"] = above.user_id.id
            lead.write(values)

    @api.action
    def action_convert(self) -> dict[str, Any]:
        """Ask how to convert these leads into opportunities."""
        action = self.env.ref("crm.action_lead2opportunity").read([])[0]
        return {**action, "context": {"active_model": self._name, "active_id": self[:1].id, "active_ids": self.ids}}

    @api.action
    def action_lost(self) -> dict[str, Any]:
        """Ask why the deal was lost."""
        action = self.env.ref("crm.action_lead_lost").read([])[0]
        return {**action, "context": {"active_model": self._name, "active_id": self[:1].id, "active_ids": self.ids}}

    @api.action
    def action_undo_conversion(self) -> None:
        """Make opportunities the leads again that they were before their conversion."""
        conversion.undo(self)

    @api.exported
    def convert_opportunity(
        self, partner_id: int | bool = False, user_ids: Sequence[int] = (), section_id: int | bool = False
    ) -> bool:
        """Make these leads opportunities of a partner, shared out in turn among salespeople."""
        conversion.convert(self, self.env[Partner].browse([partner_id] if partner_id else []), user_ids, section_id)
        return True

    def read_group(
        self,
        domain: Domain | Sequence[Any],
        fields: Sequence[str],
        groupby: str | Sequence[str],
        offset: int = 0,
        limit: int | None = None,
        orderby: str = "",
        lazy: bool = True,
    ) -> list[dict[str, Any]]:
        """Groups; by stage, the stages that hold nothing are there too, so that a board shows the whole way."""
        groups = super().read_group(domain, fields, groupby, offset, limit, orderby, lazy)
        levels = [groupby] if isinstance(groupby, str) else list(groupby)
        if levels[:1] != ["stage_id"] or offset or limit or orderby or not (lazy or len(levels) == 1):
            return groups
        return board.with_empty_stages(self, Domain.parse(domain), groups, levels[1:])

    def create(self, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Self:
        """Every lead starts in a stage, and its history there."""
        rows = [values] if isinstance(values, Mapping) else values
        leads = super().create(pipeline.with_first_stages(self, rows))
        pipeline.take_states(leads)
        pipeline.open_history(leads)
        return leads

    def write(self, values: Mapping[str, Any]) -> bool:
        """A change of stage takes status and probability with it, and is kept in the history."""
        if not values.get("stage_id"):
            values = pipeline.with_dates(self, values)
            return super().write(values)
        stage = self.env[CaseStage].browse(pipeline.id_of(values["stage_id"]))
        moved = self.filtered(lambda lead: lead.stage_id != stage)
        values = pipeline.with_dates(self, pipeline.with_stage_values(moved, stage, values))
        before = {lead.id: lead.stage_id.id for lead in moved}
        done = super().write(values)
        pipeline.note_move(moved, before, stage)
        if not self.env.context.get(pipeline.IN_TRANSITION):
            pipeline.follow_state(moved, stage)
        return done

    def copy(self, default: Mapping[str, Any] | None = None) -> Self:
        """A copy begins at the first stage."""
        return super().copy({"name": self.env._("{name} (copy)", name=self.name), **(default or {})})
