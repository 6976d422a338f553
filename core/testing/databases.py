"""Databases for tests: each set of addons is installed once a run, and copied wherever somebody works in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from core.db import admin
from core.db.engine import DatabaseServer
from core.module.create import create_database
from core.module.install import install
from core.module.registries import Registries
from core.orm.registry import SUPERUSER_ID
from core.testing.users import ADMIN_PASSWORD

if TYPE_CHECKING:
    from core.kernel.config import Settings
    from core.orm.env import Env
    from core.orm.registry import Registry


class Databases:
    """The databases of one test run on one backend.

    Attributes:
        settings: of the server that they are on.
        registries: the process's way to them.
        others: of applications that work with these databases, and must not keep what is dropped.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.server = DatabaseServer(settings)
        self.registries = Registries(self.server, settings)
        self.others: list[Registries] = []
        self._templates: dict[tuple[frozenset[str], bool], str] = {}
        self._installed: dict[str, Registry] = {}
        self._made: list[str] = []
        self._numbers = count(1)

    def installed(self, *addons: str, demo: bool = False) -> Registry:
        """The registry of a database that has `base` and these addons; made once, so leave it as you found it."""
        template = self._template(frozenset(addons) - {"base"}, demo)
        if template not in self._installed:
            # Of a copy: PostgreSQL copies a template quickly only while nobody is connected to it.
            self._installed[template] = self.registries.get(self._copy(template))
        return self._installed[template]

    def copy(self, *addons: str, demo: bool = False) -> str:
        """The name of a new database that has `base` and these addons, for one test to change as it likes."""
        return self._copy(self._template(frozenset(addons) - {"base"}, demo))

    def drop(self, name: str) -> None:
        """Drop a database that was made here."""
        self._made.remove(name)
        for registries in (self.registries, *self.others):
            registries.forget(name)
        admin.drop(self.server, name)

    def drop_all(self) -> None:
        """Drop everything that was made here."""
        for name in [*self._made]:
            self.drop(name)

    def _template(self, addons: frozenset[str], demo: bool) -> str:
        """The name of a database that nobody works in, to be copied."""
        key = (addons, demo)
        if key not in self._templates:
            if addons:
                name = self._copy(self._template(frozenset(), demo))
                install(self.registries, name, sorted(addons), demo=demo)
            else:
                name = self._name()
                create_database(self.registries, name, demo=demo, admin_password=ADMIN_PASSWORD)
                self._made.append(name)
            self.registries.forget(name)
            self._templates[key] = name
        return self._templates[key]

    def _copy(self, template: str) -> str:
        name = self._name()
        admin.copy(self.server, template, name)
        self._made.append(name)
        return name

    def _name(self) -> str:
        return f"grial_test_{os.getpid()}_{next(self._numbers)}"


class _Undo(Exception):
    """Ends a transaction without its changes."""


@contextmanager
def rolled_back(
    registry: Registry, uid: int = SUPERUSER_ID, context: Mapping[str, Any] | None = None
) -> Iterator[Env]:  # Any: context values
    """An environment whose changes are undone at the end of the block."""
    registry.clear_caches()
    try:
        with registry.transaction(uid, context) as env:
            yield env
            raise _Undo
    except _Undo:
        pass
    finally:
        registry.clear_caches()  # they may know rows that are gone now
