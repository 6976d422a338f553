"""Tags of leads and opportunities."""

from __future__ import annotations

from addons.base.models.model import ModelRow
from addons.crm.models import case_section
from core import Model, fields


class CaseCateg(Model):
    """A tag of leads and opportunities."""

    _name = "crm.case.categ"
    _description = "Tag"
    _order = "name, id"

    name = fields.Char("Name", required=True, translate=True, index=True)
    section_id = fields.Many2one(lambda: case_section.CaseSection, "Sales Team", help="Empty: for every team.")
    object_id = fields.Many2one(
        ModelRow, "Used for", help="The records that bear the tag. Empty: leads and opportunities."
    )
    color = fields.Integer("Colour")
    active = fields.Boolean("Active", default=True)
