"""Translations that an administrator has changed by hand."""

from __future__ import annotations

from typing import Literal

from addons.base.models.lang import active_languages
from core import Model, fields

Kind = Literal["code", "view", "model", "selection", "report"]
State = Literal["to_translate", "translated"]


class Translation(Model):
    """The translation of one text, in place of the one in the addon's catalogue."""

    _name = "ir.translation"
    _description = "Translation"
    _order = "lang, src, id"
    _rec_name = "src"

    name = fields.Char("Place", index=True, help="Where the text stands: model,field or the name of a view.")
    res_id = fields.Integer("Record ID", index=True)
    lang: fields.Selection[str] = fields.Selection("Language", active_languages, required=True)
    type: fields.Selection[Kind] = fields.Selection(
        "Type",
        {
            "code": "Message",
            "view": "View",
            "model": "Value of a record",
            "selection": "Choice",
            "report": "Report",
        },
        required=True,
        default="code",
    )
    src = fields.Text("Source", required=True)
    value = fields.Text("Translation")
    module = fields.Char("Addon", index=True)
    state: fields.Selection[State] = fields.Selection(
        "Status", {"to_translate": "To translate", "translated": "Translated"}, default="translated"
    )
