"""Sales teams."""

from __future__ import annotations

from typing import Any

from addons.base.models.company import Company
from addons.base.models.user import User
from addons.crm.models import case_stage
from core import Model, fields


class CaseSection(Model):
    """A sales team with its leader, members and stages."""

    _name = "crm.case.section"
    _description = "Sales Team"
    _other_names = ("code",)
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _parent_name = "parent_id"

    name = fields.Char("Sales Team", required=True)
    complete_name = fields.Char("Full Name", readonly=True)
    code = fields.Char("Code", size=8)
    active = fields.Boolean("Active", default=True)
    parent_id = fields.Many2one(lambda: CaseSection, "Parent Team")
    child_ids = fields.One2many(lambda: CaseSection, "parent_id", "Sub-teams")
    user_id = fields.Many2one(User, "Team Leader")
    member_ids = fields.Many2many(
        User, "Members", relation="sale_member_rel", column1="section_id", column2="member_id"
    )
    stage_ids = fields.Many2many(
        lambda: case_stage.CaseStage, "Stages", relation="section_stage_rel", column1="section_id", column2="stage_id"
    )
    company_id = fields.Many2one(Company, "Company", help="Empty: the team works for every company.")
    reply_to = fields.Char("Reply-To", help="The address that answers to the team's mail go to.")
    change_responsible = fields.Boolean(
        "Reassign Escalated", help="An escalated lead goes to the leader of the parent team."
    )
    color = fields.Integer("Colour")
    note = fields.Text("Description")

    _unique_code = fields.Unique("code", message="Another team has this code already.")

    @complete_name.compute("name", "parent_id.complete_name", store=True)
    def _compute_complete_name(self) -> None:
        for section in self:
            above = section.parent_id.complete_name
            section.complete_name = f"{above} / {section.name}" if above else section.name

    @stage_ids.default_from
    def _default_stage_ids(self) -> Any:
        return self.env[case_stage.CaseStage].search([("case_default", "=", True), ("section_ids", "!=", False)])

    def of_user(self, user_id: int) -> CaseSection:
        """The team in which this user works: one they lead, else one they belong to."""
        led = self.search([("user_id", "=", user_id)], limit=1)
        return led or self.search([("member_ids", "in", [user_id])], limit=1)
