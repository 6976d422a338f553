"""Scheduled jobs."""

from __future__ import annotations

from typing import Any, Literal

from addons.base.models import job, user
from core import Model, api, fields
from core.db import resting
from core.errors import AccessError, UserError
from core.job import work
from core.job.handlers import handling
from core.job.schedule import check_line, next_call

Interval = Literal["minutes", "hours", "work_days", "days", "weeks", "months"]


class Cron(Model):
    """Calls a method of a model again and again. Workers that were away catch up with one run, not with all."""

    _name = "ir.cron"
    _description = "Scheduled Job"
    _order = "name, id"

    name = fields.Char("Name", required=True)
    active = fields.Boolean("Active", default=True)
    user_id = fields.Many2one(
        lambda: user.User, "User", required=True, ondelete="restrict", help="The job runs with the rights of this user."
    )
    interval_number = fields.Integer("Every", required=True, default=1)
    interval_type: fields.Selection[Interval] = fields.Selection(
        "Unit",
        {
            "minutes": "Minutes",
            "hours": "Hours",
            "work_days": "Working days",
            "days": "Days",
            "weeks": "Weeks",
            "months": "Months",
        },
        required=True,
        default="days",
    )
    cron_line = fields.Char(
        "Cron Line", help="Minute, hour, day, month, weekday, as in 30 6 * * 1-5; goes before the interval."
    )
    numbercall = fields.Integer("Runs Left", required=True, default=-1, help="-1 for no end.")
    doall = fields.Boolean("Repeat Missed", help="Kept for data files of older systems; a missed job runs once.")
    nextcall = fields.Datetime("Next Run", required=True, index=True)
    lastcall = fields.Datetime("Last Run", readonly=True, copy=False)
    priority = fields.Integer("Priority", default=5, help="0 is the most urgent.")
    model = fields.Char("Model", required=True)
    function = fields.Char("Method", required=True)
    args = fields.Text("Arguments", default="()")
    failures = fields.Integer("Failures in a Row", readonly=True, copy=False)
    job_ids = fields.One2many(lambda: job.Job, "cron_id", "Runs")

    _positive_interval = fields.Check("interval_number > 0", "The interval of a scheduled job is at least 1.")

    @user_id.default_from
    def _default_user_id(self) -> int:
        return self.env.uid

    @nextcall.default_from
    def _default_nextcall(self) -> Any:
        return self.env.now()

    @api.constrains("model", "function")
    def _check_method(self) -> None:
        for cron in self:
            handling(self.env, cron.model, cron.function)

    @api.constrains("cron_line")
    def _check_cron_line(self) -> None:
        for cron in self.filtered("cron_line"):
            check_line(cron.cron_line)

    @api.action
    def method_direct_trigger(self) -> None:
        """Run these jobs now, as the next thing the workers do."""
        for cron in self:
            if not cron.active:
                raise UserError("{job} is switched off. Activate it first.", job=cron.name)
        self.write({"nextcall": self.env.now()})

    @api.exported
    def wake_database(self) -> bool:
        """End the rest of a database that is a copy; answers False when it was awake."""
        if not self.env.is_super(self._name) and not self.env.has_group("base.group_system"):
            raise AccessError(
                "Databases are woken by administrators.", model=self._name, operation="write",
                groups=["base.group_system"],
            )  # fmt: skip
        self.env.flush()
        woken = resting.wake(self.env.tx.connection)
        self.env.tx.invalidate()
        return woken

    def create(self, values: Any) -> Cron:  # Any: as Model.create takes it
        """Workers look at once whether the new ones are due."""
        created = super().create(values)
        work.look(self.env)
        return created

    def write(self, values: Any) -> bool:  # Any: a field has its own type
        """Workers look at once whether these are due now."""
        written = super().write(values)
        if not values.keys().isdisjoint(("active", "nextcall")):
            work.look(self.env)
        return written

    def plan_next(self) -> None:
        """Set the time of the next run after one has begun, and count the run."""
        now = self.env.now()
        for cron in self:
            left = cron.numbercall - 1 if cron.numbercall > 0 else cron.numbercall
            cron.write(
                {
                    "lastcall": now,
                    "numbercall": left,
                    "active": left != 0,
                    "nextcall": next_call(
                        cron.nextcall,
                        now,
                        number=cron.interval_number,
                        unit=cron.interval_type,
                        line=cron.cron_line,
                        zone=cron.user_id.partner_id.tz or "UTC",
                    ),
                }
            )
