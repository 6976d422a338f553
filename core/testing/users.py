"""Users for tests: existing ones by login, new ones by their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import MissingError

if TYPE_CHECKING:
    from core.orm.env import Env

ADMIN_LOGIN = "admin"
ADMIN_PASSWORD = "a password for tests"
EMPLOYEE = "base.group_user"


def environment_of(env: Env, who: Sequence[str], lang: str = "", values: Mapping[str, object] | None = None) -> Env:
    """An environment of a user, in the transaction of `env`.

    Args:
        env: of the superuser.
        who: the login of an existing user, or the external ids of the groups of a new one; an employee when empty.
        lang: the user's language, such as es_ES, which is activated.
        values: more values for a new user.

    Raises:
        MissingError: no user has this login; or no group this external id.
    """
    from core.module.create import activate_language

    if lang:
        lang = activate_language(env, lang)
    user = find_user(env, who[0]) if len(who) == 1 and "." not in who[0] else new_user(env, who, values or {})
    if lang:
        user.write({"lang": lang})
    env.flush()
    context = {key: value for key, value in (("lang", user.lang), ("tz", user.tz)) if value}
    return env.with_user(user.id).with_context(**context)


def find_user(env: Env, login: str) -> Any:  # Any: a model of base, which core has no class of
    """The user with this login. Raises MissingError when there is none."""
    found = env["res.users"].search([("login", "=", login)])
    if not found:
        raise MissingError("There is no user {login}.", login=login)
    return found


def new_user(env: Env, groups: Sequence[str], values: Mapping[str, object] | None = None) -> Any:
    """A new user with the groups of these external ids. Any: a model of base, which core has no class of."""
    number = env["res.users"].with_context(active_test=False).search_count([]) + 1
    ids = [env.ref(group).id for group in groups or (EMPLOYEE,)]
    name = {"name": f"User {number}", "login": f"user{number}@example.com"}
    return env["res.users"].create({**name, "groups_id": [(6, 0, ids)], **(values or {})})
