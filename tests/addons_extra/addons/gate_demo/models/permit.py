"""Permits, and the one numbered paper that each of them gets."""

from __future__ import annotations

from addons.base.models.sequence import Sequence
from addons.base.models.user import User
from core import Model, api, fields
from core.errors import UserError

BOSSES = "gate_demo.group_boss"


class Permit(Model):
    """What somebody may do; everybody sees their own, bosses all."""

    _name = "demo.permit"
    _description = "Permit"
    _order = "name, id"

    name = fields.Char("Name", required=True)
    owner_id = fields.Many2one(User, "Owner", required=True)
    parent_id = fields.Many2one(lambda: Permit, "Follows", ondelete="set null")
    next_ids = fields.One2many(lambda: Permit, "parent_id", "Followed by")
    other_ids = fields.Many2many(lambda: Permit, "See also", relation="demo_permit_other", column1="a", column2="b")
    note = fields.Text("Note")
    scan = fields.Binary("Scan")
    verdict = fields.Char("Verdict", groups=BOSSES)
    score = fields.Integer("Score", groups=BOSSES, aggregate="sum")
    boss_scan = fields.Binary("Boss's Scan", groups=BOSSES)
    paper_ids = fields.One2many(lambda: Paper, "permit_id", "Papers")
    followers = fields.Integer("Followers")

    @owner_id.default_from
    def _default_owner_id(self) -> object:
        return self.env.user

    @followers.compute("next_ids", store=False)
    def _compute_followers(self) -> None:
        for permit in self:
            permit.followers = len(permit.next_ids)

    @name.on_change
    def _onchange_name(self) -> None:
        self.note = f"{self.name} {self.parent_id.readable().name}".strip()

    @api.exported
    def issue(self) -> str:
        """Make the one paper of this permit, and answer its number."""
        self.ensure_one()
        self.check_access("write")
        self.lock()
        if self.paper_ids:
            raise UserError("{permit} has its paper already.", permit=self.name)
        numbers = self.env[Sequence].of_code("demo.paper")
        with self.env.elevated("papers are made by permits alone", Paper) as su:
            paper = su[Paper].create({"permit_id": self.id, "name": numbers.take()})
        return paper.name


class Paper(Model):
    """A numbered paper; nobody makes, changes or deletes one by hand."""

    _name = "demo.paper"
    _description = "Paper"
    _order = "name"

    name = fields.Char("Number", required=True)
    permit_id = fields.Many2one(Permit, "Permit", required=True, ondelete="restrict")

    _one_number = fields.Unique("name", message="This number is taken.")
    _one_paper = fields.Unique("permit_id", message="The permit has its paper already.")
