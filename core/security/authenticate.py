"""Answers who is calling: by login and password, by login and API key, by user id and secret, or by a key alone."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING

from core.errors import Busy
from core.security import accounts
from core.security.accounts import Account
from core.security.passwords import acceptable, hash_password, needs_rehash, verify_password
from core.security.throttle import counters
from core.security.verified import LIFETIME, VerifiedSecrets

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.registry import Registry

_log = logging.getLogger(__name__)
_LONGEST_LOGIN = 320
_remembered = VerifiedSecrets()


def authenticate(registry: Registry, login: object, secret: object, network: str = "") -> int | None:
    """The id of the user with this login, when `secret` is the password or an API key of that user; else None.

    Raises:
        Throttled: too many failures of this user or from this network.
        Busy: too many logins at once.
    """
    if not isinstance(login, str) or not 0 < len(login) <= _LONGEST_LOGIN or not login.isprintable():
        return None
    if not isinstance(secret, str) or not acceptable(secret):
        return None
    counters().check(registry.name, login, network)
    with registry.transaction(uid=registry.superuser_id, write=False) as env:
        account = accounts.by_login(env, login)
        keyed = _key_of(env, account, secret)
    return _decide(registry, account, secret, keyed, login, network)


def verify(registry: Registry, uid: object, secret: object, network: str = "") -> bool:
    """Is `secret` the password or an API key of this user? What was right stays known for five minutes.

    Raises:
        Throttled: too many failures of this user or from this network.
        Busy: too many logins at once.
    """
    if not isinstance(uid, int) or not accounts.is_user_id(uid):
        return False
    if not isinstance(secret, str) or not acceptable(secret):
        return False
    known = _remembered.recall(registry.name, str(uid), secret)
    with registry.transaction(uid=registry.superuser_id, write=False) as env:
        account = accounts.by_id(env, uid)
        if known is not None and account is not None and account.active and account.version == known.version:
            return True
        subject = account.login if account is not None else str(uid)
        counters().check(registry.name, subject, network)
        keyed = _key_of(env, account, secret)
    return _decide(registry, account, secret, keyed, subject, network) is not None


def recalled(registry: Registry, uid: object, secret: object) -> bool:
    """Is this pair remembered, so that `confirm` inside the caller's own transaction is worth a try?"""
    if not isinstance(uid, int) or not accounts.is_user_id(uid) or not isinstance(secret, str):
        return False
    return _remembered.recall(registry.name, str(uid), secret) is not None


def confirm(env: Env, uid: int, secret: str) -> bool:
    """Does what is remembered of this pair still hold in this transaction? One read of the user's row."""
    known = _remembered.recall(env.registry.name, str(uid), secret)
    if known is None:
        return False
    account = accounts.by_id(env, uid)
    return account is not None and account.active and account.version == known.version


def forget(registry: Registry, uid: int, secret: str) -> None:
    """Do not remember this pair any longer."""
    _remembered.forget(registry.name, str(uid), secret)


def proven(env: Env, uid: int, password: object) -> bool:
    """Is this the password of a user who is in already and gives it again? Failures count for this user alone.

    Raises:
        Throttled: too many failures of this user.
        Busy: too many passwords are being checked.
    """
    account = accounts.by_id(env, uid)
    who = (env.registry.name, account.login if account else "", f"again {env.registry.name} {uid}")
    counters().check(*who)
    right = verify_password(account.password_hash if account else None, password)
    (counters().succeeded if right else counters().failed)(*who)
    return right


def master(configured: str, given: object, network: str = "") -> bool:
    """Is this the server's master password? Never when none is configured.

    Raises:
        Throttled: too many failures from this network.
    """
    if not configured or not isinstance(given, str):
        return False
    counters().check("", "master password", network)
    if hmac.compare_digest(configured.encode(), given.encode("utf-8", "surrogatepass")):
        counters().succeeded("", "master password", network)
        return True
    counters().failed("", "master password", network)
    return False


def bearer(registry: Registry, key: object, network: str = "") -> int | None:
    """The user whose API key this is, or None.

    Raises:
        Throttled: too many failures from this network.
    """
    if not isinstance(key, str) or not acceptable(key):
        return None
    known = _remembered.recall(registry.name, "", key)
    with registry.transaction(uid=registry.superuser_id, write=False) as env:
        if known is not None:
            account = accounts.by_id(env, known.uid)
            if account is not None and account.active and account.version == known.version:
                return known.uid
        counters().check(registry.name, "", network)
        found = accounts.find_key(env, key, env.now())
        account = accounts.by_id(env, found.uid) if found else None
    if found is None or account is None or not account.active:
        counters().failed(registry.name, "", network)
        return None
    _remembered.remember(registry.name, "", key, account.uid, account.version, min(LIFETIME, found.seconds_left))
    _note_used(registry, found)
    return account.uid


def _key_of(env: Env, account: Account | None, secret: str) -> accounts.Key | None:
    """The API key that `secret` is, when it belongs to this account."""
    key = accounts.find_key(env, secret, env.now())
    return key if key is not None and account is not None and key.uid == account.uid else None


def _decide(
    registry: Registry, account: Account | None, secret: str, key: accounts.Key | None, subject: str, network: str
) -> int | None:
    right = key is not None or verify_password(account.password_hash if account else None, secret)
    if not right or account is None or not account.active:
        counters().failed(registry.name, subject, network)
        _log.info("failed login to %s from %s", registry.name, network or "this machine")
        return None
    counters().succeeded(registry.name, subject, network)
    lifetime = min(LIFETIME, key.seconds_left) if key is not None else LIFETIME
    _remembered.remember(registry.name, str(account.uid), secret, account.uid, account.version, lifetime)
    if key is not None:
        _note_used(registry, key)
    elif needs_rehash(account.password_hash):
        _renew(registry, account, secret)
    return account.uid


def _note_used(registry: Registry, key: accounts.Key) -> None:
    """Remember when a key was last used; a busy database loses the note, not the login."""
    if not key.stale:
        return
    try:
        with registry.transaction(uid=registry.superuser_id, write=True) as env:
            accounts.note_key_used(env, key.id, env.now())
    except Busy:
        _log.info("the use of an API key was not noted: %s is busy", registry.name)


def _renew(registry: Registry, account: Account, password: str) -> None:
    fresh = hash_password(password)
    try:
        with registry.transaction(uid=registry.superuser_id, write=True) as env:
            accounts.store_hash(env, account.uid, fresh)
    except Busy:
        _log.info("a password hash was not renewed: %s is busy", registry.name)
