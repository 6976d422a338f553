"""The dialog that turns leads into opportunities."""

from __future__ import annotations

from typing import Any, Literal

from addons.base.models.partner import Partner
from addons.base.models.user import User
from addons.crm import conversion
from addons.crm.models.case_section import CaseSection
from addons.crm.models.lead import Lead
from core import Model, api, fields
from core.errors import UserError

Choice = Literal["exist", "create", "nothing"]


class Lead2Opportunity(Model):
    """Asks which customer the opportunities are for and who takes care of them."""

    _name = "crm.lead2opportunity.partner"
    _description = "Convert to Opportunity"
    _transient = True

    lead_ids = fields.Many2many(Lead, "Leads", relation="crm_convert_lead_rel", column1="wizard_id", column2="lead_id")
    action: fields.Selection[Choice] = fields.Selection(
        "Related Customer",
        {
            "exist": "Link to an existing customer",
            "create": "Create a new customer",
            "nothing": "Do not link to a customer",
        },
        required=True,
    )
    partner_id = fields.Many2one(Partner, "Customer", help="Empty: the one that fits each lead, or a new one.")
    user_id = fields.Many2one(User, "Salesperson")
    user_ids = fields.Many2many(
        User, "Salespeople", relation="crm_convert_user_rel", column1="wizard_id", column2="user_id",
        help="Several leads are shared out among them in turn.",
    )  # fmt: skip
    section_id = fields.Many2one(CaseSection, "Sales Team")
    several = fields.Boolean("Several Leads", readonly=True)
    opportunity_ids = fields.Many2many(Lead, "Similar Opportunities", readonly=True)

    @several.compute("lead_ids", store=False)
    def _compute_several(self) -> None:
        for wizard in self:
            wizard.several = len(wizard.lead_ids) > 1

    @opportunity_ids.compute("lead_ids.email_from", "partner_id", store=False)
    def _compute_opportunity_ids(self) -> None:
        for wizard in self:
            wizard.opportunity_ids = wizard._similar()

    @lead_ids.default_from
    def _default_lead_ids(self) -> Lead:
        return self._selected()

    @action.default_from
    def _default_action(self) -> Choice:
        lead = self._selected()
        return "create" if len(lead) == 1 and not conversion.find_partner(lead) else "exist"

    @partner_id.default_from
    def _default_partner_id(self) -> Partner:
        lead = self._selected()
        return conversion.find_partner(lead) if len(lead) == 1 else self.env[Partner]

    @user_id.default_from
    def _default_user_id(self) -> User:
        lead = self._selected()
        return lead.user_id if len(lead) == 1 else self.env[User]

    @section_id.default_from
    def _default_section_id(self) -> CaseSection:
        lead = self._selected()
        return lead.section_id if len(lead) == 1 else self.env[CaseSection]

    @api.action
    def action_apply(self) -> dict[str, Any]:
        """Convert, and open the result."""
        self.ensure_one()
        leads = self.lead_ids
        if not leads:
            raise UserError("Select the leads to convert first.")
        partner = self.partner_id if self.action == "exist" else self.partner_id.browse([])
        users = self.user_ids.ids or self.user_id.ids
        conversion.convert_each(leads, self.action, partner, users, self.section_id.id or False)
        return open_opportunities(leads)

    def _selected(self) -> Lead:
        """The leads from which the dialog was opened."""
        context = self.env.context
        if context.get("active_model") != Lead._name:
            return self.env[Lead]
        return self.env[Lead].browse(context.get("active_ids") or context.get("active_id") or ()).exists()

    def _similar(self) -> Lead:
        """Opportunities with the same customer or e-mail address, which may make a new one needless."""
        mails = [mail for mail in self.lead_ids.mapped("email_from") if mail]
        same: list[Any] = ["|", ("partner_id", "in", self.partner_id.ids), ("email_from", "in", mails)]
        others = [
            ("id", "not in", self.lead_ids.ids),
            ("type", "=", "opportunity"),
            ("state", "not in", ["done", "cancel"]),
        ]
        return self.env[Lead].search([*others, *same], limit=10)


def open_opportunities(leads: Lead) -> dict[str, Any]:
    """The action that shows these opportunities: the form of one, the list of several."""
    action = leads.env.ref("crm.action_opportunities").read([])[0]
    if len(leads) == 1:
        form = leads.env.ref("crm.opportunity_form").id
        return {**action, "res_id": leads.id, "view_mode": "form", "views": [(form, "form")]}
    return {**action, "domain": [("id", "in", leads.ids)]}
