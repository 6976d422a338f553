"""Languages and how they write dates and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from babel import Locale, UnknownLocaleError

from core import Model, api, fields
from core.errors import UserError, ValidationError

Direction = Literal["ltr", "rtl"]


class Lang(Model):
    """A language that users may work in."""

    _name = "res.lang"
    _description = "Language"
    _order = "active desc, name"

    name = fields.Char("Name", required=True)
    code = fields.Char("Locale Code", size=16, required=True, index=True, help="As in es_ES.")
    iso_code = fields.Char("ISO Code", size=16, help="The name of the catalogue files, as in es.")
    active = fields.Boolean("Active", default=True)
    translatable = fields.Boolean("Translatable", default=True)
    direction: fields.Selection[Direction] = fields.Selection(
        "Direction", {"ltr": "Left to right", "rtl": "Right to left"}, required=True, default="ltr"
    )
    date_format = fields.Char("Date Format", required=True, default="%m/%d/%Y")
    time_format = fields.Char("Time Format", required=True, default="%H:%M:%S")
    grouping = fields.Char("Digit Groups", required=True, default="[3,0]")
    decimal_point = fields.Char("Decimal Separator", required=True, default=".")
    thousands_sep = fields.Char("Thousands Separator", default=",")

    _unique_code = fields.Unique("code", message="This language exists already.")

    @api.constrains("code")
    def _check_code(self) -> None:
        for lang in self:
            try:
                Locale.parse(lang.code)
            except (UnknownLocaleError, ValueError) as error:
                raise ValidationError(
                    "{code} is not the code of a language. It looks like es_ES.", fields=["code"], code=lang.code
                ) from error

    def write(self, values: Mapping[str, Any]) -> bool:
        """English is what everything is translated from, and stays active."""
        if values.get("active") is False and any(lang.code == "en_US" for lang in self):
            raise UserError("English cannot be switched off: the other languages are translated from it.")
        return super().write(values)

    def unlink(self) -> bool:
        """A language that somebody uses stays."""
        for lang in self:
            if lang.code == "en_US":
                raise UserError("English cannot be deleted: the other languages are translated from it.")
            if self.env["res.partner"].search_count([("lang", "=", lang.code)]):
                raise UserError("{lang} is in use by partners or users. Deactivate it instead.", lang=lang.name)
        return super().unlink()


def active_languages(record: Model) -> dict[str, str]:
    """Code and name of each active language, for selections; kept for those who only read."""
    env = record.env
    kept: dict[str, dict[str, str]] = {} if env.tx.write else env.tx.caches.setdefault("active languages", {})
    if env.lang not in kept:
        kept[env.lang] = {lang.code: lang.name for lang in env[Lang].search([])}
    return kept[env.lang]
