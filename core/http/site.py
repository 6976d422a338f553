"""What the doors know about the server they belong to: settings, databases, keys, proxies and hosts."""

from __future__ import annotations

import hmac
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from core.errors import Busy, UnknownName
from core.http.budget import Budget
from core.http.network import Network, networks
from core.module.operation import told_why
from core.module.registries import RegistryChanged

if TYPE_CHECKING:
    from core.kernel.config import Settings
    from core.module.registries import Registries
    from core.orm.registry import Registry

R = TypeVar("R")
_ATTEMPTS = 5


@dataclass
class Site:
    """One running server, as its doors see it."""

    settings: Settings
    registries: Registries
    csrf_key: bytes
    proxies: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    max_body: int = 64 * 1024 * 1024
    budget: Budget = field(default_factory=Budget)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _names: tuple[float, tuple[str, ...]] = (float("-inf"), ())

    def names(self, freshness: float = 10.0) -> tuple[str, ...]:
        """The names of the databases, read again when they are older than `freshness` seconds."""
        read_at, names = self._names
        if time.monotonic() - read_at > freshness:
            names = tuple(self.registries.databases())
            self._names = (time.monotonic(), names)
        return names

    def exists(self, name: object) -> bool:
        """Is this exactly the name of one of our databases? A new one is known at once."""
        if not isinstance(name, str):
            return False
        if name in self.names():
            return True
        with self._lock:  # those who ask for names that do not exist wait for each other, not the rest
            return name in self.names(freshness=0)

    def open(self, name: object) -> Registry:
        """The registry of a database named by a caller.

        Raises:
            UnknownName: there is none of that name.
            Busy: it is being changed.
        """
        if not isinstance(name, str) or not self.exists(name):
            raise UnknownName("There is no such database.")
        return self.registries.get(name)

    def work(self, name: object, work: Callable[[Registry], R]) -> R:
        """Do something with the registry of a database, again from the start when its addons have just changed.

        Raises:
            UnknownName: there is no database of that name.
            Busy: others work in it; the error says when addons are being changed.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            registry = self.open(name)
            try:
                return work(registry)
            except RegistryChanged:
                if attempt == _ATTEMPTS:
                    raise
            except Busy as error:
                raise told_why(self.registries, registry.name, error) from error
        raise AssertionError("the loop returns or raises")

    def forget_names(self) -> None:
        """Read the names again at the next request, since one was created, renamed or dropped."""
        self._names = (float("-inf"), ())


def make_site(settings: Settings, registries: Registries) -> Site:
    """Work out from the settings what the doors need."""
    return Site(
        settings=settings,
        registries=registries,
        csrf_key=hmac.digest(settings.secret, b"grial csrf", "sha256"),
        proxies=networks(settings.trusted_proxies),
        hosts=_hosts(settings),
        max_body=settings.max_body,
        budget=Budget(seconds=settings.time_limit or math.inf),
    )


def _hosts(settings: Settings) -> frozenset[str]:
    """The names the server answers to: those configured; only this machine's while it listens only to this machine."""
    names = {name.lower() for name in settings.allowed_hosts if name}
    configured = urlsplit(settings.base_url).hostname
    if configured:
        names.add(configured)
    if not names and settings.host in {"localhost", "127.0.0.1", "::1"}:
        names.add("localhost")
    return frozenset(names)
