"""Attachments: files, and links to files elsewhere, of any record."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from addons.base.models import company
from core import Domain, Model, fields
from core.errors import AccessError, MissingError, ValidationError

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
        env, needed = self.env, "read" if operation == "read" else "write"
        with env.elevated("find the models that files belong to", Attachment) as su_env:
            everything = su_env[Attachment].with_context(active_test=False)
            models = [model for (model,) in everything.grouped([("res_model", "!=", False)], ["res_model"])]
        allowed = Attachment.create_uid == env.uid
        allowed = allowed & (Attachment.res_model.is_empty_() | (Attachment.res_id == 0))
        for model in models:
            rule = self._rule_of(model, needed)
            if rule is None:
                continue
            domain = Attachment.res_model == model
            if rule.as_list():
                owned = [one for (one,) in everything.grouped(domain.as_list(), ["res_id"])]
                records = env[model].with_context(active_test=False)
                domain = domain & Attachment.res_id.in_(records.search(Domain.parse([("id", "in", owned)]) & rule).ids)
            allowed = allowed | domain
        return allowed

    def _rule_of(self, model: str, operation: str) -> Domain | None:
        """The condition on the records of a model that files belong to; None where the user may not meet any."""
        if model not in self.env.registry.models:
            return None
        if self.env.is_super(model):
            return Domain.parse([])
        try:
            self.env.gate.check_model(model, operation)
        except AccessError:
            return None
        return self.env.gate.rule_domain(model, operation)

    def _check_owner(self, model: str, record_id: int) -> None:
        """Raise AccessError unless the user may change the record that a file belongs to."""
        if not model or self.env.is_super(self._name):
            return
        if model not in self.env.registry.models:
            raise ValidationError("There is no model {model} to attach a file to.", fields=["res_model"], model=model)
        self.env.gate.check_model(model, "write")
        if not record_id:
            return
        record = self.env[model].browse(record_id).exists()
        if not record:
            raise MissingError("The record that the file belongs to does not exist.")
        domain = Domain.parse([("id", "=", record_id)]) & self.env.gate.rule_domain(model, "write")
        if not self.env[model].with_context(active_test=False).search_count(domain):
            raise self.env.gate.refuse_records(model, "write", [record_id])


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
