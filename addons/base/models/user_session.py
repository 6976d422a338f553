"""Sessions of users: who is logged in, since when and from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from addons.base.models import user
from core import Model, api, fields


class UserSession(Model):
    """One login that has not ended. The token itself is kept by the browser alone; here is its hash."""

    _name = "res.users.session"
    _description = "Session"
    _order = "seen desc, id desc"
    _rec_name = "agent"

    user_id = fields.Many2one(lambda: user.User, "User", required=True, ondelete="cascade")
    token_hash = fields.Char("Token Hash", required=True, groups=".", copy=False)
    credential_version = fields.Integer("Credential Version", groups=".", readonly=True)
    opened = fields.Datetime("Logged in", required=True, readonly=True)
    seen = fields.Datetime("Last Seen", required=True, readonly=True)
    network = fields.Char("Network Address", readonly=True)
    agent = fields.Char("Browser", readonly=True)

    _unique_token = fields.Unique("token_hash", message="This session exists already.")

    @api.action
    def action_end(self) -> None:
        """Log these browsers out."""
        self.unlink()

    def create(self, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Self:
        """A new session is the latest login of its user."""
        sessions = super().create(values)
        with self.env.elevated("note the latest login", user.User) as su_env:
            for session in sessions:
                session.user_id.with_env(su_env).write({"login_date": session.opened})
        return sessions
