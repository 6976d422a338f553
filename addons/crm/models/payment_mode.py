"""Payment modes: how a customer wants to pay."""

from __future__ import annotations

from addons.crm.models import case_section
from core import Model, fields


class PaymentMode(Model):
    """How the customer of an opportunity wants to pay."""

    _name = "crm.payment.mode"
    _description = "Payment Mode"
    _order = "name, id"

    name = fields.Char("Payment Mode", required=True, translate=True)
    section_id = fields.Many2one(lambda: case_section.CaseSection, "Sales Team", help="Empty: for every team.")
    active = fields.Boolean("Active", default=True)
