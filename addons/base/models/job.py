"""Jobs in the background, as they stand in the queue."""

from __future__ import annotations

from typing import Literal

from addons.base.models import cron, user
from core import Model, fields

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Job(Model):
    """One piece of work that a worker does, has done or could not do."""

    _name = "ir.job"
    _description = "Job"
    _order = "id desc"

    name = fields.Char("Job", required=True)
    model = fields.Char("Model", required=True, index=True)
    method = fields.Char("Method", required=True)
    user_id = fields.Many2one(lambda: user.User, "User", ondelete="cascade")
    cron_id = fields.Many2one(lambda: cron.Cron, "Scheduled Job", ondelete="cascade")
    state: fields.Selection[State] = fields.Selection(
        "Status",
        {"waiting": "Waiting", "running": "Running", "done": "Done", "failed": "Failed", "cancelled": "Cancelled"},
        required=True,
        default="waiting",
        index=True,
    )
