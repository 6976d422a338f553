"""Partners that are users: who may change who they are, and that they are not deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from addons.base.models import company, user
from core.errors import AccessError, UserError
from core.orm.edge import value_of

if TYPE_CHECKING:
    from addons.base.models.partner import Partner

IDENTITY = frozenset({"name", "email"})
"""Who a user is, and where mail for them goes: their password hangs on it. People change their own."""

BELONGING = frozenset({"parent_id", "is_company"})
"""Whose contact a user is: an external user sees the partners of their company, so that it decides their rights."""


def check_identity(partners: Partner, values: Mapping[str, Any]) -> None:
    """Refuse a write that makes somebody else of a user, unless the caller may change that user.

    Raises:
        AccessError: naming the partner and the fields.
    """
    env = partners.env
    asked = (IDENTITY | BELONGING) & values.keys()
    if not asked or env.is_super(partners._name):
        return
    partners.check_access("write")
    with env.elevated("find the users among partners", user.User) as su_env:
        users = su_env[user.User].with_context(active_test=False).search([("partner_id", "in", partners.ids)])
        found = [(one.id, one.partner_id.id) for one in users]
    for user_id, partner_id in found:
        partner = partners.browse(partner_id)
        kept = BELONGING if user_id == env.uid else IDENTITY | BELONGING
        changed = [name for name in sorted(asked & kept) if _is_new(partner, name, values[name])]
        if changed and not (env.may("res.users", "write") and env[user.User].browse(user_id).readable()):
            raise AccessError(
                "{partner} is a user: only who may change users changes {fields}.",
                model=partners._name,
                operation="write",
                partner=partner.name,
                fields=[env.translate_term(partner._info.field(name).string, "base") for name in changed],
            )


def check_removable(partners: Partner) -> None:
    """Refuse to delete a partner that is a user or one of the companies of this database. Raises UserError."""
    partners.check_access("unlink")
    everything = partners.env.super_env.with_context(active_test=False)
    mine = [("partner_id", "in", partners.ids)]
    used = everything[user.User].search(mine, limit=1)
    if used:
        raise UserError(
            "{partner} is a user. Deactivate the user instead of deleting the partner.", partner=used.display_name
        )
    owned = everything[company.Company].search(mine, limit=1)
    if owned:
        raise UserError("{partner} is a company of this database and cannot be deleted.", partner=owned.display_name)


def _is_new(partner: Partner, name: str, value: Any) -> bool:  # Any: a field has its own type
    """Would writing the value change what the caller sees of the partner?"""
    field = partner._info.field(name)
    return bool(field.to_raw(value, partner.env) != field.to_raw(value_of(partner, name), partner.env))
