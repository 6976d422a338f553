"""Claims and their lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from addons.base.models.currency import Currency
from addons.base.models.partner import Partner
from addons.base.models.user import User
from addons.claim_demo.hookspecs import claim_closed
from core import Model, api, fields
from core.errors import UserError, ValidationError

State = Literal["draft", "open", "pending", "done", "cancel"]


class Claim(Model):
    """One complaint of one customer."""

    _name = "demo.claim"
    _description = "Claim"
    _order = "date desc, id desc"

    name = fields.Char("Claim Subject", required=True)
    date = fields.Date("Claim Date", required=True)
    date_deadline = fields.Date("Deadline")
    partner_id = fields.Many2one(Partner, "Customer", index=True)
    email_from = fields.Char("Reply to")
    user_id = fields.Many2one(User, "Responsible")
    line_ids = fields.One2many(lambda: ClaimLine, "claim_id", "Lines")
    currency_id = fields.Many2one(Currency, "Currency")
    cost = fields.Monetary("Cost", readonly=True)
    resolution = fields.Text("Resolution")
    state: fields.Selection[State] = fields.Selection(
        "State",
        {"draft": "New", "open": "In Progress", "pending": "Waiting", "done": "Closed", "cancel": "Refused"},
        default="draft",
        readonly=True,
        copy=False,
    )

    _date_order = fields.Check("date_deadline >= date", "The deadline lies before the claim.")

    @cost.compute("line_ids.amount")
    def _compute_cost(self) -> None:
        for claim in self:
            claim.cost = sum((line.amount for line in claim.line_ids), Decimal(0))

    @date.default_from
    def _default_date(self) -> object:
        return self.env.today()

    @currency_id.default_from
    def _default_currency_id(self) -> object:
        return self.env.company.currency_id

    @partner_id.on_change
    def _onchange_partner_id(self) -> None:
        self.email_from = self.partner_id.email

    @api.constrains("cost")
    def _check_cost(self) -> None:
        for claim in self:
            if claim.cost < 0:
                raise ValidationError("The lines of {claim} add up to less than nothing.", claim=claim.name)

    @api.transition
    def action_open(self) -> None:
        """Take the claim up; without a person in charge it becomes the caller's."""
        for claim in self.filtered(Claim.user_id.is_empty_()):
            claim.user_id = self.env.user

    @api.transition
    def action_close(self) -> None:
        """The workflow has checked state and groups before this runs."""
        for claim in self:
            if not claim.resolution:
                raise UserError("Say how you resolved {claim} before closing it.", claim=claim.name)
        answers = self.env.fire(claim_closed, self)
        for claim in self:
            claim.resolution = "\n".join([claim.resolution, *answers])


class ClaimLine(Model):
    """One thing that went wrong, and what it costs."""

    _name = "demo.claim.line"
    _description = "Claim Line"
    _order = "claim_id, id"

    claim_id = fields.Many2one(Claim, "Claim", required=True, ondelete="cascade")
    currency_id = fields.Related(claim_id, Claim.currency_id)
    name = fields.Char("What Went Wrong", required=True)
    amount = fields.Monetary("Amount")
