"""Default values that users and administrators set."""

from __future__ import annotations

from typing import Any

from addons.base.models import company, model_field, user
from core import Model, api, fields


class Default(Model):
    """A value that new records start with, for one user, one company or everybody."""

    _name = "ir.default"
    _description = "Default Value"
    _order = "id"
    _rec_name = "field_id"

    field_id = fields.Many2one(lambda: model_field.ModelField, "Field", required=True, ondelete="cascade")
    user_id = fields.Many2one(lambda: user.User, "User", ondelete="cascade", help="Empty for all users.")
    company_id = fields.Many2one(
        lambda: company.Company, "Company", ondelete="cascade", help="Empty for all companies."
    )
    condition = fields.Char("Condition")
    json_value = fields.Json("Value", required=True)

    @api.exported
    def set(
        self, model: str, field: str, value: Any, user_id: int | bool = False, company_id: int | bool = False
    ) -> bool:
        """Make `value` the default of a field; True as user or company means the calling one."""
        owner = self.env.uid if user_id is True else user_id
        where = self.env.company.id if company_id is True else company_id
        field_id = self._field(model, field).id
        same = [("field_id", "=", field_id), ("user_id", "=", owner), ("company_id", "=", where)]
        found = self.search(same, limit=1)
        if found:
            found.write({"json_value": value})
        else:
            self.create({"field_id": field_id, "user_id": owner, "company_id": where, "json_value": value})
        return True

    @api.exported
    def get_model_defaults(self, model: str) -> dict[str, Any]:
        """Field name to value for the calling user; the user's own come first, then the company's."""
        found = self.search(
            [
                ("field_id.model", "=", model),
                ("user_id", "in", [self.env.uid, False]),
                ("company_id", "in", [self.env.company.id, False]),
                ("condition", "=", False),
            ]
        )
        defaults: dict[str, Any] = {}
        for row in found.sorted(lambda row: (bool(row.user_id), bool(row.company_id))):
            defaults[row.field_id.name] = row.json_value
        return defaults

    def _field(self, model: str, name: str) -> model_field.ModelField:
        self.env.registry[model].field(name)
        with self.env.elevated("look a field up", model_field.ModelField) as su_env:
            return su_env[model_field.ModelField].search([("model", "=", model), ("name", "=", name)], limit=1)
