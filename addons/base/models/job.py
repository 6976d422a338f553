"""Jobs in the background, as they stand in the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from addons.base.models import cron, user
from core import Env, Model, api, fields
from core.errors import AccessError
from core.job import work

State = Literal["waiting", "resting", "running", "done", "failed", "cancelled"]


class Job(Model):
    """One piece of work that a worker does, has done or could not do. The queue itself writes the rows."""

    _name = "ir.job"
    _description = "Job"
    _order = "id desc"

    name = fields.Char("Job")
    model = fields.Char("Model")
    method = fields.Char("Method")
    arguments = fields.Json("Arguments")
    user_id = fields.Many2one(lambda: user.User, "User", ondelete="cascade", index=False)
    cron_id = fields.Many2one(lambda: cron.Cron, "Scheduled Job", ondelete="cascade", index=False)
    state: fields.Selection[State] = fields.Selection(
        "Status",
        {
            "waiting": "Waiting",
            "resting": "Resting",
            "running": "Running",
            "done": "Done",
            "failed": "Failed",
            "cancelled": "Cancelled",
        },
        help="A resting job would send something from a copy of the database; it waits until that is woken.",
    )
    priority = fields.Integer("Priority", aggregate="")
    run_at = fields.Datetime("Not Before")
    tries = fields.Integer("Tries", aggregate="")
    max_tries = fields.Integer("Tries at Most", aggregate="")
    pause = fields.Float("Seconds to the Next Try", aggregate="")
    time_limit = fields.Float("Seconds at Most", aggregate="")
    key = fields.Char("Key", help="While a job of this key waits or runs there is no second one.")
    worker = fields.Char("Worker")
    lease_until = fields.Datetime("Taken Until")
    done = fields.Integer("Steps Done", aggregate="")
    total = fields.Integer("Steps in All", aggregate="")
    message = fields.Text("Message")
    error = fields.Text("Error")
    cancel_requested = fields.Boolean("To Be Stopped")
    enqueued_at = fields.Datetime("Queued")
    started_at = fields.Datetime("Started")
    finished_at = fields.Datetime("Finished")

    @api.action
    def action_cancel(self) -> None:
        """Stop these jobs: a waiting one at once, a running one at its next step, or some seconds later where it is."""
        self._change(work.cancel)

    @api.action
    def action_retry(self) -> None:
        """Put failed and cancelled jobs into the queue again."""
        self._change(work.retry)

    def _change(self, change: Callable[[Env, list[int]], None]) -> None:
        """Let the queue change these jobs, and read afresh what it wrote."""
        if not self.env.is_super(self._name) and not self.env.has_group("base.group_system"):
            raise AccessError(
                "Jobs are stopped and begun again by administrators.", model=self._name, operation="write"
            )
        self.env.flush()
        change(self.env, list(self.ids))
        self.env.tx.invalidate()
