"""A model that links to one that does not exist."""

from core import Model, fields


class Thing(Model):
    _name = "demo.thing"
    _description = "Thing"

    name = fields.Char("Name", required=True)
    other_id = fields.Many2one("demo.nothing", "Other")
