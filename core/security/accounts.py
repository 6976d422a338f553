"""Reads what is needed of a user and of API keys to let somebody in; the one place that knows those models' names."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.errors import MissingError

if TYPE_CHECKING:
    from core.orm.env import Env

USERS = "res.users"
PARTNERS = "res.partner"
COMPANIES = "res.company"
KEYS = "res.users.apikeys"
PREFIX = 8
"""How many characters of a key are stored in clear, to find its row."""

_LARGEST_ID = 2**31 - 1
_USED_PRECISION = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Account:
    """A user as the doors see it."""

    uid: int
    login: str
    active: bool
    password_hash: str
    version: int


@dataclass(frozen=True, slots=True)
class Key:
    """An API key that was found to be right."""

    id: int
    uid: int
    seconds_left: float
    stale: bool


def is_user_id(value: object) -> bool:
    """Is this exactly a possible user id? No text, float or truth value is taken for one."""
    return type(value) is int and 0 < value <= _LARGEST_ID


def by_id(env: Env, uid: int) -> Account | None:
    """The user with this id, archived or not."""
    with env.elevated("read a user's credentials", USERS) as su:
        users: Any = su[USERS]  # declared by an addon
        try:
            return _account(users.browse(uid))
        except MissingError:
            return None


def by_login(env: Env, login: str) -> Account | None:
    """The user with exactly this login, archived or not."""
    with env.elevated("read a user's credentials", USERS) as su:
        users: Any = su[USERS].with_context(active_test=False)  # declared by an addon
        found = users.search([("login", "=", login)], limit=1)
        return _account(found) if found else None


def store_hash(env: Env, uid: int, password_hash: str) -> None:
    """Replace the stored hash by one of the same password with today's parameters."""
    with env.elevated("renew a password hash", USERS) as su:
        su[USERS].browse(uid).write({"password_hash": password_hash})


def new_key() -> tuple[str, str, str]:
    """A new API key: the text to show once, its prefix and its hash.

    A key has 256 random bits, so one SHA-256 is enough to store it.
    """
    key = secrets.token_urlsafe(32)
    return key, key[:PREFIX], key_hash(key)


def key_hash(key: str) -> str:
    """What is stored of an API key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def find_key(env: Env, key: str, now: datetime) -> Key | None:
    """The valid API key with this text, or None."""
    if len(key) < 4 * PREFIX:
        return None
    wanted = key_hash(key)
    with env.elevated("check an API key", KEYS, USERS) as su:
        rows: Any = su[KEYS].search([("key_prefix", "=", key[:PREFIX])])  # declared by an addon
        for row in rows:
            if not hmac.compare_digest(row.key_hash, wanted):
                continue
            left = (row.expires - now).total_seconds() if row.expires else float("inf")
            if left <= 0:
                return None
            stale = row.last_used is None or now - row.last_used > _USED_PRECISION
            return Key(row.id, row.user_id.id, left, stale)
    return None


def note_key_used(env: Env, key_id: int, now: datetime) -> None:
    """Write down that a key is in use; called at most once an hour for a key."""
    with env.elevated("note the use of an API key", KEYS) as su:
        su[KEYS].browse(key_id).write({"last_used": now})


def _account(user: Any) -> Account:
    return Account(
        uid=user.id,
        login=user.login,
        active=bool(user.active),
        password_hash=user.password_hash or "",
        version=user.credential_version,
    )
