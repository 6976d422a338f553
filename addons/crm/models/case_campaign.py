"""Campaigns: what made a lead come in."""

from __future__ import annotations

from addons.crm.models import case_section
from core import Model, fields


class CaseCampaign(Model):
    """What made a lead come in: a fair, a mailing, a recommendation."""

    _name = "crm.case.resource.type"
    _description = "Campaign"
    _order = "name, id"

    name = fields.Char("Campaign Name", required=True, translate=True)
    section_id = fields.Many2one(lambda: case_section.CaseSection, "Sales Team", help="Empty: for every team.")
    active = fields.Boolean("Active", default=True)
