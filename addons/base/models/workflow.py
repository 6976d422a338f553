"""Definitions of workflows: activities and the transitions between them."""

from __future__ import annotations

from typing import Any, Literal

from addons.base.models import action_server, group, workflow_version
from core import Model, api, fields
from core.errors import UnknownName

Kind = Literal["dummy", "function", "subflow", "stopall"]
Split = Literal["XOR", "OR", "AND"]
Join = Literal["XOR", "AND"]
Running = Literal["move", "finish"]


class Workflow(Model):
    """The steps that records of one model go through."""

    _name = "workflow"
    _description = "Workflow"
    _order = "name, id"

    name = fields.Char("Name", required=True)
    osv = fields.Char("Model", required=True, index=True)
    on_create = fields.Boolean("On Create", default=True, help="Every new record of the model starts an instance.")
    field = fields.Char("Status Field", help="The field of the model that shows the activity, for short definitions.")
    active = fields.Boolean("Active", default=True)
    running: fields.Selection[Running] = fields.Selection(
        "Running Records",
        {"move": "Go on with the new version", "finish": "Finish on the version they began with"},
        required=True,
        default="move",
        help="What happens to records on their way when another version is published.",
    )
    moves = fields.Json(
        "Moves", help="For activities that are gone, the one that takes their place: {'old status': 'new status'}."
    )
    version_ids = fields.One2many(lambda: workflow_version.WorkflowVersion, "wkf_id", "Versions")
    activities = fields.One2many(lambda: WorkflowActivity, "wkf_id", "Activities")

    @api.action
    def action_publish(self) -> dict[str, Any]:
        """Show what publishing the edited definition would do, and offer to do it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/web/flow/{self.id}", "target": "self"}

    @api.constrains("osv", "field")
    def _check_model(self) -> None:
        known = self.env.registry.models
        for workflow in self:
            if workflow.osv not in known:
                raise UnknownName("There is no model {name}.", name=workflow.osv, known=known)
            if workflow.field:
                known[workflow.osv].field(workflow.field)


class WorkflowActivity(Model):
    """One step: what happens there, and how tokens come in and go out."""

    _name = "workflow.activity"
    _description = "Workflow Activity"
    _order = "wkf_id, id"

    name = fields.Char("Name", required=True, translate=True)
    wkf_id = fields.Many2one(Workflow, "Workflow", required=True, ondelete="cascade")
    state = fields.Char("Status", help="The value that the status field takes here.")
    kind: fields.Selection[Kind] = fields.Selection(
        "Kind",
        {"dummy": "Dummy", "function": "Function", "subflow": "Subflow", "stopall": "Stop all"},
        required=True,
        default="dummy",
    )
    split_mode: fields.Selection[Split] = fields.Selection(
        "Split Mode", {"XOR": "Xor", "OR": "Or", "AND": "And"}, required=True, default="XOR"
    )
    join_mode: fields.Selection[Join] = fields.Selection(
        "Join Mode", {"XOR": "Xor", "AND": "And"}, required=True, default="XOR"
    )
    action = fields.Text("Python Action", help="The methods to call, or the fields to write, one a line.")
    action_id = fields.Many2one(lambda: action_server.ActionServer, "Server Action")
    flow_start = fields.Boolean("Flow Start")
    flow_stop = fields.Boolean("Flow Stop")
    subflow_id = fields.Many2one(Workflow, "Subflow")
    signal_send = fields.Char("Signal (Subflow)")
    out_transitions = fields.One2many(lambda: WorkflowTransition, "act_from", "Outgoing Transitions")
    in_transitions = fields.One2many(lambda: WorkflowTransition, "act_to", "Incoming Transitions")


class WorkflowTransition(Model):
    """The way from one activity to another, and what opens it."""

    _name = "workflow.transition"
    _description = "Workflow Transition"
    _order = "sequence, id"
    _rec_name = "signal"

    act_from = fields.Many2one(WorkflowActivity, "From", required=True, ondelete="cascade")
    act_to = fields.Many2one(WorkflowActivity, "To", required=True, ondelete="cascade")
    wkf_id = fields.Related("act_from.wkf_id", string="Workflow")
    sequence = fields.Integer("Sequence", default=10)
    signal = fields.Char("Signal", help="The button or the signal that opens it; empty: the condition alone does.")
    label = fields.Char("Button Label", translate=True)
    condition = fields.Char("Condition", required=True, default="True")
    group_id = fields.Many2one(lambda: group.Group, "Required Group")
    groups_id = fields.Many2many(lambda: group.Group, "Required Groups", help="One of them is enough.")
    trigger_model = fields.Char("Trigger Model")
    trigger_expr_id = fields.Char("Trigger Expression")
