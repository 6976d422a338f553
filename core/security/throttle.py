"""Slows down whoever guesses passwords: 5 failures for a user from one network, 300 for a network, in 5 minutes.

A user is counted apart in each network, so strangers cannot lock anybody out, and nothing lasts longer than the window.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from pathlib import Path

from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from core.errors import Throttled
from core.security.window import SharedWindow

_PER_USER = RateLimitItemPerMinute(5, 5, namespace="user")
_PER_NETWORK = RateLimitItemPerMinute(300, 5, namespace="network")


class Throttle:
    """Counts failed logins.

    Args:
        file: the counters, shared by the worker processes of a machine; None for this process alone.
        clock: seconds since the epoch.
    """

    def __init__(self, file: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._window = SharedWindow(file, clock)
        self._limiter = MovingWindowRateLimiter(self._window)

    def check(self, database: str, subject: str, address: str) -> None:
        """Go on, or raise Throttled when this user or this network has failed too often."""
        network = network_of(address)
        for item, names in ((_PER_USER, (database, subject, network)), (_PER_NETWORK, (network,))):
            if not self._limiter.test(item, *names):
                first, _ = self._window.get_moving_window(item.key_for(*names), item.amount, item.get_expiry())
                wait = max(1, round(first + item.get_expiry() - self._clock()))
                raise Throttled("Too many failed logins. Wait {seconds} seconds.", seconds=wait, retry_after=wait)

    def failed(self, database: str, subject: str, address: str) -> None:
        """Count one failure."""
        network = network_of(address)
        self._limiter.hit(_PER_USER, database, subject, network)
        self._limiter.hit(_PER_NETWORK, network)

    def succeeded(self, database: str, subject: str, address: str) -> None:
        """Forget the failures of this user in this network."""
        self._limiter.clear(_PER_USER, database, subject, network_of(address))

    def close(self) -> None:
        """Let the shared file go."""
        self._window.close()


_counters = Throttle()


def counters() -> Throttle:
    """The counters of this process; after `share`, those of the machine."""
    return _counters


def share(file: Path) -> None:
    """Count failed logins in this file, together with the other worker processes."""
    global _counters
    _counters.close()
    _counters = Throttle(file)


def network_of(address: str) -> str:
    """The network an address counts for: itself for IPv4, the /56 for IPv6, which is what one line gets."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 56), strict=False))
    return str(parsed)
