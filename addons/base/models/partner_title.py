"""Forms of address: Mr, Mrs, Ltd."""

from __future__ import annotations

from typing import Literal

from core import Model, fields

Domain = Literal["contact", "partner"]


class PartnerTitle(Model):
    """How to address a person, or the legal form of a company."""

    _name = "res.partner.title"
    _description = "Form of Address"
    _order = "name"

    name = fields.Char("Title", required=True, translate=True)
    shortcut = fields.Char("Abbreviation", translate=True)
    domain: fields.Selection[Domain] = fields.Selection(
        "Used for", {"contact": "People", "partner": "Companies"}, required=True, default="contact"
    )
