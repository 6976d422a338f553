"""Turns passwords into argon2 hashes and checks them, a few at a time so that a flood of logins starves nobody."""

from __future__ import annotations

import base64
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from core.errors import Busy, ValidationError

SHORTEST = 8
LONGEST = 1024
"""A longer password is refused before it is hashed."""

_WAIT = 5.0
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def _made_up() -> str:
    """A hash of no known password, in argon2's own format: whoever has no account waits as long as the others."""
    parts = (_HASHER.salt_len, _HASHER.hash_len)
    salt, code = (base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in parts)
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${code}"


_DUMMY = _made_up()


def check_length(password: object) -> None:
    """Refuse a new password that is no text or too short. Raises ValidationError."""
    if not isinstance(password, str) or len(password) < SHORTEST:
        raise ValidationError("A password has at least {least} characters.", fields=["password"], least=SHORTEST)


class _Pool:
    """At most `size` hashes are computed at once in this process, and at most `queue` callers wait for their turn."""

    def __init__(self, size: int, queue: int) -> None:
        self._slots = threading.BoundedSemaphore(size)
        self._places = threading.BoundedSemaphore(size + queue)

    @contextmanager
    def slot(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Busy("Too many people are logging in at once. Try again in a moment.", retry_after=2)
        try:
            if not self._slots.acquire(timeout=_WAIT):
                raise Busy("Too many people are logging in at once. Try again in a moment.", retry_after=2)
            try:
                yield
            finally:
                self._slots.release()
        finally:
            self._places.release()


_POOL = _Pool(size=max(1, (os.cpu_count() or 2) // 2), queue=16)


def acceptable(password: object) -> bool:
    """Could this be a password at all: a text, not empty, not absurdly long?"""
    return isinstance(password, str) and 0 < len(password) <= LONGEST


def hash_password(password: object) -> str:
    """The salted slow hash to store.

    Raises:
        ValidationError: when the password is empty, not a text or longer than `LONGEST`.
        Busy: when too many hashes are being computed.
    """
    if not isinstance(password, str) or not acceptable(password):
        raise ValidationError("A password is a text of 1 to {longest} characters.", longest=LONGEST)
    with _POOL.slot():
        return _HASHER.hash(password)


def verify_password(stored: str | None, password: object) -> bool:
    """Is this the password behind the stored hash? Costs the same time when there is no hash to compare with.

    Raises:
        Busy: when too many hashes are being computed.
    """
    if not isinstance(password, str) or not acceptable(password):
        return False
    with _POOL.slot():
        try:
            _HASHER.verify(stored or _DUMMY, password)
        except (VerificationError, InvalidHashError):
            return False
    return bool(stored)


def needs_rehash(stored: str) -> bool:
    """Was the hash made with other parameters than those of today?"""
    return _HASHER.check_needs_rehash(stored)


def new_credential_version() -> int:
    """A fresh value for `credential_version`.

    It is random, not a counter, so that a database restored under an old name never matches what was remembered.
    """
    return secrets.randbelow(2**31 - 1) + 1
