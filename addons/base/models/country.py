"""Countries and their states or provinces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from addons.base.models import currency
from core import Domain, Model, fields


class Country(Model):
    """A country."""

    _name = "res.country"
    _description = "Country"
    _order = "name"

    name = fields.Char("Country Name", required=True, translate=True)
    code = fields.Char("Country Code", size=2, required=True, index=True, help="The two letters of ISO 3166.")
    code3 = fields.Char("Three-letter Code", size=3, help="The three letters of ISO 3166.")
    phone_code = fields.Integer("Calling Code")
    currency_id = fields.Many2one(lambda: currency.Currency, "Currency")
    address_format = fields.Text(
        "Layout of Addresses",
        default="%(street)s\n%(street2)s\n%(zip)s %(city)s %(state_name)s\n%(country_name)s",
        help="Lines with %(street)s, %(street2)s, %(zip)s, %(city)s, %(state_name)s, %(state_code)s, "
        "%(country_name)s and %(country_code)s. A line that stays empty is left out.",
    )
    state_ids = fields.One2many(lambda: CountryState, "country_id", "States/Provinces")

    _unique_code = fields.Unique("code", message="Another country has this code already.")

    def name_search(
        self,
        name: str = "",
        args: Domain | Sequence[Any] | None = None,
        operator: str = "ilike",
        limit: int | None = 100,
    ) -> list[tuple[int, str]]:
        """Find a country by its code of two or three letters first, then by name."""
        code = name.strip().upper()
        if len(code) in (2, 3) and operator in ("=", "ilike", "=ilike"):
            domain = ((Country.code == code) | (Country.code3 == code)) & Domain.parse(args or ())
            found = self.search(domain, limit=limit)
            if found:
                return found.name_get()
        return super().name_search(name, args, operator, limit)

    def create(self, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Self:
        """Codes are upper case."""
        rows = [values] if isinstance(values, Mapping) else values
        return super().create([_upper(row) for row in rows])

    def write(self, values: Mapping[str, Any]) -> bool:
        """Codes are upper case."""
        return super().write(_upper(values))


class CountryState(Model):
    """A state, province or region of a country."""

    _name = "res.country.state"
    _description = "State/Province"
    _order = "country_id, name, id"

    name = fields.Char("State/Province", required=True)
    code = fields.Char("Code", size=3, required=True)
    country_id = fields.Many2one(Country, "Country", required=True, ondelete="cascade")

    _unique_code = fields.Unique(
        "country_id", "code", message="Another state of the same country has this code already."
    )


def _upper(values: Mapping[str, Any]) -> dict[str, Any]:
    codes = {name: str(values[name]).upper() for name in ("code", "code3") if values.get(name)}
    return {**values, **codes}
