"""Categories of addons, which also group the user groups."""

from __future__ import annotations

from core import Model, fields


class ModuleCategory(Model):
    """An area of the business: Sales, Accounting, Administration."""

    _name = "ir.module.category"
    _description = "Application"
    _order = "sequence, name"

    name = fields.Char("Name", required=True, translate=True)
    description = fields.Text("Description", translate=True)
    sequence = fields.Integer("Sequence", default=50)
    visible = fields.Boolean("Visible", default=True)
    parent_id = fields.Many2one(lambda: ModuleCategory, "Parent Application", index=True)
    child_ids = fields.One2many(lambda: ModuleCategory, "parent_id", "Child Applications")
