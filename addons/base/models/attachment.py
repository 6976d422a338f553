"""Attachments: files, and links to files elsewhere, of any record."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from addons.base.models import company
from core import Domain, Model, fields
from core.errors import AccessError, MissingError, ValidationError
from core.security.owned import owned

Kind = Literal["binary", "url"]


class Attachment(Model):
    """A file. Who may read the record it belongs to may read it; who may change the record may change it."""

    _name = "ir.attachment"
    _description = "Attachment"
    _order = "id desc"

    name = fields.Char("Name", required=True, index=True)
    datas_fname = fields.Char("File Name")
    description = fields.Text("Description")
    type: fields.Selection[Kind] = fields.Selection(
        "Type", {"binary": "File", "url": "URL"}, required=True, default="binary"
    )
    datas = fields.Binary("File")
    url = fields.Char("URL")
    mimetype = fields.Char("Media Type", readonly=True)
    file_size = fields.Integer("Size", readonly=True)
    res_model = fields.Char("Model", readonly=True, index=True)
    res_id = fields.Integer("Record ID", readonly=True, index=True)
    res_field = fields.Char("Field", readonly=True)
    res_name = fields.Char("Belongs to", readonly=True)
    company_id = fields.Many2one(lambda: company.Company, "Company")

    @res_name.compute("res_model", "res_id", store=False)
    def _compute_res_name(self) -> None:
        for attachment in self:
            record = attachment.owner()
            attachment.res_name = record.display_name if record else ""

    @company_id.default_from
    def _default_company_id(self) -> Any:
        return self.env.company

    def owner(self) -> Model:
        """The record that the file belongs to; empty where there is none or the reader may not see it."""
        self.ensure_one()
        if not self.res_id or self.res_model not in self.env.registry.models:
            return self.env.nothing  # type: ignore[no-any-return]  # a set of no model
        try:
            return self.env[self.res_model].browse(self.res_id).exists()
        except AccessError:
            return self.env.nothing  # type: ignore[no-any-return]  # as above

    def create(self, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Self:
        """Attach files to records that the user may change."""
        rows = [values] if isinstance(values, Mapping) else values
        for row in rows:
            self._check_owner(str(row.get("res_model") or ""), int(row.get("res_id") or 0))
        return super().create([_described(row) for row in rows])

    def write(self, values: Mapping[str, Any]) -> bool:
        """A file that moves to another record needs the right to change both."""
        for attachment in self:
            attachment._check_owner(attachment.res_model, attachment.res_id)
        if {"res_model", "res_id"} & values.keys():
            for attachment in self:
                model = str(values.get("res_model", attachment.res_model) or "")
                self._check_owner(model, int(values.get("res_id", attachment.res_id) or 0))
        return super().write(_described(values))

    def unlink(self) -> bool:
        """Deleting a file changes the record it belongs to."""
        for attachment in self:
            attachment._check_owner(attachment.res_model, attachment.res_id)
        return super().unlink()

    def _rule_domain(self, operation: str) -> Domain:
        """Files whose record the user may read (or write, for anything else), and their own that belong to none."""
        needed = "read" if operation == "read" else "write"
        loose = Attachment.res_model.is_empty_() | (Attachment.res_id == 0)
        mine = (Attachment.create_uid == self.env.uid) & loose
        return mine | owned(self.env, needed, "res_model", "res_id", ("ir.model.data", self._name), "res_field")

    def _check_owner(self, model: str, record_id: int) -> None:
        """Raise AccessError unless the user may change the record that a file belongs to."""
        if not model or self.env.is_super(self._name):
            return
        if model not in self.env.registry.models:
            raise ValidationError("There is no model {model} to attach a file to.", fields=["res_model"], model=model)
        self.env.check(model, "write")
        if not record_id:
            return
        record = self.env[model].browse(record_id).exists()
        if not record:
            raise MissingError("The record that the file belongs to does not exist.")
        record.check_access("write")


def _described(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a file with what can be told of it: media type and size."""
    described = dict(values)
    name = str(values.get("datas_fname") or values.get("name") or "")
    if name and "mimetype" not in values and ("datas" in values or "datas_fname" in values):
        described["mimetype"] = mimetypes.guess_type(name)[0] or "application/octet-stream"
    data = values.get("datas")
    if isinstance(data, bytes):
        described["file_size"] = len(data)
    elif isinstance(data, str):
        text = "".join(data.split())
        described["file_size"] = len(text) * 3 // 4 - text[-2:].count("=")
    elif "datas" in values:
        described["file_size"] = 0
    return described
