"""What commands that work on records share: on whose behalf they run, and how a domain is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import UnknownName, UserError

if TYPE_CHECKING:
    from core.orm.env import Env

USERS = "res.users"


def users(env: Env) -> Any:  # Any: declared by an addon
    """All users, archived ones too."""
    return env[USERS].with_context(active_test=False)


def user_of(env: Env, login: str) -> Any:  # Any: declared by an addon
    """The user with this login. Raises UnknownName, with the nearest login."""
    found = users(env).search([("login", "=", login)], limit=1)
    if not found:
        raise UnknownName("There is no user {name}.", name=login, known=users(env).search([]).mapped("login"))
    return found


def on_behalf_of(env: Env, login: str | None) -> Env:
    """The same transaction on behalf of a user, the administrator unless named, with that user's language and zone."""
    user = user_of(env, login) if login else env.ref("base.user_admin")
    context = {key: value for key, value in (("lang", user.lang), ("tz", user.tz)) if value}
    return env.with_user(user.id).with_context(**context)


def parse_domain(env: Env, text: str) -> list[Any]:  # Any: a domain in list form
    """A domain as it stands in a data file: `[("active", "=", True), ("user_id", "=", uid)]`.

    Raises:
        ExpressionError: it is not an expression, or uses a name that is not there.
        UserError: it is no list.
    """
    from core.kernel.expression import evaluate, expression_helpers

    found = evaluate(text, {**expression_helpers(env.now(), env.tz), "uid": env.uid})
    if not isinstance(found, list):
        raise UserError('A domain is a list such as [("name", "like", "a")], not {text}.', text=text)
    return found
