"""Stages of the pipeline."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from addons.crm.models import case_section
from core import Model, fields

State = Literal["draft", "open", "pending", "done", "cancel"]
LeadKind = Literal["lead", "opportunity", "both"]

STATES: dict[State, str] = {
    "draft": "New",
    "open": "In Progress",
    "pending": "Pending",
    "done": "Closed",
    "cancel": "Cancelled",
}


class CaseStage(Model):
    """A step of the pipeline. The status of a lead is that of its stage."""

    _name = "crm.case.stage"
    _description = "Stage"
    _order = "sequence, id"

    name = fields.Char("Stage Name", required=True, translate=True)
    sequence = fields.Integer("Sequence", default=10)
    probability = fields.Decimal(
        "Probability (%)", digits=(5, 2), default=Decimal(10), help="How likely a deal in this stage is to be won."
    )
    on_change = fields.Boolean(
        "Sets the Probability", help="An opportunity that enters the stage takes over its probability."
    )
    requirements = fields.Text("Requirements", translate=True, help="What must be done before a deal enters the stage.")
    section_ids = fields.Many2many(
        lambda: case_section.CaseSection,
        "Teams",
        relation="section_stage_rel",
        column1="stage_id",
        column2="section_id",
        help="Only these teams use the stage. Empty: every team does.",
    )
    state: fields.Selection[State] = fields.Selection("Related Status", STATES, required=True, default="open")
    case_default = fields.Boolean("Default for New Teams", default=True, help="New teams start with this stage.")
    fold = fields.Boolean("Folded", help="The board shows the stage as a narrow column.")
    type: fields.Selection[LeadKind] = fields.Selection(
        "Type", {"lead": "Leads", "opportunity": "Opportunities", "both": "Both"}, required=True, default="both"
    )

    _probability_range = fields.Check(
        "probability >= 0 and probability <= 100", "A probability lies between 0 and 100 %."
    )
