"""Banks and the bank accounts of partners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import schwifty
from schwifty.exceptions import SchwiftyException

from addons.base.models import company, country, currency, partner
from core import Domain, Model, api, fields
from core.errors import ValidationError

AccountKind = Literal["bank", "iban"]


class Bank(Model):
    """A bank."""

    _name = "res.bank"
    _description = "Bank"
    _order = "name"

    name = fields.Char("Name", required=True)
    bic = fields.Char("Bank Identifier Code", index=True, help="Also called BIC or SWIFT code.")
    street = fields.Char("Street")
    street2 = fields.Char("Street 2")
    zip = fields.Char("Postal Code")
    city = fields.Char("City")
    state = fields.Many2one(lambda: country.CountryState, "State/Province", domain="[('country_id', '=', country)]")
    country = fields.Many2one(lambda: country.Country, "Country")
    email = fields.Char("Email")
    phone = fields.Char("Phone")
    fax = fields.Char("Fax")
    active = fields.Boolean("Active", default=True)

    @api.constrains("bic")
    def _check_bic(self) -> None:
        for bank in self:
            if bank.bic:
                try:
                    schwifty.BIC(bank.bic)
                except SchwiftyException as error:
                    raise ValidationError(
                        "{bic} is not a bank identifier code. It has 8 or 11 characters, as in CAIXESBBXXX.",
                        fields=["bic"],
                        bic=bank.bic,
                    ) from error

    def _name_domain(self, operator: str, text: str) -> Domain:
        """Banks are looked up by code as well as by name."""
        return (Bank.name.leaf(operator, text)) | (Bank.bic == text.strip().upper())


class PartnerBank(Model):
    """A bank account of a partner."""

    _name = "res.partner.bank"
    _description = "Bank Account"
    _order = "sequence, id"
    _rec_name = "acc_number"

    acc_number = fields.Char("Account Number", required=True, index=True)
    state: fields.Selection[AccountKind] = fields.Selection(
        "Account Type", {"bank": "Bank account", "iban": "IBAN account"}, required=True, default="iban"
    )
    sequence = fields.Integer("Sequence", default=10)
    active = fields.Boolean("Active", default=True)
    partner_id = fields.Many2one(lambda: partner.Partner, "Account Owner", ondelete="cascade", required=True)
    owner_name = fields.Char("Name on the Account", help="Leave it empty where it is the partner's own name.")
    bank = fields.Many2one(Bank, "Bank")
    bank_name = fields.Char("Bank Name")
    bank_bic = fields.Char("Bank Identifier Code", size=11)
    currency_id = fields.Many2one(lambda: currency.Currency, "Currency")
    company_id = fields.Many2one(lambda: company.Company, "Company", ondelete="cascade")
    footer = fields.Boolean("On Reports", help="Print this account at the foot of the company's documents.")

    @acc_number.on_change
    def _onchange_acc_number(self) -> None:
        iban = _iban(self.acc_number) if self.state == "iban" else None
        if iban is None:
            return
        self.acc_number = iban.formatted
        if iban.bic is not None and not self.bank:
            self.bank_bic = str(iban.bic)
            self.bank = self.env[Bank].search([("bic", "=ilike", f"{str(iban.bic)[:8]}%")], limit=1)

    @bank.on_change
    def _onchange_bank(self) -> None:
        if self.bank:
            self.bank_name = self.bank.name
            self.bank_bic = self.bank.bic

    @api.constrains("acc_number", "state")
    def _check_iban(self) -> None:
        for account in self:
            if account.state == "iban" and _iban(account.acc_number) is None:
                raise ValidationError(
                    "{number} is not a valid IBAN: its check digits or its length are wrong.",
                    fields=["acc_number"],
                    number=account.acc_number,
                )

    def create(self, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Self:
        """Store an IBAN in its printed form, in groups of four, with the code of its bank."""
        rows = [values] if isinstance(values, Mapping) else values
        return super().create([_with_iban(row) for row in rows])

    def write(self, values: Mapping[str, Any]) -> bool:
        """Store an IBAN in its printed form."""
        if all(account.state == "iban" for account in self):
            values = _with_iban(values)
        return super().write(values)


def _with_iban(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of an account, with its number as IBANs are printed, and the code of its bank."""
    if values.get("state", "iban") != "iban" or not values.get("acc_number"):
        return values
    iban = _iban(str(values["acc_number"]))
    if iban is None:
        return values
    known = {"bank_bic": str(iban.bic)} if iban.bic is not None else {}
    return {**known, **values, "acc_number": iban.formatted}


def _iban(number: str) -> schwifty.IBAN | None:
    """The IBAN in `number`, or None where it is not one."""
    try:
        return schwifty.IBAN(number)
    except SchwiftyException:
        return None
