"""Jobs in the background, as they stand in the queue."""

from __future__ import annotations

from typing import Literal

from core import Model, fields

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Job(Model):
    """One piece of work that a worker does, has done or could not do."""

    _name = "ir.job"
    _description = "Job"
    _order = "id desc"

    name = fields.Char("Job", required=True)
