"""Companies of this database, as a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from addons.base.models import currency, partner, user
from core import Model, fields
from core.errors import UserError

PaperFormat = Literal["a4", "us_letter"]

# Fields of the company's own partner that its form shows as its own.
PARTNER_FIELDS = (
    "street",
    "street2",
    "zip",
    "city",
    "state_id",
    "country_id",
    "email",
    "phone",
    "fax",
    "website",
    "vat",
)


class Company(Model):
    """A company whose books and customers this database keeps. Its address is that of its partner."""

    _name = "res.company"
    _description = "Company"
    _order = "name"
    _parent_name = "parent_id"

    name = fields.Char("Company Name", required=True)
    partner_id = fields.Many2one(lambda: partner.Partner, "Partner", required=True, ondelete="restrict")
    parent_id = fields.Many2one(lambda: Company, "Parent Company", index=True, ondelete="restrict")
    child_ids = fields.One2many(lambda: Company, "parent_id", "Child Companies")
    currency_id = fields.Many2one(lambda: currency.Currency, "Currency", required=True, ondelete="restrict")
    user_ids = fields.Many2many(
        lambda: user.User, "Accepted Users", relation="res_company_users_rel", column1="cid", column2="user_id"
    )
    logo = fields.Related("partner_id.image", string="Logo", readonly=False)
    street = fields.Related("partner_id.street", string="Street", readonly=False)
    street2 = fields.Related("partner_id.street2", string="Street 2", readonly=False)
    zip = fields.Related("partner_id.zip", string="Postal Code", readonly=False)
    city = fields.Related("partner_id.city", string="City", readonly=False)
    state_id = fields.Related("partner_id.state_id", string="State/Province", readonly=False)
    country_id = fields.Related("partner_id.country_id", string="Country", readonly=False)
    email = fields.Related("partner_id.email", string="Email", readonly=False)
    phone = fields.Related("partner_id.phone", string="Phone", readonly=False)
    fax = fields.Related("partner_id.fax", string="Fax", readonly=False)
    website = fields.Related("partner_id.website", string="Website", readonly=False)
    vat = fields.Related("partner_id.vat", string="Tax ID", readonly=False)
    company_registry = fields.Char("Company Registry", help="As it must stand on letters and invoices.")
    report_header = fields.Char(
        "Slogan", oldname="rml_header1", help="One line that printed documents show beside the logo."
    )
    report_footer = fields.Text(
        "Report Footer", oldname="rml_footer", help="Lines at the foot of each page, such as the company registry."
    )
    paper_format: fields.Selection[PaperFormat] = fields.Selection(
        "Paper Format", {"a4": "A4", "us_letter": "US Letter"}, required=True, default="a4"
    )

    _unique_name = fields.Unique("name", message="A company with this name exists already.")
    _unique_partner = fields.Unique("partner_id", message="This partner is another company's already.")

    @currency_id.default_from
    def _default_currency_id(self) -> Any:
        return self.env.ref("base.EUR")

    def create(self, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Self:
        """Make the company's partner with it, unless one is given, and let its creator work in it."""
        rows = [dict(row) for row in ([values] if isinstance(values, Mapping) else values)]
        for row in rows:
            if not row.get("partner_id"):
                made = {"name": row.get("name", ""), "is_company": True, "customer": False}
                row["partner_id"] = self.env[partner.Partner].create(made).id
        companies = super().create(rows)
        if self.env.uid != self.env.registry.superuser_id:
            self.env.user.write({"company_ids": [(4, company.id) for company in companies]})
        return companies

    def write(self, values: Mapping[str, Any]) -> bool:
        """The partner carries the company's name."""
        done = super().write(values)
        if "name" in values:
            for company in self:
                if company.partner_id.name != company.name:
                    company.partner_id.write({"name": company.name})
        return done

    def unlink(self) -> bool:
        """The main company stays: partners, users and settings lean on it."""
        if self.env.ref("base.main_company") in self:
            raise UserError("The main company cannot be deleted. Rename it instead.")
        return super().unlink()
