"""The kinds of field a model may have."""

from core.orm.fields.base import Field
from core.orm.fields.binary import Binary, Image, Json
from core.orm.fields.choice import Option, Reference, Selection
from core.orm.fields.constraint import Check, Unique
from core.orm.fields.related import Related
from core.orm.fields.scalar import Boolean, Char, Date, Datetime, Decimal, Float, Html, Id, Integer, Monetary, Text
from core.orm.fields.to_many import Command, Many2many, One2many
from core.orm.fields.to_one import Many2one

__all__ = [
    "Binary", "Boolean", "Char", "Check", "Command", "Date", "Datetime", "Decimal", "Field", "Float", "Html", "Id",
    "Image", "Integer", "Json", "Many2many", "Many2one", "Monetary", "One2many", "Option", "Reference", "Related",
    "Selection", "Text", "Unique",
]  # fmt: skip
