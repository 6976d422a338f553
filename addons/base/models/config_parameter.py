"""Settings of one database, by key."""

from __future__ import annotations

from core import Model, api, fields
from core.db import queue, resting


class ConfigParameter(Model):
    """A setting that administrators may change."""

    _name = "ir.config_parameter"
    _description = "System Parameter"
    _order = "key"
    _rec_name = "key"

    key = fields.Char("Key", required=True, index=True)
    value = fields.Text("Value", required=True)

    _unique_key = fields.Unique("key", message="There is a parameter with this key already.")

    @api.exported
    def get_param(self, key: str, default: str | bool = False) -> str | bool:
        """The value of `key`, or `default`. Reading it needs the right to read parameters; addons use `setting`."""
        return self.search([("key", "=", key)], limit=1).value or default

    @api.exported
    def set_param(self, key: str, value: str | bool) -> str | bool:
        """Store `value` under `key` (False deletes it) and return what was there before."""
        parameter = self.search([("key", "=", key)], limit=1)
        before: str | bool = parameter.value or False
        if value is False or value is None:
            parameter.unlink()
        elif parameter:
            parameter.write({"value": str(value)})
        else:
            self.create({"key": key, "value": str(value)})
        return before

    def unlink(self) -> bool:
        """Whoever deletes the mark of a copied database has woken it."""
        woken = resting.KEY in self.mapped("key")
        deleted = super().unlink()
        if woken:
            self.env.flush()
            queue.wake(self.env.tx.connection)
        return deleted

    def setting(self, key: str, default: str = "") -> str:
        """The value of `key` for the addon that owns it, whoever is logged in."""
        with self.env.elevated("read a setting", ConfigParameter) as su_env:
            return su_env[ConfigParameter].search([("key", "=", key)], limit=1).value or default
