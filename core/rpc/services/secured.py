"""Runs work for callers who send user id and password with every call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from core.errors import AccessDenied
from core.rpc.services.caller import Caller
from core.security import authenticate
from core.security.accounts import is_user_id

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.registry import Registry

R = TypeVar("R")
Check = Callable[["Env"], None]


class _Outdated(Exception):
    """What was remembered of a secret no longer holds: verify it again."""


def on_behalf(
    caller: Caller, database: object, uid: object, secret: object, work: Callable[[Registry, int, Check], R]
) -> R:
    """Check the secret, then do the work; what was checked lately is only confirmed inside the work's transaction.

    Args:
        caller: who calls.
        database: its name.
        uid: the user id that the caller claims.
        secret: the password or an API key.
        work: gets the registry, the user id and a check to run first in its transaction.

    Raises:
        AccessDenied: wrong database, user or secret; never says which.
        Throttled: too many failures.
    """
    if not isinstance(uid, int) or not is_user_id(uid) or not isinstance(secret, str) or not secret:
        raise AccessDenied
    user, password, budget = uid, secret, caller.site.budget

    def check(env: Env) -> None:
        if not authenticate.confirm(env, user, password):
            raise _Outdated

    def attempt(registry: Registry) -> R:
        for _ in range(2):
            if not authenticate.recalled(registry, user, password):
                with budget.place(caller.address):  # a stranger must not take the user's places
                    if not authenticate.verify(registry, user, password, caller.address):
                        raise AccessDenied
            try:
                with budget.place(f"{database}:{user}"):
                    return work(registry, user, check)
            except _Outdated:
                authenticate.forget(registry, user, password)
        raise AccessDenied

    if not caller.site.exists(database):
        raise AccessDenied
    return caller.site.work(database, attempt)
