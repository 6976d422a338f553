"""Currencies and their rates by day."""

from __future__ import annotations

from datetime import date as Date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from addons.base.models import company
from core import Model, api, fields
from core.errors import UserError

Position = Literal["before", "after"]


class Currency(Model):
    """A currency."""

    _name = "res.currency"
    _description = "Currency"
    _order = "active desc, name"

    name = fields.Char("Currency", size=3, required=True, index=True, help="The three letters of ISO 4217.")
    full_name = fields.Char("Name", translate=True)
    symbol = fields.Char("Symbol", size=8)
    position: fields.Selection[Position] = fields.Selection(
        "Symbol Position", {"before": "Before the amount", "after": "After the amount"}, default="after"
    )
    rounding = fields.Decimal("Rounding", digits=(12, 6), default=Decimal("0.01"))
    accuracy = fields.Integer("Decimal Places", default=2)
    active = fields.Boolean("Active", default=True)
    base = fields.Boolean("Base Currency", help="Rates say how much of a currency one unit of the base currency buys.")
    rate_ids = fields.One2many(lambda: CurrencyRate, "currency_id", "Rates")
    rate = fields.Decimal(
        "Current Rate",
        digits=(12, 6),
        readonly=True,
        help="How much of this currency one unit of the base currency buys today.",
    )
    date = fields.Date("Date of the Rate", readonly=True)

    _unique_name = fields.Unique("name", message="This currency exists already.")
    _positive_rounding = fields.Check("rounding > 0", "The rounding of a currency is more than zero.")

    @rate.compute("rate_ids.rate", "rate_ids.name", store=False)
    @date.compute("rate_ids.rate", "rate_ids.name", store=False)
    def _compute_rate(self) -> None:
        day = self.env.today()
        for currency in self:
            found = currency._rate_row(day)
            currency.rate = found.rate if found else Decimal(1)
            currency.date = found.name if found else None

    @api.exported
    def round(self, amount: Decimal) -> Decimal:
        """`amount` rounded half up to the smallest unit of this currency."""
        self.ensure_one()
        unit = Decimal(self.rounding)
        return (Decimal(str(amount)) / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit

    def is_zero(self, amount: Decimal) -> bool:
        """Whether `amount` is nothing once it is rounded."""
        return self.round(amount) == 0

    def convert(self, amount: Decimal, to: Currency, day: Date | None = None, *, rounded: bool = True) -> Decimal:
        """`amount` of this currency in the currency `to`, at the rates of `day` (today when None).

        Raises UserError where one of the two has no rate on or before that day and neither is the base currency.
        """
        if not self or not to or self == to:
            return to.round(amount) if rounded and to else amount
        when = day or self.env.today()
        converted = Decimal(amount) * to._rate_on(when) / self._rate_on(when)
        return to.round(converted) if rounded else converted

    def _rate_on(self, day: Date) -> Decimal:
        row = self._rate_row(day)
        if row:
            return Decimal(row.rate)
        if self.base or self == self.env.company.currency_id:
            return Decimal(1)
        raise UserError(
            "There is no rate of {currency} for {day}. Add one under Currencies.", currency=self.name, day=day
        )

    def _rate_row(self, day: Date) -> CurrencyRate:
        """The rate that is valid on `day`; one of the reader's company comes before a shared one."""
        company_id = self.env.company.id
        rows = [
            row for row in self.rate_ids if row.name <= day and (not row.company_id or row.company_id.id == company_id)
        ]
        rows.sort(key=lambda row: (row.name, bool(row.company_id)), reverse=True)
        return rows[0] if rows else self.env[CurrencyRate].browse([])


class CurrencyRate(Model):
    """What one unit of the base currency buys from a day on."""

    _name = "res.currency.rate"
    _description = "Currency Rate"
    _order = "name desc, id"

    name = fields.Date("Date", required=True, index=True)
    rate = fields.Decimal("Rate", digits=(12, 6), required=True, default=Decimal(1))
    currency_id = fields.Many2one(Currency, "Currency", required=True, ondelete="cascade")
    company_id = fields.Many2one(lambda: company.Company, "Company", help="Empty for a rate that all companies share.")

    _unique_day = fields.Unique(
        "currency_id", "name", "company_id", message="This currency has a rate for that day already."
    )
    _positive = fields.Check("rate > 0", "A rate is more than zero.")

    @name.default_from
    def _default_name(self) -> Date:
        return self.env.today()
