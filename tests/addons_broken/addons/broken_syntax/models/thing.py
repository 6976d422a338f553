"""A model with a bracket that nobody closes."""

from core import Model, fields


class Thing(Model):
    _name = "demo.thing"
    _description = "Thing"
    name = fields.Char("Name", required=True
