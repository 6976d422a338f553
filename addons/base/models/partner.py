"""Partners: companies, people and addresses, the one address book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from email.utils import parseaddr
from typing import Any, Literal, Self

from addons.base.addresses import ADDRESS_FIELDS, address_text
from addons.base.identifiers import checked_vat, compact_vat, formatted_phone, phone_problem
from addons.base.identity import check_identity, check_removable
from addons.base.models import bank, company, country, currency, lang, partner_category, partner_title, user
from addons.base.timezones import time_zones
from core import Domain, Model, api, fields
from core.errors import ValidationError

AddressKind = Literal["default", "contact", "invoice", "delivery", "other"]

PHONE_FIELDS = ("phone", "mobile", "fax")


class Partner(Model):
    """A company, a person, or one of their addresses."""

    _name = "res.partner"
    _description = "Partner"
    _order = "name, id"
    _parent_name = "parent_id"

    name = fields.Char("Name", required=True, index=True, fold=True)
    date = fields.Date("Date", help="The day the relation began.")
    title = fields.Many2one(lambda: partner_title.PartnerTitle, "Form of Address")
    is_company = fields.Boolean("Is a Company", help="A company with contacts and addresses, rather than one person.")
    parent_id = fields.Many2one(lambda: Partner, "Related Company", index=True)
    child_ids = fields.One2many(lambda: Partner, "parent_id", "Contacts and Addresses")
    commercial_partner_id = fields.Many2one(
        lambda: Partner,
        "Commercial Entity",
        readonly=True,
        help="The company that signs: the nearest company above, or the partner itself.",
    )
    ref = fields.Char("Reference", index=True, copy=False)
    lang: fields.Selection[str] = fields.Selection(
        "Language", lang.active_languages, help="Documents for this partner are written in it."
    )
    tz: fields.Selection[str] = fields.Selection("Time Zone", time_zones)
    user_id = fields.Many2one(lambda: user.User, "Salesperson", help="Who looks after this partner.")
    vat = fields.Char("Tax ID", index=True, help="With the letters of the country in front, as in ESB12345674.")
    bank_ids = fields.One2many(lambda: bank.PartnerBank, "partner_id", "Bank Accounts")
    website = fields.Char("Website")
    comment = fields.Text("Notes")
    category_id = fields.Many2many(
        lambda: partner_category.PartnerCategory,
        "Tags",
        relation="res_partner_res_partner_category_rel",
        column1="partner_id",
        column2="category_id",
    )
    credit_limit = fields.Monetary("Credit Limit", currency="company_currency_id")
    company_currency_id = fields.Many2one(lambda: currency.Currency, "Company Currency", readonly=True)
    ean13 = fields.Char("EAN13", size=13)
    active = fields.Boolean("Active", default=True)
    customer = fields.Boolean("Customer", default=True)
    supplier = fields.Boolean("Supplier")
    employee = fields.Boolean("Employee")
    function = fields.Char("Job Position")
    type: fields.Selection[AddressKind] = fields.Selection(
        "Address Type",
        {
            "default": "Default",
            "contact": "Contact",
            "invoice": "Invoice",
            "delivery": "Delivery",
            "other": "Other",
        },
        default="contact",
        help="Orders and invoices look for the address of the right type by themselves.",
    )
    use_parent_address = fields.Boolean("Use the Company's Address", help="Keep the address equal to the company's.")
    street = fields.Char("Street")
    street2 = fields.Char("Street 2")
    zip = fields.Char("Postal Code", size=24)
    city = fields.Char("City")
    state_id = fields.Many2one(
        lambda: country.CountryState, "State/Province", domain="[('country_id', '=?', country_id)]"
    )
    country_id = fields.Many2one(lambda: country.Country, "Country")
    email = fields.Char("Email", index=True)
    phone = fields.Char("Phone")
    mobile = fields.Char("Mobile")
    fax = fields.Char("Fax")
    birthdate = fields.Char("Birth Date")
    image = fields.Image("Photo or Logo")
    color = fields.Integer("Colour")
    company_id = fields.Many2one(
        lambda: company.Company, "Company", index=True, help="Empty: every company of this database sees the partner."
    )
    user_ids = fields.One2many(lambda: user.User, "partner_id", "Users")
    contact_address = fields.Text("Complete Address", readonly=True)

    @commercial_partner_id.compute("is_company", "parent_id.commercial_partner_id", store=True)
    def _compute_commercial_partner_id(self) -> None:
        for partner in self:
            above = partner.parent_id
            partner.commercial_partner_id = partner if partner.is_company or not above else above.commercial_partner_id

    @company_currency_id.compute("company_id.currency_id", store=False)
    def _compute_company_currency_id(self) -> None:
        for partner in self:
            partner.company_currency_id = (partner.company_id or self.env.company).currency_id

    @contact_address.compute(*ADDRESS_FIELDS, "country_id.address_format", "state_id.name", store=False)
    def _compute_contact_address(self) -> None:
        for partner in self:
            partner.contact_address = address_text(partner)

    @use_parent_address.on_change
    def _onchange_use_parent_address(self) -> None:
        if self.use_parent_address and self.parent_id:
            for name in ADDRESS_FIELDS:
                setattr(self, name, getattr(self.parent_id, name))

    @parent_id.on_change
    def _onchange_parent_id(self) -> None:
        self._onchange_use_parent_address()

    @state_id.on_change
    def _onchange_state_id(self) -> None:
        if self.state_id:
            self.country_id = self.state_id.country_id

    @country_id.on_change
    def _onchange_country_id(self) -> None:
        if self.country_id and self.state_id and self.state_id.country_id != self.country_id:
            self.state_id = self.env[country.CountryState].browse([])

    @api.on_change("phone", "mobile", "fax")
    def _onchange_phone(self) -> None:
        for name in PHONE_FIELDS:
            if getattr(self, name):
                setattr(self, name, formatted_phone(getattr(self, name), self._region()))

    @api.constrains("vat", "country_id")
    def _check_vat(self) -> None:
        for partner in self:
            if partner.vat and not checked_vat(partner.vat, partner._region()):
                raise ValidationError(
                    "The tax ID {vat} of {partner} is not valid: its check digits do not fit. "
                    "Write it with the letters of the country in front, as in ESB12345674.",
                    fields=["vat"],
                    vat=partner.vat,
                    partner=partner.name,
                )

    @api.constrains("phone", "mobile", "fax", "country_id")
    def _check_phone(self) -> None:
        for partner in self:
            for name in PHONE_FIELDS:
                number = getattr(partner, name)
                if number and phone_problem(number, partner._region()):
                    raise ValidationError(
                        "{number} cannot be a telephone number of {partner}. Outside your own country, "
                        "begin with + and the calling code.",
                        fields=[name],
                        number=number,
                        partner=partner.name,
                    )

    def create(self, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Self:
        """Take over the commercial data of the company above, and hand addresses down."""
        rows = [values] if isinstance(values, Mapping) else values
        partners = super().create([_cleaned(row) for row in rows])
        partners._follow_parent()
        return partners

    def write(self, values: Mapping[str, Any]) -> bool:
        """Keep the contacts of a company in step with it."""
        values = _cleaned(values)
        check_identity(self, values)
        done = super().write(values)
        if {"parent_id", "is_company", "use_parent_address"} & values.keys():
            self._follow_parent()
        self._lead_children(values)
        return done

    def unlink(self) -> bool:
        """Leave the contacts of a deleted company loose; a partner that is a user or one of our companies stays."""
        check_removable(self)
        return super().unlink()

    def _compute_display_name(self) -> None:
        """A contact is named with its company: `Acme, Ana Ruiz`."""
        for partner in self:
            above = partner.parent_id.readable()
            inside = above and not partner.is_company
            partner.display_name = f"{above.name}, {partner.name}" if inside else partner.name

    def name_get(self) -> list[tuple[int, str]]:
        """The names, with the address or the e-mail where the context has `show_address` or `show_email`."""
        named = []
        for partner in self:
            name = partner.display_name
            if self.env.context.get("show_address"):
                name = f"{name}\n{partner.contact_address}"
            if self.env.context.get("show_email") and partner.email:
                name = f"{name} <{partner.email}>"
            named.append((partner.id, name))
        return named

    def _name_domain(self, operator: str, text: str) -> Domain:
        """Partners are looked up by name, reference, e-mail, tax ID and the name of their company."""
        found = (
            Partner.name.leaf(operator, text)
            | (Partner.ref == text)
            | Partner.email.leaf(operator, text)
            | Partner.parent_id.any([("name", operator, text)])
        )
        vat = compact_vat(text)
        if vat:
            found = found | (Partner.vat == vat)
        above, comma, last = text.rpartition(", ")
        if comma:  # as the display name writes a contact
            found = found | (Partner.name.leaf(operator, last) & Partner.parent_id.any([("name", operator, above)]))
        return found

    def name_create(self, name: str) -> tuple[int, str]:
        """Make a partner of `Ana Ruiz <ana@example.com>`, or of a bare name or address."""
        person, email = parseaddr(name)
        if "@" not in email:
            person, email = name.strip(), ""
        if not person:
            person = email
        if not person:
            raise ValidationError("Write at least a name or an e-mail address.", fields=["name"])
        partner = self.create({"name": person, "email": email})
        return partner.id, partner.display_name

    @api.exported
    def address_get(self, types: list[str] | None = None) -> dict[str, int]:
        """The id of the address of each type (`invoice`, `delivery`, …): the nearest below the commercial entity."""
        self.ensure_one()
        found: dict[str, int] = {}
        for partner in self | self.commercial_partner_id.readable():
            for child in (partner, *partner.child_ids):
                found.setdefault(child.type or "contact", child.id)
        fallback = found.get("default", self.id)
        return {kind: found.get(kind, fallback) for kind in (*(types or []), "default")}

    def _commercial_fields(self) -> tuple[str, ...]:
        """Fields that belong to the commercial entity and are equal in all its contacts; addons add theirs."""
        return ("vat", "credit_limit")

    def _follow_parent(self) -> None:
        """Copy from the company above: its commercial data and, where the partner says so, its address."""
        changes: dict[int, dict[str, Any]] = {}
        for partner in self.filtered("parent_id"):
            above = partner.parent_id.readable()
            found: dict[str, Any] = {}
            if not above:
                continue
            if not partner.is_company:
                found |= _different(partner, partner.commercial_partner_id, self._commercial_fields())
            if partner.use_parent_address:
                found |= _different(partner, above, ADDRESS_FIELDS)
            changes[partner.id] = found
        self._write_alike(changes)

    def _lead_children(self, values: Mapping[str, Any]) -> None:
        """Hand changed commercial data and addresses to the contacts below."""
        commercial = [name for name in self._commercial_fields() if name in values]
        address = [name for name in ADDRESS_FIELDS if name in values]
        if not commercial and not address:
            return
        changes: dict[int, dict[str, Any]] = {}
        for child in self.child_ids:
            found: dict[str, Any] = {}
            if commercial and not child.is_company:
                found |= _different(child, child.parent_id, commercial)
            if address and child.use_parent_address:
                found |= _different(child, child.parent_id, address)
            changes[child.id] = found
        self._write_alike(changes)

    def _write_alike(self, changes: Mapping[int, Mapping[str, Any]]) -> None:
        """Write values by id, all records with equal ones at once."""
        alike: dict[tuple[tuple[str, Any], ...], list[int]] = {}
        for partner_id, values in changes.items():
            if values:
                alike.setdefault(tuple(sorted(values.items())), []).append(partner_id)
        for pairs, ids in alike.items():
            self.browse(ids).write(dict(pairs))

    def _region(self) -> str:
        """The country whose rules hold for numbers without a country of their own."""
        return self.country_id.code or self.commercial_partner_id.readable().country_id.code or ""


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with the tax ID and the e-mail as they are kept."""
    cleaned = dict(values)
    if cleaned.get("vat"):
        cleaned["vat"] = compact_vat(str(cleaned["vat"]))
    if cleaned.get("email"):
        cleaned["email"] = str(cleaned["email"]).strip()
    return cleaned


def _different(record: Partner, source: Partner, names: Iterable[str]) -> dict[str, Any]:
    """The values of `source` that `record` does not have yet, ready to be written."""
    changes: dict[str, Any] = {}
    for name in names:
        value = getattr(source, name)
        if getattr(record, name) != value:
            changes[name] = value.id or False if isinstance(value, Model) else value
    return changes
