"""Countries, what else they are called, and their states or provinces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from addons.base.models import currency
from core import Domain, Model, fields
from core.kernel.text import fold, literal
from core.orm.domain import Leaf, disjunction


class Country(Model):
    """A country."""

    _name = "res.country"
    _description = "Country"
    _order = "name"
    _other_names = ("code", "code3", "alias_ids.name")

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
    alias_ids = fields.One2many(
        lambda: CountryAlias, "country_id", "Other Names", help="What else people and files call the country."
    )

    _unique_code = fields.Unique("code", message="Another country has this code already.")

    def name_search(
        self,
        name: str = "",
        args: Domain | Sequence[Any] | None = None,
        operator: str = "ilike",
        limit: int | None = 100,
    ) -> list[tuple[int, str]]:
        """Find countries by name, other name or code; one that is called just so comes first."""
        found = super().name_search(name, args, operator, limit)
        if not name or operator not in ("=", "ilike", "=ilike"):
            return found
        exact = disjunction([Leaf(path, "=ilike", literal(name.strip())) for path in ("name", *self._other_names)])
        first = self.search(exact & Domain.parse(args or ()), limit=limit).name_get()
        return [*first, *(one for one in found if one not in first)][:limit]

    def _suggest_names(self, texts: Sequence[str], known: Mapping[str, int]) -> dict[str, int]:
        """`Houston, Texas` ends in a state, `London, UK` in a name of a country; Georgia is both, and left open."""
        states: dict[str, set[int]] = {}
        for state in self.env[CountryState].search([]):
            states.setdefault(fold(state.name), set()).add(state.country_id.id)
        short = {fold(alias.name): alias.country_id.id for alias in self.env[CountryAlias].search([])}
        found: dict[str, int] = {}
        for text in texts:
            ending = fold(text.rpartition(",")[2].strip())
            if ending in states:
                alone = len(states[ending]) == 1 and ending not in known
                found[text] = next(iter(states[ending])) if alone else 0
            elif ending in short:
                found[text] = short[ending]
        return found

    def create(self, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Self:
        """Codes are upper case."""
        rows = [values] if isinstance(values, Mapping) else values
        return super().create([_upper(row) for row in rows])

    def write(self, values: Mapping[str, Any]) -> bool:
        """Codes are upper case."""
        return super().write(_upper(values))


class CountryAlias(Model):
    """Another name of a country: official, short, former, in its own language."""

    _name = "res.country.alias"
    _description = "Other Name of a Country"
    _order = "name, id"

    name = fields.Char("Name", required=True, index=True)
    country_id = fields.Many2one(Country, "Country", required=True, ondelete="cascade", index=True)

    _unique_name = fields.Unique("name", message="Another country has this name already.")


class CountryState(Model):
    """A state, province or region of a country."""

    _name = "res.country.state"
    _description = "State/Province"
    _order = "country_id, name, id"
    _other_names = ("code",)

    name = fields.Char("State/Province", required=True)
    code = fields.Char("Code", size=3, required=True)
    country_id = fields.Many2one(Country, "Country", required=True, ondelete="cascade")

    _unique_code = fields.Unique(
        "country_id", "code", message="Another state of the same country has this code already."
    )


def _upper(values: Mapping[str, Any]) -> dict[str, Any]:
    codes = {name: str(values[name]).upper() for name in ("code", "code3") if values.get(name)}
    return {**values, **codes}
