"""Partners with countries, salespersons, orders and lines, as plain as they can be."""

from __future__ import annotations

from core import Model, fields


class Country(Model):
    """A country."""

    _name = "bench.country"
    _description = "Country"

    name = fields.Char("Name", required=True)
    code = fields.Char("Code", required=True)


class Salesperson(Model):
    """Who sells."""

    _name = "bench.salesperson"
    _description = "Salesperson"

    name = fields.Char("Name", required=True)


class Partner(Model):
    """Who buys: a company or a contact."""

    _name = "bench.partner"
    _description = "Partner"

    name = fields.Char("Name", required=True)
    email = fields.Char("Email")
    phone = fields.Char("Phone")
    street = fields.Char("Street")
    city = fields.Char("City")
    zip = fields.Char("Postal Code")
    ref = fields.Char("Reference")
    is_company = fields.Boolean("Is a Company")
    active = fields.Boolean("Active", default=True)
    credit_limit = fields.Decimal("Credit Limit")
    country_id = fields.Many2one(Country, "Country")
    salesperson_id = fields.Many2one(Salesperson, "Salesperson")
    parent_id = fields.Many2one(lambda: Partner, "Parent")
    child_ids = fields.One2many(lambda: Partner, "parent_id", "Contacts")


class Order(Model):
    """What was sold on a day."""

    _name = "bench.order"
    _description = "Order"

    number = fields.Char("Number", required=True)
    date = fields.Date("Date")
    salesperson_id = fields.Many2one(Salesperson, "Salesperson")
    partner_id = fields.Many2one(Partner, "Partner")
    line_ids = fields.One2many(lambda: Line, "order_id", "Lines")


class Line(Model):
    """One product of an order."""

    _name = "bench.line"
    _description = "Line"

    order_id = fields.Many2one(Order, "Order", required=True, ondelete="cascade")
    product = fields.Char("Product")
    quantity = fields.Decimal("Quantity")
    price = fields.Decimal("Price")
    amount = fields.Decimal("Amount")
