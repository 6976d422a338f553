"""Plants and the beds they grow in. A line that says `mistake` has one; the line that says `right` repairs it."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from addons.base.models.partner import Partner
from addons.base.models.user import User
from addons.crm.models.lead import Lead  # mistake: import from an addon that it does not depend on
from core import Env, Model, api, fields
from core.errors import ValidationError

State = Literal["seed", "grown", "sold", "dead"]


class Bed(Model):  # mistake: missing access row
    # right: class Bed(Model):
    """A place where plants grow."""

    _name = "nursery.bed"
    _description = "Bed"

    name = fields.Char("Name", required=True)
    gardener_id = fields.Many2one(User, "Gardener")
    plant_ids = fields.One2many(lambda: Plant, "bed", "Plants")  # mistake: list by a link that does not exist
    # right: plant_ids = fields.One2many(lambda: Plant, "bed_id", "Plants")
    crate_id = fields.Many2one("nursery.crate", "Crate")  # mistake: link to an unknown model
    gardener_mail = fields.Related("gardener_id.emial", string="Mail")  # mistake: misspelt path of a related field
    # right: gardener_mail = fields.Related("gardener_id.email", string="Mail")
    worth = fields.Decimal("Worth", digits=(16, 2), readonly=True)
    plants = fields.Integer("Number of Plants", readonly=True)

    @worth.compute("plant_ids.prise")  # mistake: misspelt dependency path
    # right: @worth.compute("plant_ids.price")
    def _compute_worth(self) -> None:
        for bed in self:
            bed.worth = sum((plant.price for plant in bed.plant_ids), Decimal(0))

    # right: @plants.compute("plant_ids")
    def _compute_plants(self) -> None:  # mistake: compute that is not linked to its field
        # right: def _compute_plants(self) -> None:
        for bed in self:
            bed.plants = len(bed.plant_ids)


class Plant(Model):
    """One plant."""

    _name = "nursery.plant"
    _description = "Plant"

    name = fields.Char("Name", required=True)
    bed_id = fields.Many2one(Bed, "Bed")
    owner_id = fields.Many2one(Partner, "Owner")
    height = fields.Integer("Height")
    price = fields.Decimal("Price", digits=(16, 2))
    sown = fields.Date("Sown On")
    state: fields.Selection[State] = fields.Selection(
        "State", {"seed": "Seed", "grown": "Grown", "sold": "Sold", "dead": "Dead"}, default="seed"
    )

    @api.constrains("hieght")  # mistake: constraint on a misspelt field
    # right: @api.constrains("height")
    def _check_height(self) -> None:
        for plant in self:
            if plant.height < 0:
                raise ValidationError("{plant} cannot grow downwards.", plant=plant.name)

    def action_grow(self) -> None:  # mistake: method of a transition without its decorator
        # right: @api.transition
        # right: def action_grow(self) -> None:
        """It has come up."""
        for plant in self:
            plant.height = max(plant.height, 1)

    @api.action
    def action_water(self) -> None:
        """Give it water."""
        self.with_context(watered=True).write({"height": 2})

    def care(self, env: Env) -> None:
        """What people do with plants all day."""
        for plant in self:
            plant.heigth  # mistake: misspelt field
            # right: plant.height
            plant.bed_id.gardener_id.lgoin  # mistake: misspelt field through a link
            # right: plant.bed_id.gardener_id.login
            plant.name = 3  # mistake: wrong type of a value
            # right: plant.name = "3"
            plant.owner_id = plant.bed_id  # mistake: link to a record of another model
            # right: plant.owner_id = plant.bed_id.gardener_id.partner_id
            plant.state = "sodl"  # mistake: misspelt state
            # right: plant.state = "sold"
            plant.action_watre()  # mistake: misspelt method
            # right: plant.action_water()
            plant.owner_id.opportunity_ids  # mistake: field of an addon that it does not depend on
            # right: plant.owner_id.child_ids
        self.search(Plant.heigth > 3)  # mistake: misspelt field in a domain
        # right: self.search(Plant.height > 3)
        self.search(Plant.state == "sodl")  # mistake: misspelt state in a domain
        # right: self.search(Plant.state == "sold")
        self.search([("bed_id.naem", "=", "North")])  # mistake: misspelt field in a domain in list form
        # right: self.search([("bed_id.name", "=", "North")])
        self.search([("height", "=>", 3)])  # mistake: unknown operator in a domain
        # right: self.search([("height", ">=", 3)])
        self.filtered("owner_id.actve")  # mistake: misspelt path of a filter
        # right: self.filtered("owner_id.active")
        env["nursery.plnat"]  # mistake: unknown model
        # right: env["nursery.plant"]
        rose = self.create({"name": "Rose", "hieght": 3})  # mistake: unknown key in a literal create
        # right: rose = self.create({"name": "Rose", "height": 3})
        rose.write({"height": "tall"})  # mistake: wrong value in a literal write
        # right: rose.write({"height": 3})
        env[Plant].create({"name": "Ivy", "state": "sodl"})  # mistake: wrong state in a literal create
        # right: env[Plant].create({"name": "Ivy", "state": "sold"})
        env[Partner].create({"name": "A", "child_ids": [(0, 0, {"naem": "B"})]})  # mistake: unknown key in a command
        # right: env[Partner].create({"name": "A", "child_ids": [(0, 0, {"name": "B"})]})
