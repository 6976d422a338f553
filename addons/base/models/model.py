"""The models of this database, as records."""

from __future__ import annotations

from typing import Literal

from addons.base.models import model_access, model_field, rule
from core import Model, api, fields

Origin = Literal["base", "manual"]


class ModelRow(Model):
    """One model; the rows follow the Python classes at each installation and are not edited."""

    _name = "ir.model"
    _description = "Model"
    _order = "model"

    name = fields.Char("Model Description", required=True, translate=True)
    model = fields.Char("Model", required=True, index=True)
    info = fields.Text("Information")
    state: fields.Selection[Origin] = fields.Selection(
        "Type", {"base": "Addon", "manual": "Custom"}, required=True, default="base", readonly=True
    )
    transient = fields.Boolean("Transient", help="Its records are deleted after a while; wizards are so.")
    abstract = fields.Boolean("Abstract", help="It has no records of its own; other models take it over.")
    osv_memory = fields.Related("transient", string="In Memory")
    modules = fields.Char("In Addons", help="The addons that make it up, with commas between.")
    field_id = fields.One2many(lambda: model_field.ModelField, "model_id", "Fields")
    access_ids = fields.One2many(lambda: model_access.ModelAccess, "model_id", "Access Rights")
    rule_ids = fields.One2many(lambda: rule.Rule, "model_id", "Record Rules")

    _unique_model = fields.Unique("model", message="This model has a row already.")

    @modules.compute("model", store=False)
    def _compute_modules(self) -> None:
        models = self.env.registry.models
        for row in self:
            row.modules = ", ".join(models[row.model].addons) if row.model in models else ""

    @api.exported
    def get_available_models(self) -> list[dict[str, str]]:
        """Technical name and description of every model that the caller may read."""
        return [{"model": row.model, "display_name": row.name} for row in self.search([])]
