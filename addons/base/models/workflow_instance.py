"""Running workflows: where each record stands."""

from __future__ import annotations

from typing import Any, Literal

from addons.base.models import user, workflow, workflow_version
from core import Domain, Model, fields

InstanceState = Literal["active", "complete"]
ItemState = Literal["active", "running", "complete"]


class WorkflowInstance(Model):
    """One record on its way through one workflow."""

    _name = "workflow.instance"
    _description = "Workflow Instance"
    _order = "id desc"
    _rec_name = "res_type"

    wkf_id = fields.Many2one(lambda: workflow.Workflow, "Workflow", ondelete="cascade", required=True)
    version_id = fields.Many2one(lambda: workflow_version.WorkflowVersion, "Version", ondelete="cascade", required=True)
    res_type = fields.Char("Model", required=True)
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
    """A token: one activity that one instance has reached. It repeats the record, so that one statement finds it."""

    _name = "workflow.workitem"
    _description = "Work Item"
    _order = "id"
    _rec_name = "act_id"

    act_id = fields.Many2one(lambda: workflow.WorkflowActivity, "Activity")
    activity = fields.Integer("Activity of the Version", required=True)
    inst_id = fields.Many2one(WorkflowInstance, "Instance", required=True, ondelete="cascade")
    wkf_id = fields.Related("inst_id.wkf_id", string="Workflow")
    res_type = fields.Char("Model", required=True)
    res_id = fields.Integer("Record ID", required=True, index=True)
    via = fields.Integer("Came over", help="The transition over which it came to a join that waits for others.")
    subflow_id = fields.Many2one(WorkflowInstance, "Subflow", ondelete="set null")
    state: fields.Selection[ItemState] = fields.Selection(
        "Status", {"active": "Active", "running": "Running", "complete": "Complete"}, required=True, default="active"
    )

    @act_id.compute("activity", store=False)
    def _compute_act_id(self) -> None:
        """The activity, unless it left the definition since."""
        there = set(self.env[workflow.WorkflowActivity].browse({item.activity for item in self}).exists().ids)
        for item in self:
            item.act_id = item.activity if item.activity in there else False

    @act_id.search
    def _search_act_id(self, operator: str, value: Any) -> Domain:  # Any: an id, ids or a name
        if isinstance(value, str):
            value = self.env[workflow.WorkflowActivity].search([("name", operator, value)]).ids
            operator = "in"
        return Domain.parse([("activity", operator, value)])
