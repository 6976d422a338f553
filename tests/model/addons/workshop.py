"""A workshop of invented people: models whose stored values hang on each other in every way that there is."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from core import Model, api, fields
from core.errors import UserError, ValidationError


class User(Model):
    _name = "res.users"
    _description = "User"

    name = fields.Char("Name")


class Team(Model):
    """A tree: sums come up from below, depth and path go down from above."""

    _name = "work.team"
    _description = "Team"
    _order = "path, id"

    name = fields.Char("Name", required=True)
    active = fields.Boolean("Active", default=True)
    parent_id: fields.Many2one[Team] = fields.Many2one(lambda: Team, "Parent", ondelete="restrict")
    child_ids = fields.One2many(lambda: Team, "parent_id", "Teams")
    worker_ids = fields.One2many(lambda: Worker, "team_id", "Workers")
    budget = fields.Monetary("Budget")
    total = fields.Monetary("Total")
    depth = fields.Integer("Depth")
    path = fields.Char("Path")
    root_id: fields.Many2one[Team] = fields.Many2one(lambda: Team, "Root")
    heads = fields.Integer("Heads")
    load = fields.Decimal("Load", digits=(16, 2))

    @total.compute("budget", "child_ids.total")
    def _compute_total(self) -> None:
        for team in self:
            team.total = team.budget + sum((child.total for child in team.child_ids), Decimal(0))

    @depth.compute("parent_id.depth")
    def _compute_depth(self) -> None:
        for team in self:
            team.depth = team.parent_id.depth + 1 if team.parent_id else 0

    @path.compute("name", "parent_id.path")
    def _compute_path(self) -> None:
        for team in self:
            team.path = f"{team.parent_id.path}/{team.name}" if team.parent_id else team.name

    @root_id.compute("parent_id.root_id")
    def _compute_root_id(self) -> None:
        for team in self:
            team.root_id = team.parent_id.root_id if team.parent_id else team

    @heads.compute("worker_ids.active")
    def _compute_heads(self) -> None:
        for team in self:
            team.heads = len(team.worker_ids)

    @load.compute("worker_ids.load")
    def _compute_load(self) -> None:
        for team in self:
            team.load = sum((worker.load for worker in team.worker_ids), Decimal(0))


class Skill(Model):
    _name = "work.skill"
    _description = "Skill"
    _order = "name, id"

    name = fields.Char("Name", required=True)
    weight = fields.Integer("Weight")
    worker_ids = fields.Many2many(lambda: Worker, "Workers", relation="work_worker_skill")
    asked = fields.Integer("Asked for")

    _name_once = fields.Unique("name", message="There is such a skill already.")

    @asked.compute("worker_ids.job_ids.state")
    def _compute_asked(self) -> None:
        for skill in self:
            skill.asked = sum(job.state == "open" for worker in skill.worker_ids for job in worker.job_ids)


class Worker(Model):
    _name = "work.worker"
    _description = "Worker"
    _order = "name, id"

    name = fields.Char("Name", required=True)
    active = fields.Boolean("Active", default=True)
    team_id = fields.Many2one(Team, "Team")
    team_name = fields.Related(team_id, Team.name, store=True)
    root_id = fields.Related(team_id, Team.root_id, store=True)
    skill_ids = fields.Many2many(Skill, "Skills", relation="work_worker_skill")
    job_ids = fields.One2many(lambda: Job, "worker_id", "Jobs")
    rate = fields.Decimal("Rate", digits=(16, 2))
    load = fields.Decimal("Load", digits=(16, 2))
    cost = fields.Monetary("Cost")
    power = fields.Integer("Power")
    title = fields.Char("Title")

    @load.compute("job_ids.hours", "job_ids.state")
    def _compute_load(self) -> None:
        for worker in self:
            worker.load = sum((job.hours for job in worker.job_ids if job.state == "open"), Decimal(0))

    @cost.compute("load", "rate")
    def _compute_cost(self) -> None:
        for worker in self:
            worker.cost = worker.load * worker.rate

    @power.compute("skill_ids.weight")
    def _compute_power(self) -> None:
        for worker in self:
            worker.power = sum(skill.weight for skill in worker.skill_ids)

    @title.compute("name", "team_id.path", "team_id.root_id.name")
    def _compute_title(self) -> None:
        for worker in self:
            worker.title = f"{worker.name} of {worker.team_id.path} in {worker.team_id.root_id.name}"

    @api.constrains("rate")
    def _check_rate(self) -> None:
        for worker in self:
            if worker.rate > 100:
                raise ValidationError("Nobody is paid that much.", fields=("rate",))


class Job(Model):
    _name = "work.job"
    _description = "Job"
    _order = "hours desc, id"

    name = fields.Char("Name")
    worker_id = fields.Many2one(Worker, "Worker", required=True, ondelete="cascade")
    hours = fields.Decimal("Hours", digits=(16, 2))
    state: fields.Selection[Literal["open", "done"]] = fields.Selection(
        "State", {"open": "Open", "done": "Done"}, default="open"
    )
    price = fields.Monetary("Price")
    label = fields.Char("Label")
    short = fields.Boolean("Short")
    size = fields.Integer("Size")
    minutes = fields.Integer("Minutes")

    _hours_positive = fields.Check("hours >= 0", "Hours are not negative.")

    @price.compute("hours", "worker_id.rate")
    def _compute_price(self) -> None:
        for job in self:
            job.price = job.hours * job.worker_id.rate

    @label.compute("name", "worker_id.title")
    def _compute_label(self) -> None:
        for job in self:
            job.label = f"{job.name} by {job.worker_id.title}"

    @short.compute("hours")
    def _compute_size(self) -> None:
        for job in self:
            job.short, job.size = job.hours < 2, int(job.hours) // 4

    size.compute("hours")(_compute_size)

    @minutes.compute("hours", store=False)
    def _compute_minutes(self) -> None:
        for job in self:
            job.minutes = int(job.hours * 60)

    @minutes.inverse
    def _inverse_minutes(self) -> None:
        for job in self:
            job.hours = Decimal(job.minutes) / 60

    @api.constrains("name")
    def _check_name(self) -> None:
        if any(job.name == "forbidden" for job in self):
            raise UserError("Nobody does that.")


class Foreman(Model):
    """Inherits from a worker by delegation."""

    _name = "work.foreman"
    _description = "Foreman"

    worker_id = fields.Many2one(Worker, "Worker", required=True, delegate=True)
    stars = fields.Integer("Stars")
    score = fields.Decimal("Score", digits=(16, 2))

    @score.compute("stars", "worker_id.load", "power")
    def _compute_score(self) -> None:
        for foreman in self:
            foreman.score = foreman.stars * foreman.load + foreman.power
