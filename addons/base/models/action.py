"""What every action has, and the small actions: open a page, run a part of the client, close."""

from __future__ import annotations

from typing import Literal

from addons.base.models import group, model_data
from core import Model, fields

Target = Literal["new", "self"]
TodoState = Literal["open", "done"]


class Action(Model):
    """The fields that all kinds of actions share."""

    _name = "ir.actions.actions"
    _description = "Action"
    _abstract = True
    _order = "name, id"

    name = fields.Char("Name", required=True, translate=True)
    type = fields.Char("Action Type", required=True, readonly=True)
    help = fields.Html("Help", translate=True, help="Shown where the list is empty.")
    groups_id = fields.Many2many(lambda: group.Group, "Groups", help="Only members of one of these groups may run it.")
    xml_id = fields.Char("External ID", readonly=True)

    @xml_id.compute(store=False)
    def _compute_xml_id(self) -> None:
        names = self.env[model_data.ModelData].external_ids(self._name, self.ids)
        for action in self:
            action.xml_id = names.get(action.id, "")


class ActionUrl(Action):
    """Opens an address."""

    _name = "ir.actions.act_url"
    _description = "URL Action"

    type = fields.Char(default="ir.actions.act_url")
    url = fields.Char("URL", required=True)
    target: fields.Selection[Target] = fields.Selection(
        "Target", {"new": "New window", "self": "This window"}, required=True, default="new"
    )


class ActionClient(Action):
    """Opens a part of the web client that is not a view, by its tag."""

    _name = "ir.actions.client"
    _description = "Client Action"

    type = fields.Char(default="ir.actions.client")
    tag = fields.Char("Tag", required=True)
    res_model = fields.Char("Model")
    context = fields.Text("Context", default="{}")
    params = fields.Json("Parameters")


class ActionClose(Action):
    """Closes the dialog."""

    _name = "ir.actions.act_window_close"
    _description = "Close Action"

    type = fields.Char(default="ir.actions.act_window_close")


class ActionTodo(Model):
    """A step of the configuration that somebody still has to do."""

    _name = "ir.actions.todo"
    _description = "Configuration Step"
    _order = "sequence, id"
    _rec_name = "note"

    action_id = fields.Reference("Action", ["ir.actions.act_window", "ir.actions.client", "ir.actions.act_url"])
    sequence = fields.Integer("Sequence", default=10)
    state: fields.Selection[TodoState] = fields.Selection(
        "Status", {"open": "To do", "done": "Done"}, required=True, default="open"
    )
    type = fields.Char("Launch", default="manual")
    note = fields.Text("Text", translate=True)
    groups_id = fields.Many2many(lambda: group.Group, "Groups")
