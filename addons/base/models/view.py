"""Views: how records are shown."""

from __future__ import annotations

from typing import Literal

from addons.base.models import group, model_data
from core import Model, fields

Kind = Literal["form", "list", "tree", "search", "kanban", "calendar", "graph", "pivot", "gantt", "diagram", "qweb"]
Mode = Literal["primary", "extension"]


class View(Model):
    """One screen of one model, or changes to another view."""

    _name = "ir.ui.view"
    _description = "View"
    _order = "model, priority, id"

    name = fields.Char("Name", required=True)
    model = fields.Char("Model", index=True)
    type: fields.Selection[Kind] = fields.Selection(
        "View Type",
        {
            "form": "Form",
            "list": "List",
            "tree": "List (older name)",
            "search": "Search",
            "kanban": "Board",
            "calendar": "Calendar",
            "graph": "Graph",
            "pivot": "Pivot",
            "gantt": "Gantt",
            "diagram": "Diagram",
            "qweb": "Template",
        },
        default="form",
    )
    arch = fields.Text("Arch", required=True)
    inherit_id = fields.Many2one(lambda: View, "Inherited View", ondelete="cascade", index=True)
    inherit_children_ids = fields.One2many(lambda: View, "inherit_id", "Changed by")
    mode: fields.Selection[Mode] = fields.Selection(
        "Mode",
        {"primary": "Base view", "extension": "Extension"},
        required=True,
        default="primary",
        help="An extension changes the inherited view itself; a base view that inherits is a changed copy.",
    )
    priority = fields.Integer(
        "Priority", required=True, default=16, help="The view with the lowest number is the default."
    )
    field_parent = fields.Char("Child Field")
    active = fields.Boolean("Active", default=True)
    groups_id = fields.Many2many(
        lambda: group.Group, "Groups", relation="ir_ui_view_group_rel", column1="view_id", column2="group_id"
    )
    arch_fs = fields.Char("File", readonly=True, help="The file and line that the view was loaded from.")
    xml_id = fields.Char("External ID", readonly=True)

    @xml_id.compute(store=False)
    def _compute_xml_id(self) -> None:
        names = self.env[model_data.ModelData].external_ids("ir.ui.view", self.ids)
        for view in self:
            view.xml_id = names.get(view.id, "")
