"""The models on which the ORM is tested: a small shop of invented partners, orders and claims."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Literal

from core import Model, api, fields
from core.errors import ValidationError

Level = Literal["low", "high"]


class User(Model):
    _name = "res.users"
    _description = "User"

    name = fields.Char("Name")


class Country(Model):
    _name = "shop.country"
    _description = "Country"
    _order = "name"

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", size=2)


class Tag(Model):
    _name = "shop.tag"
    _description = "Tag"
    _order = "name"

    name = fields.Char("Name", required=True)
    partner_ids = fields.Many2many(lambda: Partner, "Partners", relation="shop_partner_tag")


class Stamped(Model):
    """A mixin."""

    _name = "shop.stamped"
    _abstract = True

    stamp = fields.Char("Stamp", default="new")

    def shout(self) -> str:
        return self.stamp.upper()


class Partner(Stamped):
    _name = "shop.partner"
    _description = "Partner"
    _order = "name, id"

    name = fields.Char("Name", required=True, index=True, fold=True)
    active = fields.Boolean("Active", default=True)
    level: fields.Selection[Level] = fields.Selection("Level", {"low": "Low", "high": "High"}, default="low")
    parent_id: fields.Many2one[Partner] = fields.Many2one(lambda: Partner, "Parent", ondelete="restrict")
    child_ids = fields.One2many(lambda: Partner, "parent_id", "Children")
    country_id = fields.Many2one(Country, "Country")
    country_code = fields.Related(country_id, Country.code)
    tag_ids = fields.Many2many(Tag, "Tags", relation="shop_partner_tag")
    born = fields.Date("Born")
    seen = fields.Datetime("Seen")
    credit = fields.Monetary("Credit")
    weight = fields.Float("Weight")
    rank = fields.Integer("Rank")
    note = fields.Text("Note")
    terms = fields.Char("Terms", company_dependent=True)
    about = fields.Reference("About", ["shop.country", "shop.tag"])
    extra = fields.Json("Extra")
    total = fields.Monetary("Total Credit")
    depth = fields.Integer("Depth")
    label = fields.Char("Label")
    shout_name = fields.Char("Shout")
    order_ids = fields.One2many(lambda: Order, "partner_id", "Orders")
    ordered = fields.Decimal("Ordered", digits=(16, 2))

    _name_in_country = fields.Unique("name", "country_id", message="This country has that partner already.")
    _rank_positive = fields.Check("rank >= 0", "The rank cannot be negative.")

    @total.compute("credit", "child_ids.total")
    def _compute_total(self) -> None:
        for partner in self:
            partner.total = partner.credit + sum((child.total for child in partner.child_ids), Decimal(0))

    @depth.compute("parent_id.depth")
    def _compute_depth(self) -> None:
        for partner in self:
            partner.depth = partner.parent_id.depth + 1 if partner.parent_id else 0

    @label.compute("name", "country_id.name", store=False)
    def _compute_label(self) -> None:
        for partner in self:
            partner.label = f"{partner.name} ({partner.country_id.name})"

    @label.search
    def _search_label(self, operator: str, value: Any) -> Any:
        return ["|", ("name", operator, value), ("country_id.name", operator, value)]

    @shout_name.compute("name", store=False)
    def _compute_shout_name(self) -> None:
        for partner in self:
            partner.shout_name = partner.name.upper()

    @shout_name.inverse
    def _inverse_shout_name(self) -> None:
        for partner in self:
            partner.name = partner.shout_name.lower()

    @ordered.compute("order_ids.amount", "order_ids.state")
    def _compute_ordered(self) -> None:
        for partner in self:
            partner.ordered = sum((o.amount for o in partner.order_ids if o.state == "done"), Decimal(0))

    @parent_id.on_change
    def _onchange_parent_id(self) -> None:
        self.country_id = self.parent_id.country_id

    @country_id.on_change
    def _onchange_country_id(self) -> dict[str, Any] | None:
        self.note = f"in {self.country_id.name}"
        return {"warning": {"title": "Far", "message": "far away"}} if self.country_id.code == "AQ" else None

    @api.constrains("born")
    def _check_born(self) -> None:
        for partner in self:
            if partner.born and partner.born > dt.date(2100, 1, 1):
                raise ValidationError("Nobody is born in the future.", fields=("born",))

    @api.action
    def action_praise(self) -> str:
        return f"well done, {self.name}"

    def secret(self) -> str:
        return "not for outside"


class Order(Model):
    _name = "shop.order"
    _description = "Order"
    _order = "date desc, id desc"
    _rec_name = "ref"

    ref = fields.Char("Reference", required=True)
    partner_id = fields.Many2one(Partner, "Partner", required=True, ondelete="cascade")
    date = fields.Date("Date", required=True, default=lambda _self: dt.date(2026, 1, 15))
    state: fields.Selection[Literal["draft", "done"]] = fields.Selection(
        "State", {"draft": "Draft", "done": "Done"}, default="draft", required=True
    )
    line_ids = fields.One2many(lambda: Line, "order_id", "Lines", copy=True)
    amount = fields.Decimal("Amount", digits=(16, 2))

    @amount.compute("line_ids.price", "line_ids.quantity")
    def _compute_amount(self) -> None:
        for order in self:
            order.amount = sum((line.price * line.quantity for line in order.line_ids), Decimal(0))


class Line(Model):
    _name = "shop.line"
    _description = "Order Line"
    _rec_name = "text"

    order_id = fields.Many2one(Order, "Order", required=True, ondelete="cascade")
    text = fields.Char("Text")
    price = fields.Decimal("Price", digits=(16, 2))
    quantity = fields.Integer("Quantity", default=1)


class PartnerLoyalty(Partner, extend=True):
    """An extension in place, as another addon would write it."""

    points = fields.Integer("Points")
    vip = fields.Option(Partner.level, "vip", "Very High", after="high")

    def shout(self) -> str:
        return super().shout() + "!"

    def write(self, values: Any) -> bool:
        return super().write({**values, "points": 7} if "rank" in values else values)


class Employee(Model):
    """Delegates to a partner."""

    _name = "shop.employee"
    _description = "Employee"

    partner_id = fields.Many2one(Partner, "Partner", required=True, delegate=True)
    badge = fields.Char("Badge")


class Badge(Tag):
    """A prototype: its own table, everything a tag has, extensions included."""

    _name = "shop.badge"
    _description = "Badge"

    partner_ids = fields.Many2many(Partner, "Partners", relation="shop_partner_badge")


class TagColor(Tag, extend=True):
    """An extension of the model the prototype was made from."""

    color = fields.Integer("Colour", default=3)


class Visit(Model):
    """Shows a translated text of a linked record."""

    _name = "shop.visit"
    _description = "Visit"

    country_id = fields.Many2one(Country, "Country")
    country_name = fields.Related(country_id, Country.name)
    points = fields.Integer("Points", company_dependent=True)


class Sales(Model):
    """An analysis."""

    _name = "shop.sales"
    _description = "Sales Analysis"
    _query = fields.Query(Line, where=[("order_id.state", "=", "done")])

    partner_id = fields.Many2one(Partner, "Partner", source="order_id.partner_id")
    country_id = fields.Many2one(Country, "Country", source="order_id.partner_id.country_id")
    date = fields.Date("Date", source="order_id.date")
    quantity = fields.Integer("Quantity", source="quantity:sum")
    lines = fields.Integer("Lines", source="id:count")
