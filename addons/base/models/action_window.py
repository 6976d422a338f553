"""Window actions: a model and the views to show it in."""

from __future__ import annotations

from typing import Literal

from addons.base.models import view
from addons.base.models.action import Action
from core import Model, api, fields
from core.errors import UnknownName

Target = Literal["current", "new", "inline", "fullscreen"]
BindingType = Literal["action", "report"]


class ActionWindow(Action):
    """Opens records of a model in a list of views."""

    _name = "ir.actions.act_window"
    _description = "Window Action"

    type = fields.Char(default="ir.actions.act_window")
    res_model = fields.Char("Model", required=True, index=True)
    src_model = fields.Char("Source Model", help="The action is offered in forms and lists of this model.")
    binding_type: fields.Selection[BindingType] = fields.Selection(
        "Offered as", {"action": "Action", "report": "Report"}, default="action"
    )
    multi = fields.Boolean("Only in Lists")
    res_id = fields.Integer("Record", help="The one record that the form opens.")
    view_id = fields.Many2one(lambda: view.View, "First View")
    search_view_id = fields.Many2one(lambda: view.View, "Search View")
    view_ids = fields.One2many(lambda: ActionWindowView, "act_window_id", "Views", copy=True)
    view_mode = fields.Char(
        "View Modes", required=True, default="list,form", help="Kinds of views, with commas between."
    )
    view_type = fields.Char("View Type", required=True, default="form")
    domain = fields.Char("Domain", default="[]")
    context = fields.Char("Context", default="{}")
    target: fields.Selection[Target] = fields.Selection(
        "Target",
        {"current": "This window", "new": "Dialog", "inline": "In the page", "fullscreen": "Full screen"},
        default="current",
    )
    limit = fields.Integer("Records on a Page", default=80)
    usage = fields.Char("Usage")
    auto_search = fields.Boolean("Search at Once", default=True)
    filter = fields.Boolean("Filter")

    @api.constrains("res_model", "src_model")
    def _check_model(self) -> None:
        known = self.env.registry.models
        for action in self:
            for model in filter(None, (action.res_model, action.src_model)):
                if model not in known:
                    raise UnknownName("There is no model {name}.", name=model, known=known)


class ActionWindowView(Model):
    """One view of a window action, in its place."""

    _name = "ir.actions.act_window.view"
    _description = "View of an Action"
    _order = "sequence, id"
    _rec_name = "view_id"

    act_window_id = fields.Many2one(ActionWindow, "Action", ondelete="cascade")
    sequence = fields.Integer("Sequence", default=10)
    view_id = fields.Many2one(lambda: view.View, "View", ondelete="cascade")
    view_mode = fields.Char("View Type", required=True)
    multi = fields.Boolean("Only in Lists")
