"""Tags of partners, as a tree."""

from __future__ import annotations

from addons.base.models import partner
from core import Model, fields


class PartnerCategory(Model):
    """A tag of partners; a search for a tag finds the partners of its sub-tags too."""

    _name = "res.partner.category"
    _description = "Partner Tag"
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _parent_name = "parent_id"

    name = fields.Char("Name", required=True)
    complete_name = fields.Char("Full Name", readonly=True)
    parent_id = fields.Many2one(lambda: PartnerCategory, "Parent Tag", ondelete="cascade", index=True)
    child_ids = fields.One2many(lambda: PartnerCategory, "parent_id", "Sub-tags")
    active = fields.Boolean("Active", default=True)
    color = fields.Integer("Colour")
    partner_ids = fields.Many2many(
        lambda: partner.Partner,
        "Partners",
        relation="res_partner_res_partner_category_rel",
        column1="category_id",
        column2="partner_id",
    )

    _unique_name = fields.Unique("parent_id", "name", message="This tag exists already under the same parent.")

    @complete_name.compute("name", "parent_id.complete_name", store=True)
    def _compute_complete_name(self) -> None:
        for category in self:
            above = category.parent_id.complete_name
            category.complete_name = f"{above} / {category.name}" if above else category.name

    def name_create(self, name: str) -> tuple[int, str]:
        """Make `Region / North` with its parent `Region` where that is missing, so that imports may name paths."""
        parent = self.browse([])
        for part in (part.strip() for part in name.split(" / ")):
            above = parent.id or False
            found = self.search([("name", "=", part), ("parent_id", "=", above)], limit=1)
            parent = found or self.create({"name": part, "parent_id": above})
        return parent.id, parent.complete_name
