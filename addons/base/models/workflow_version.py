"""Published versions of workflows, and the records whose change a waiting token listens to."""

from __future__ import annotations

from addons.base.models import workflow, workflow_instance
from core import Model, fields


class WorkflowVersion(Model):
    """A definition as it was published. Running records may still be on an earlier one."""

    _name = "workflow.version"
    _description = "Workflow Version"
    _order = "wkf_id, number desc"
    _rec_name = "number"

    wkf_id = fields.Many2one(lambda: workflow.Workflow, "Workflow", required=True, ondelete="cascade")
    number = fields.Integer("Number", required=True)
    content = fields.Json("Definition", required=True)
    current = fields.Boolean("Current")
    instance_ids = fields.One2many(lambda: workflow_instance.WorkflowInstance, "version_id", "Instances")

    _number_once = fields.Unique("wkf_id", "number", message="The workflow has a version with this number.")


class WorkflowTrigger(Model):
    """A record of another model that a waiting token looks at: when it changes, the token is looked at again."""

    _name = "workflow.triggers"
    _description = "Workflow Trigger"

    model = fields.Char("Model", required=True)
    res_id = fields.Integer("Record ID", required=True, index=True)
    workitem_id = fields.Many2one(
        lambda: workflow_instance.WorkflowItem, "Work Item", required=True, ondelete="cascade"
    )
    instance_id = fields.Related("workitem_id.inst_id", string="Instance")
