"""Remembers for five minutes, in this process, that a password or key was right, without keeping it.

OpenERP clients send the password with every call, and a slow hash each time would stop the server. What is kept is a
digest under a random key of this process, bound to the user's `credential_version`; every call reads that number again,
so a changed password ends all memories at once.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

LIFETIME = 300.0


@dataclass(frozen=True, slots=True)
class Verified:
    """Whose secret it was, and the credential version at that moment."""

    uid: int
    version: int
    until: float


class VerifiedSecrets:
    """A bounded memory of verified secrets.

    Args:
        size: how many are kept; the oldest leave first.
        clock: a monotonic clock in seconds.
    """

    def __init__(self, size: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, Verified] = OrderedDict()
        self._lock = threading.Lock()

    def remember(
        self, database: str, subject: str, secret: str, uid: int, version: int, lifetime: float = LIFETIME
    ) -> None:
        """Keep that `secret` opened `uid` for `subject` (a user id as text, or empty for a key that names its user)."""
        digest = self._digest(database, subject, secret)
        with self._lock:
            self._known[digest] = Verified(uid, version, self._clock() + min(lifetime, LIFETIME))
            self._known.move_to_end(digest)
            while len(self._known) > self._size:
                self._known.popitem(last=False)

    def recall(self, database: str, subject: str, secret: str) -> Verified | None:
        """What is remembered, or None. The caller compares `version` with the user's row."""
        digest = self._digest(database, subject, secret)
        with self._lock:
            found = self._known.get(digest)
            if found is not None and found.until <= self._clock():
                del self._known[digest]
                return None
        return found

    def forget(self, database: str, subject: str, secret: str) -> None:
        """Drop one memory."""
        with self._lock:
            self._known.pop(self._digest(database, subject, secret), None)

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._known.clear()

    def _digest(self, database: str, subject: str, secret: str) -> bytes:
        parts = [part.encode("utf-8", "surrogatepass") for part in (database, subject, secret)]
        framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.digest(self._key, framed, "sha256")
