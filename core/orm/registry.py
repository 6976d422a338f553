"""The registry: every model of one database, merged from the addons installed in it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from core.db.engine import begin, with_retry
from core.errors import UnknownName
from core.kernel.limit import stoppable
from core.orm.errors_sql import explain_integrity
from core.orm.ports import Ports

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

    from core.files.store import FileStore
    from core.kernel.config import Settings
    from core.kernel.hooks import HookManager
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.fields.constraint import SqlConstraint
    from core.orm.model import Model

R = TypeVar("R")
SUPERUSER_ID = 1


@dataclass
class ModelInfo:
    """One model of one database."""

    name: str
    cls: type[Model]
    description: str
    addon: str
    addons: tuple[str, ...]
    abstract: bool
    transient: bool
    rec_name: str
    order: str
    parent_name: str
    fields: dict[str, Field[Any, Any]] = field(default_factory=dict)
    table: Any = None
    query: bool = False
    inherits: dict[str, str] = field(default_factory=dict)
    constraints: dict[str, SqlConstraint] = field(default_factory=dict)
    constrains: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    on_changes: dict[str, list[str]] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    transitions: frozenset[str] = frozenset()
    readonly_methods: frozenset[str] = frozenset()
    columns: tuple[Field[Any, Any], ...] = ()
    links: tuple[Field[Any, Any], ...] = ()
    pointers: tuple[Field[Any, Any], ...] = ()
    light: tuple[Field[Any, Any], ...] = ()
    tracked: tuple[str, ...] = ()
    worked_out: tuple[str, ...] = ()
    defaulted: tuple[str, ...] = ()
    carried_back: frozenset[str] = frozenset()
    kept_always: Mapping[str, str] = field(default_factory=dict)
    kept_from_callers: Mapping[str, str] = field(default_factory=dict)
    aliases: list[Any] = field(default_factory=list)
    shapes: dict[str, dict[Any, Any]] = field(default_factory=dict)

    @property
    def stored(self) -> bool:
        """Has the model a table that records can be written to?"""
        return self.table is not None and not self.query

    def field_named(self, name: str) -> Field[Any, Any] | None:
        """The field of that name, or the one that was called so before; None where there is none."""
        found = self.fields.get(name)
        if found is None and name:
            found = next((field for field in self.fields.values() if field.oldname == name), None)
        return found

    def field(self, name: str) -> Field[Any, Any]:
        """The field of that name. Raises UnknownName, with the nearest name there is."""
        try:
            return self.fields[name]
        except KeyError:
            raise UnknownName(
                "{model} has no field {name}.", model=self.name, name=str(name), known=self.fields
            ) from None


@dataclass(frozen=True)
class Trigger:
    """When a field changes, `target` changes for the records reached by walking `path` backwards."""

    target: Field[Any, Any]
    path: tuple[Field[Any, Any], ...]


@dataclass(eq=False)
class Structure:
    """What follows from the addons alone: databases that have the same ones share it. Nobody changes it once built."""

    models: dict[str, ModelInfo] = field(default_factory=dict)
    classes: dict[str, type[Model]] = field(default_factory=dict)
    slots: list[Field[Any, Any]] = field(default_factory=list)
    triggers: dict[int, list[Trigger]] = field(default_factory=dict)
    inverses: dict[int, list[Field[Any, Any]]] = field(default_factory=dict)
    references: dict[str, list[Field[Any, Any]]] = field(default_factory=dict)
    relations: dict[str, sa.Table] = field(default_factory=dict)
    relation_fields: dict[str, list[Field[Any, Any]]] = field(default_factory=dict)
    pointing_lists: dict[str, list[Field[Any, Any]]] = field(default_factory=dict)
    query_sources: dict[str, set[str]] = field(default_factory=dict)
    metadata: sa.MetaData = field(default_factory=sa.MetaData)


def share(source: Structure, target: Structure) -> None:
    """Let `target` have the structure of `source`."""
    for part in dataclasses.fields(Structure):
        setattr(target, part.name, getattr(source, part.name))


class Registry(Structure):
    """The models, hooks and caches of one database.

    Build it with `core.orm.build.build_registry`.
    """

    def __init__(
        self, name: str, engine: Engine, settings: Settings, addons: Sequence[str], files: FileStore, hooks: HookManager
    ) -> None:
        super().__init__()
        self.name = name
        self.engine = engine
        self.settings = settings
        self.addons = tuple(addons)
        self.files = files
        self.hooks = hooks
        self.ports = Ports()
        self.version = 0
        self.cache_version = 0
        self.caches: dict[str, dict[Any, Any]] = {}
        self.told: set[str] = set()
        self.lock = threading.RLock()
        self.entered: Callable[[Connection], dict[str, dict[Any, Any]] | None] = lambda _connection: None

    superuser_id = SUPERUSER_ID

    @property
    def backend(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def __contains__(self, model: str) -> bool:
        return model in self.models

    def __getitem__(self, model: str) -> ModelInfo:
        try:
            return self.models[model]
        except KeyError:
            raise UnknownName(
                "There is no model {name} in database {database}.", name=str(model), database=self.name,
                known=self.models,
            ) from None  # fmt: skip

    def cache(self, name: str) -> dict[Any, Any]:
        """A named cache that lives until `clear_caches` or the next registry."""
        return self.caches.setdefault(name, {})

    def clear_caches(self) -> None:
        """Forget what was worked out from rows (rights, views, menus …)."""
        self.caches = {}

    def caches_of(self, version: int) -> dict[str, dict[Any, Any]]:
        """The caches for transactions that read this `cache_version`; fresh ones unless the latest had the same.

        A transaction keeps what it got here: one that reads an older state must not fill the caches of newer ones.
        """
        with self.lock:
            if version != self.cache_version:
                self.clear_caches()
                self.cache_version = version
            return self.caches

    def owned_tables(self, addon: str) -> list[str]:
        """Names of the tables whose columns this addon declares or adds to."""
        names = [i.table.name for i in self.models.values() if i.stored and addon in i.addons]
        names += [name for name, fields in self.relation_fields.items() if any(f.addon == addon for f in fields)]
        return list(dict.fromkeys(names))

    def env_on(
        self,
        connection: Connection,
        uid: int = SUPERUSER_ID,
        context: Mapping[str, Any] | None = None,
        write: bool = True,
    ) -> Env:
        """An environment on a connection whose transaction the caller ends."""
        from core.orm.env import Env
        from core.orm.transaction import Transaction

        return Env(Transaction(self, connection, write), uid, context or {})

    @contextmanager
    def transaction(
        self, uid: int = SUPERUSER_ID, context: Mapping[str, Any] | None = None, write: bool = True
    ) -> Iterator[Env]:
        """Open a transaction: commit at the end of the block, roll back on any error.

        Args:
            uid: on whose behalf; the superuser (1) passes the gate.
            context: language, time zone, companies and what callers pass on.
            write: False opens a read-only transaction, in which nothing can be changed.
        """
        env: Env | None = None
        try:
            with begin(self.engine, write=write) as connection:
                caches = self.entered(connection)
                env = self.env_on(connection, uid, context, write)
                if caches is not None:
                    env.tx.caches = caches
                with stoppable():
                    yield env
                    env.tx.flush()
                    env.tx.before_commit()
        except BaseException as error:
            if env is not None:
                env.tx.discard()
                if env.tx.flags:
                    self.clear_caches()
            if isinstance(error, sa.exc.IntegrityError):
                raise explain_integrity(self, error) from error
            raise
        env.tx.after_commit()

    def run(
        self, work: Callable[[Env], R], uid: int = SUPERUSER_ID, context: Mapping[str, Any] | None = None,
        write: bool = True,
    ) -> R:  # fmt: skip
        """Run `work` in a transaction; again, from the start, when the database asks for a retry."""

        def attempt() -> R:
            with self.transaction(uid, context, write) as env:
                return work(env)

        return with_retry(attempt)
