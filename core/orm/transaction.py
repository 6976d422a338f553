"""What belongs to one database transaction: the cache of values, what is not yet written, what is to be computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.orm import compute, flush
from core.orm.stock import Stock

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, CursorResult

    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.registry import Registry

Values = dict[int, Any]


class Everything:
    """Contains every id: the readable records of somebody whom no rule limits."""

    __slots__ = ()

    def __contains__(self, _id: object) -> bool:
        return True

    def update(self, _ids: Iterable[int]) -> None:
        return None


EVERYTHING = Everything()

RIGHTS_CHANGED = "rights changed"
"""The flag of a transaction that has changed somebody's rights: it must not fill caches that others read."""


class Transaction:
    """State shared by all environments of one transaction.

    Attributes:
        buckets: cached raw values by (slot, reader's key), each a mapping of id to value.
        dirty: ids by model and slot whose cached value is not yet in the database.
        new: ids by model that have no row yet.
        touched: ids by model that somebody (not only a recomputation) changed.
        pending: ids by slot whose stored value must be computed again.
        caches: those of the registry that fit the snapshot this transaction reads.
        allowed: what rules said of ids, with the fields that those rules read.
        flags: what happened in this transaction and stays true after a savepoint is undone.
        links: many2many links to add (True) or remove (False), by relation table.
        stock: ids for new records.
    """

    draft = False

    def __init__(self, registry: Registry, connection: Connection, write: bool) -> None:
        self.registry = registry
        self.connection = connection
        self.write = write
        self.buckets: dict[tuple[int, Any], Values] = {}
        self.by_slot: dict[int, list[Values]] = {}
        self.dirty: dict[str, dict[int, set[int]]] = {}
        self.new: dict[str, dict[int, None]] = {}
        self.touched: dict[str, set[int]] = {}
        self.pending: dict[int, set[int]] = {}
        self.computing: dict[int, set[int]] = {}
        self.links: dict[str, dict[tuple[int, int], bool]] = {}
        self.memo: dict[Any, Any] = {}
        self.caches = registry.caches
        self.allowed: dict[Any, tuple[frozenset[str], Any]] = {}
        self.flags: set[str] = set()
        self.author: int = 1
        self.root: Env | None = None
        self.statements = 0
        self.stock = Stock()
        self._on_commit: list[Callable[[], None]] = []
        self._before_commit: list[Callable[[], None]] = []

    def bucket(self, slot: int, key: Any = None) -> Values:
        """The cache of one field for one kind of reader."""
        found = self.buckets.get((slot, key))
        if found is None:
            found = self.buckets[(slot, key)] = {}
            self.by_slot.setdefault(slot, []).append(found)
        return found

    def execute(self, statement: Any, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement."""
        self.statements += 1
        return self.connection.execute(statement, parameters)

    def mark_dirty(self, field: Field[Any, Any], ids: Iterable[int], touched: bool = True) -> None:
        """Note that cached values of `field` must be written."""
        model = self.dirty.setdefault(field.model, {})
        known = model.get(field.slot)
        if known is None:
            known = model[field.slot] = set()
        known.update(ids)
        if touched:
            self.touched.setdefault(field.model, set()).update(ids)

    def compute(self, field: Field[Any, Any], record_id: int) -> None:
        """Work out a pending stored value now, with all others of its field."""
        compute.recompute(self, field, record_id)

    def flush(self) -> None:
        """Compute what is pending and write what is dirty."""
        flush.flush(self)

    def flush_for(self, models: Iterable[str]) -> None:
        """Flush if a query over these models could miss something."""
        if not (self.dirty or self.new or self.pending or self.links):
            return
        slots = self.registry.slots
        wanted = set(models)
        if (
            self.links
            or any(name in wanted for name in self.dirty)
            or any(name in wanted for name in self.new)
            or any(slots[slot].model in wanted for slot, ids in self.pending.items() if ids)
        ):
            self.flush()

    def invalidate(self) -> None:
        """Forget every cached value; nothing dirty may be left."""
        self.buckets.clear()
        self.by_slot.clear()
        self.allowed.clear()
        self.memo.clear()
        self.generation += 1

    def forget_allowed(self, names: frozenset[str]) -> None:
        """After a write: forget what rules allowed where a rule reads one of these fields."""
        for key in [key for key, (read, _) in self.allowed.items() if not read.isdisjoint(names)]:
            del self.allowed[key]

    def rights(self) -> dict[Any, Any]:
        """What rows of rights decide: shared by the process, or this transaction's own once it changed such rows."""
        if RIGHTS_CHANGED in self.flags:
            own: dict[Any, Any] = self.memo.setdefault("rights", {})
            return own
        return self.caches.setdefault("rights", {})

    def forget_rights(self) -> None:
        """After a change of such rows: make every environment ask again what its user may do."""
        self.flags.add(RIGHTS_CHANGED)
        self.memo.pop("rights", None)
        self.allowed.clear()
        self.generation += 1

    generation = 0

    def discard(self) -> None:
        """Forget everything, written or not."""
        for held in (self.dirty, self.new, self.touched, self.pending, self.links, self.computing):
            held.clear()
        self.stock.forget()
        self.invalidate()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A block that is undone alone when it fails."""
        self.flush()
        try:
            with self.connection.begin_nested():
                yield
                self.flush()
        except BaseException:
            self.discard()
            raise

    def on_commit(self, act: Callable[[], None]) -> None:
        """Run `act` after the commit; not at all when it fails."""
        self._on_commit.append(act)

    def on_before_commit(self, act: Callable[[], None]) -> None:
        """Run `act` as the last thing before the commit (gapless numbers)."""
        self._before_commit.append(act)

    def before_commit(self) -> None:
        """Run what waited for the end of the transaction, in order, and write its changes."""
        while self._before_commit:
            acts, self._before_commit = self._before_commit, []
            for act in acts:
                act()
            self.flush()

    def after_commit(self) -> None:
        """Run what waited for the commit."""
        acts, self._on_commit = self._on_commit, []
        for act in acts:
            act()
