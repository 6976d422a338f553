"""The fields of all models, as records."""

from __future__ import annotations

from typing import Literal

from addons.base.models import model
from core import Model, fields

Origin = Literal["base", "manual"]


class ModelField(Model):
    """One field of one model; the rows follow the Python classes at each installation and are not edited."""

    _name = "ir.model.fields"
    _description = "Field"
    _order = "model, name"

    name = fields.Char("Name", required=True, index=True)
    model = fields.Char("Model Name", required=True, index=True)
    model_id = fields.Many2one(lambda: model.ModelRow, "Model", required=True, ondelete="cascade")
    field_description = fields.Char("Field Label", required=True, translate=True)
    help = fields.Text("Help", translate=True)
    ttype = fields.Char("Field Type", required=True)
    relation = fields.Char("Linked Model")
    relation_field = fields.Char("Linking Field")
    relation_table = fields.Char("Link Table")
    selection = fields.Text("Choices")
    required = fields.Boolean("Required")
    readonly = fields.Boolean("Read Only")
    select_level = fields.Boolean("Searchable")
    store = fields.Boolean("Stored")
    translate = fields.Boolean("Translatable")
    size = fields.Integer("Size")
    on_delete = fields.Char("On Delete")
    groups = fields.Char("Limited to Groups")
    modules = fields.Char("In Addons")
    state: fields.Selection[Origin] = fields.Selection(
        "Type", {"base": "Addon", "manual": "Custom"}, required=True, default="base", readonly=True
    )

    _unique_field = fields.Unique("model_id", "name", message="This field has a row already.")

    @selection.compute("name", "model", store=False)
    @select_level.compute("name", "model", store=False)
    @on_delete.compute("name", "model", store=False)
    @groups.compute("name", "model", store=False)
    @modules.compute("name", "model", store=False)
    def _compute_details(self) -> None:
        models = self.env.registry.models
        for row in self:
            info = models.get(row.model)
            found = info.fields.get(row.name) if info else None
            choices = getattr(found, "labels", None)
            row.selection = "\n".join(f"{key}: {label}" for key, label in choices(self.env).items()) if choices else ""
            row.select_level = bool(found and found.searchable)
            row.on_delete = getattr(found, "ondelete", "")
            row.groups = found.groups if found else ""
            row.modules = found.addon if found else ""

    def _compute_display_name(self) -> None:
        for field in self:
            field.display_name = f"{field.field_description} ({field.model})"
