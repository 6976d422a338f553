"""The way of each lead through the stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addons.base.models.user import User
from addons.crm import pipeline
from addons.crm.models import case_section, case_stage, lead
from core import Model, fields
from core.errors import AccessError

# Written once, when the lead leaves the stage.
LEAVING = frozenset({"date_left"})


class StageHistory(Model):
    """One stay of one lead in one stage: who put it there, when, and how long it stayed. Nothing here is altered."""

    _name = "crm.lead.stage.history"
    _description = "Stage History"
    _order = "date_entered desc, id desc"
    _rec_name = "stage_id"

    lead_id = fields.Many2one(lambda: lead.Lead, "Lead", required=True, ondelete="cascade", readonly=True)
    from_stage_id = fields.Many2one(lambda: case_stage.CaseStage, "From Stage", readonly=True)
    stage_id = fields.Many2one(
        lambda: case_stage.CaseStage, "To Stage", required=True, ondelete="restrict", readonly=True
    )
    section_id = fields.Many2one(lambda: case_section.CaseSection, "Sales Team", readonly=True)
    user_id = fields.Many2one(User, "Changed by", readonly=True, ondelete="restrict")
    date_entered = fields.Datetime("Entered", required=True, readonly=True, index=True)
    date_left = fields.Datetime("Left", readonly=True)
    duration = fields.Float("Days in the Stage", digits=(16, 2), readonly=True, aggregate="avg")

    @duration.compute("date_entered", "date_left", store=True)
    def _compute_duration(self) -> None:
        for stay in self:
            stay.duration = pipeline.days_between(stay.date_entered, stay.date_left)

    def write(self, values: Mapping[str, Any]) -> bool:
        """A stay is closed once; nothing else changes."""
        if not values.keys() <= LEAVING or any(stay.date_left for stay in self):
            raise AccessError("The stage history is not altered.", model=self._name, operation="write")
        return super().write(values)
