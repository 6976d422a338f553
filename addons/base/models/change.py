"""The log of changes: who changed what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addons.base.models import user
from core import Model, fields
from core.errors import AccessError


class Change(Model):
    """One changed value of one record. Rows are added and never altered."""

    _name = "ir.change"
    _description = "Change"
    _order = "id desc"
    _rec_name = "field"

    model = fields.Char("Model", required=True, index=True)
    res_id = fields.Integer("Record ID", required=True, index=True)
    field = fields.Char("Field", required=True)
    field_label = fields.Char("Field Label", readonly=True)
    old = fields.Text("Before")
    new = fields.Text("After")
    old_link = fields.Char("Record Before", help="model,id of the record that a link led to.")
    new_link = fields.Char("Record After", help="model,id of the record that a link leads to.")
    user_id = fields.Many2one(lambda: user.User, "User", ondelete="restrict")
    date = fields.Datetime("Date", required=True, index=True)

    @field_label.compute("model", "field", store=False)
    def _compute_field_label(self) -> None:
        models = self.env.registry.models
        for change in self:
            known = models[change.model].fields if change.model in models else {}
            label = known[change.field].describe(self.env)["string"] if change.field in known else change.field
            change.field_label = label

    @user_id.default_from
    def _default_user_id(self) -> int:
        return self.env.uid

    @date.default_from
    def _default_date(self) -> Any:
        return self.env.now()

    def write(self, values: Mapping[str, Any]) -> bool:
        """The log is not altered."""
        raise AccessError("The log of changes is not altered.", model=self._name, operation="write")

    def unlink(self) -> bool:
        """The log is not shortened, except by the superuser who clears old rows."""
        if self.env.uid != self.env.registry.superuser_id:
            raise AccessError("The log of changes is not altered.", model=self._name, operation="unlink")
        return super().unlink()
