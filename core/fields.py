"""The kinds of field, for addons: `from core import fields`."""

from core.orm.fields import (
    Binary,
    Boolean,
    Char,
    Check,
    Command,
    Date,
    Datetime,
    Decimal,
    Field,
    Float,
    Html,
    Id,
    Image,
    Integer,
    Json,
    Many2many,
    Many2one,
    Monetary,
    One2many,
    Option,
    Reference,
    Related,
    Selection,
    Text,
    Unique,
)
from core.orm.query import Query

__all__ = [
    "Binary", "Boolean", "Char", "Check", "Command", "Date", "Datetime", "Decimal", "Field", "Float", "Html", "Id",
    "Image", "Integer", "Json", "Many2many", "Many2one", "Monetary", "One2many", "Option", "Query", "Reference",
    "Related", "Selection", "Text", "Unique",
]  # fmt: skip
