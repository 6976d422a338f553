"""The registries of a server process, one for each database in use, rebuilt when another process changed the addons."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ReferenceType, WeakKeyDictionary, ref

from core.db import addon_rows
from core.db.engine import DatabaseServer, begin, with_retry
from core.db.own import OwnDatabases
from core.errors import Busy, GrialError, UnknownName
from core.job.board import Board
from core.kernel.hookspecs import registry_loaded
from core.module.finder import add_paths
from core.module.loading import load_registry, set_aliases
from core.module.state import catch_up
from core.orm.registry import SUPERUSER_ID, Registry

if TYPE_CHECKING:
    from core.db.addon_rows import Connection
    from core.kernel.config import Settings
    from core.orm.env import Env

log = logging.getLogger(__name__)
R = TypeVar("R")

ATTEMPTS = 5
"""How often work is begun again because the addons have changed meanwhile."""

_homes: WeakKeyDictionary[Registry, ReferenceType[Registries]] = WeakKeyDictionary()
"""Weak on both sides: a home keeps its registries, so that a strong one would keep its own key for ever."""


def home_of(registry: Registry) -> Registries:
    """The registries that a registry in use belongs to."""
    home = _homes[registry]()
    assert home is not None, "a registry in use keeps its home, by what it does when a transaction begins"
    return home


class RegistryChanged(Busy):
    """The addons of the database have changed since this registry was built; work again with the new one."""


class Registries:
    """Loads, keeps and replaces the registries of a server.

    `registries.run("shop", work)` is the way to a database: it notices when another process has installed an addon.

    Args:
        server: its databases.
        settings: of the server.
        noting: write into the databases what is found out about addons. A command leaves that to the server, whose
            folders of addons may be others.
    """

    def __init__(self, server: DatabaseServer, settings: Settings, noting: bool = True) -> None:
        self.server = server
        self.settings = settings
        self.board = Board(settings.data_dir)
        self._noting = noting
        self._ready: dict[str, Registry] = {}
        self._stale: set[str] = set()
        self._guard = threading.Lock()
        self._own = OwnDatabases(server)
        self._building: dict[str, threading.Lock] = {}
        add_paths(settings.addons_path)

    def get(self, name: str) -> Registry:
        """The registry of a database, built when it is first asked for or has been outdated.

        Raises:
            UnknownName: there is no such database.
            GrialError: the database is not ours, or `base` itself is broken in it.
        """
        found = self._ready.get(name)
        if found is not None and name not in self._stale:
            return found
        with self._guard:
            building = self._building.setdefault(name, threading.Lock())
        with building:
            found = self._ready.get(name)
            if found is not None and name not in self._stale:
                return found
            if not self.server.exists(name):
                raise UnknownName("There is no database {name}.", name=name, known=self.server.names())
            fresh = load_registry(self.server, self.settings, name, self._noting)
            self.replace(name, fresh)
        if self._noting:
            catch_up(fresh)
        return fresh

    def replace(self, name: str, registry: Registry) -> None:
        """Use this registry from now on; work that runs keeps the one it began with."""
        registry.entered = lambda connection: self._check(registry, connection)
        with self._guard:
            present = self._ready.get(name)
            if present is not None and present.version > registry.version and name not in self._stale:
                return
            self._ready[name] = registry
            self._stale.discard(name)
            _homes[registry] = ref(self)
        for addon, act in registry.hooks.implementations(registry_loaded):
            try:
                act(registry)
            except Exception:  # an addon's own trouble must not keep everybody from the database
                log.exception("database %s: %s fails when the registry is loaded", name, addon)

    def forget(self, name: str) -> None:
        """Drop the registry of a database that was dropped, replaced or renamed, and close its connections."""
        with self._guard:
            self._ready.pop(name, None)
            self._stale.discard(name)
        self.server.dispose(name)

    def databases(self) -> list[str]:
        """The names of the databases that are Grial's. Raises Busy when the server cannot be reached."""
        return self._own.names(self._ready.keys())

    def loaded(self) -> list[str]:
        """Names of the databases whose registry is built."""
        return sorted(self._ready)

    def refresh(self, name: str) -> bool:
        """Rebuild the registry if another process has changed the addons; True when it has."""
        registry = self._ready.get(name)
        if registry is None:
            return False
        with begin(self.server.engine(name), write=False) as connection:
            version = addon_rows.versions(connection)[0]
        if version == registry.version and name not in self._stale:
            return False
        with self._guard:
            self._stale.add(name)
        self.get(name)
        return True

    @contextmanager
    def transaction(
        self, name: str, uid: int = SUPERUSER_ID, context: Mapping[str, Any] | None = None, write: bool = True
    ) -> Iterator[Env]:
        """As `Registry.transaction`, on the registry that fits the database at this moment."""
        for _ in range(ATTEMPTS):
            registry = self.get(name)
            opened = registry.transaction(uid, context, write)
            try:
                env = opened.__enter__()
            except RegistryChanged:
                continue
            break
        else:
            raise Busy("The addons of {database} are being changed.", database=name)
        try:
            yield env
        except BaseException as error:
            opened.__exit__(type(error), error, error.__traceback__)
            if isinstance(error, Exception) and not isinstance(error, GrialError) and self._is_outdated(registry):
                # It met tables that are no longer as its registry knows them.
                raise RegistryChanged("The addons of {database} have changed.", database=name, retry_after=0) from error
            raise
        else:
            opened.__exit__(None, None, None)

    def run(
        self, name: str, work: Callable[[Env], R], uid: int = SUPERUSER_ID, context: Mapping[str, Any] | None = None,
        write: bool = True,
    ) -> R:  # fmt: skip
        """Run `work` in a transaction; again, from the start, when the database or a new registry asks for it."""

        def attempt() -> R:
            with self.transaction(name, uid, context, write) as env:
                return work(env)

        for _ in range(ATTEMPTS - 1):
            with suppress(RegistryChanged):
                return with_retry(attempt)
        return with_retry(attempt)

    def _is_outdated(self, registry: Registry) -> bool:
        try:
            with begin(registry.engine, write=False) as connection:
                return addon_rows.versions(connection)[0] != registry.version
        except GrialError:
            return False

    def _check(self, registry: Registry, connection: Connection) -> dict[str, dict[Any, Any]]:
        """Refuse to begin work on a registry that no longer fits the database; give the caches that fit its rows."""
        version, caches = addon_rows.versions(connection)
        if version != registry.version:
            with self._guard:
                if self._ready.get(registry.name) is registry:
                    self._stale.add(registry.name)
            raise RegistryChanged("The addons of {database} have changed.", database=registry.name, retry_after=0)
        fitting = registry.caches_of(caches)
        set_aliases(registry)
        return fitting
