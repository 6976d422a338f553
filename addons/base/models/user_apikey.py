"""API keys: what programs log in with in place of a password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from addons.base.models import user
from core import Model, api, fields
from core.errors import AccessError
from core.security.accounts import new_key


class ApiKey(Model):
    """A key that opens what its user may open. Only its hash is stored, so it is shown once."""

    _name = "res.users.apikeys"
    _description = "API Key"
    _order = "id desc"

    name = fields.Char("Description", required=True, readonly=True)
    user_id = fields.Many2one(lambda: user.User, "User", required=True, ondelete="cascade", readonly=True)
    key_prefix = fields.Char("First Characters", required=True, readonly=True, index=True)
    key_hash = fields.Char("Key Hash", required=True, groups=".", copy=False)
    expires = fields.Datetime("Expires", readonly=True, help="Empty for a key without an end.")
    last_used = fields.Datetime("Last Used", readonly=True)

    _unique_key = fields.Unique("key_hash", message="This key exists already.")

    @api.action
    def remove(self) -> dict[str, Any]:
        """Take the keys back. Users take back their own, administrators everyone's."""
        manager = self.env.has_group("base.group_erp_manager")
        if not manager and any(key.user_id.id != self.env.uid for key in self):
            raise AccessError("You may take back your own keys only.", model=self._name, operation="unlink")
        with self.env.elevated("users take back their keys", ApiKey) as su_env:
            su_env[ApiKey].browse(self.ids).unlink()
        return {"type": "ir.actions.act_window_close"}

    def make(self, name: str, days: int = 0) -> str:
        """A new key of the calling user; the text is returned this once. `days` of 0 means that it does not expire."""
        key, prefix, digest = new_key()
        values = {
            "name": name,
            "user_id": self.env.uid,
            "key_prefix": prefix,
            "key_hash": digest,
            "expires": self.env.now() + timedelta(days=days) if days else False,
        }
        with self.env.elevated("users make their own keys", ApiKey) as su_env:
            su_env[ApiKey].create(values)
        return key


class ApiKeyDescription(Model):
    """Asks what a new key is for, and makes it."""

    _name = "res.users.apikeys.description"
    _description = "New API Key"
    _transient = True

    name = fields.Char("Description", required=True, help="What the key is for, so that you can tell your keys apart.")
    days = fields.Integer(
        "Days", default=90, help="After so many days the key stops working. 0 for a key without an end."
    )

    _days_not_negative = fields.Check("days >= 0", "The number of days is not negative.")

    @api.action
    def make_key(self) -> dict[str, Any]:
        """Make the key and answer the action that shows it."""
        self.ensure_one()
        key = self.env[ApiKey].make(self.name, self.days)
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.users.apikeys.show",
            "name": self.env._("API Key Ready"),
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_key": key},
        }


class ApiKeyShow(Model):
    """Shows a new key once. Nothing of it is stored."""

    _name = "res.users.apikeys.show"
    _description = "API Key Ready"
    _abstract = True

    key = fields.Char("Key", readonly=True)
