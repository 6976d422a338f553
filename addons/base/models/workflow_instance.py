"""Running workflows: where each record stands."""

from __future__ import annotations

from typing import Literal

from addons.base.models import user, workflow
from core import Model, fields

InstanceState = Literal["active", "complete"]
ItemState = Literal["active", "running", "complete"]


class WorkflowInstance(Model):
    """One record on its way through one workflow."""

    _name = "workflow.instance"
    _description = "Workflow Instance"
    _order = "id desc"
    _rec_name = "res_type"

    wkf_id = fields.Many2one(lambda: workflow.Workflow, "Workflow", ondelete="cascade", required=True)
    res_type = fields.Char("Model", required=True, index=True)
    res_id = fields.Integer("Record ID", required=True, index=True)
    uid = fields.Many2one(lambda: user.User, "User", ondelete="set null")
    state: fields.Selection[InstanceState] = fields.Selection(
        "Status", {"active": "Active", "complete": "Complete"}, required=True, default="active"
    )
    workitem_ids = fields.One2many(lambda: WorkflowItem, "inst_id", "Work Items")

    _one_of_each = fields.Unique(
        "wkf_id", "res_type", "res_id", message="The record runs through this workflow already."
    )


class WorkflowItem(Model):
    """A token: one activity that one instance has reached."""

    _name = "workflow.workitem"
    _description = "Work Item"
    _order = "id"
    _rec_name = "act_id"

    act_id = fields.Many2one(lambda: workflow.WorkflowActivity, "Activity", required=True, ondelete="cascade")
    inst_id = fields.Many2one(WorkflowInstance, "Instance", required=True, ondelete="cascade")
    wkf_id = fields.Related("act_id.wkf_id", string="Workflow")
    subflow_id = fields.Many2one(WorkflowInstance, "Subflow")
    state: fields.Selection[ItemState] = fields.Selection(
        "Status", {"active": "Active", "running": "Running", "complete": "Complete"}, required=True, default="active"
    )
