"""The frame of every change of addons: one transaction, one lock, one new registry; on failure nothing is left."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from core.db import addon_rows
from core.db.addon_rows import AddonRow, Connection
from core.db.engine import begin, with_retry
from core.errors import Busy, GrialError, UserError
from core.kernel.finding import Finding
from core.kernel.limit import unlimited
from core.module import importer, wiring
from core.module.finder import Shelf, find_addons
from core.module.graph import dependants, in_order
from core.module.loading import build, lacking, loadable
from core.module.notice import Notice
from core.module.registries import Registries
from core.module.views import refuse
from core.orm.registry import Registry
from core.workflow.versions import publish_waiting

if TYPE_CHECKING:
    from core.orm.env import Env

log = logging.getLogger(__name__)

R = TypeVar("R")
WORK = "addons"
"""Under this name the board shows how far a change of addons is."""

ProgressCallback = Callable[[int, int, str], None]


@dataclass
class Outcome:
    """What a change of addons did, for the person who asked for it.

    `faults` are views that would not work; only a trial has them, since a real change is refused because of them.
    """

    installed: list[str] = field(default_factory=list)
    upgraded: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    messages: list[Notice] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Did anything happen?"""
        return bool(self.installed or self.upgraded or self.removed)


class Operation:
    """One change of addons under way.

    Attributes:
        connection: the transaction of its own.
        rows: the addons' rows as they are by now.
        broken: installed addons that cannot be loaded, and why.
        targets: the addons that the change is about.
        asleep: addons that are left out of the registry for the time being.
        outcome: what was done so far.
        trial: is everything undone at the end?
    """

    def __init__(
        self,
        registries: Registries,
        database: str,
        title: str,
        connection: Connection,
        progress: ProgressCallback | None,
        trial: bool = False,
    ) -> None:
        self.registries = registries
        self.trial = trial
        self.database = database
        self.title = title
        self.connection = connection
        self.shelf: Shelf = find_addons()
        self.rows: dict[str, AddonRow] = addon_rows.read_addons(connection)
        self.broken: Mapping[str, GrialError] = loadable(self.shelf, self.rows).broken
        self.targets: set[str] = set()
        self.outcome = Outcome()
        self.total = 0
        self.done = 0
        self.asleep: set[str] = set()
        self._progress = progress
        self._registry: Registry | None = None
        self._env: Env | None = None

    @property
    def installed(self) -> set[str]:
        """The addons whose tables and records are in the database now."""
        return {name for name, row in self.rows.items() if row.installed}

    @property
    def loaded(self) -> set[str]:
        """Of the installed addons, those that are enabled and work on disk: the ones a registry is built of."""
        active = {name for name, row in self.rows.items() if row.installed and row.enabled}
        return active - self.broken.keys() - self.asleep

    def expect(self, names: Collection[str]) -> None:
        """Judge what is broken as if `names` were installed already: newer files may need them."""
        self.broken = loadable(self.shelf, {**self.rows, **{n: AddonRow(n, "installed") for n in names}}).broken

    def step(self, message: str, count: int = 1) -> None:
        """Tell whoever waits what is done next."""
        self.registries.board.report(self.database, WORK, self.title, self.done, self.total, message)
        if self._progress is not None:
            self._progress(self.done, self.total, message)
        self.done += count

    def use(self, addons: Collection[str]) -> Env:
        """Work with a new registry of these addons from here on; what the previous one has pending is written first.

        Addons that were broken before and do not fit still are left out, unless the change is about them, and so are
        those whose files are newer than the database.
        """
        self.flush()
        depends = self.shelf.depends()
        order = in_order(set(addons), depends)
        doubtful = {name for name in order if name in self.rows and self.rows[name].state == "broken"} - self.targets
        try:
            registry = self._build(order)
        except GrialError:
            if not doubtful:
                raise
            registry = self._build(self._but(doubtful, order))
        settled = {name for name in order if name in self.rows and self.rows[name].installed} - self.targets
        while late := settled & lacking(self.connection, registry).keys() - {"base"}:
            registry = self._build(self._but(late, registry.addons))
        self._registry = registry
        self._env = registry.env_on(self.connection, context={"install_mode": True, "tracking_disable": True})
        return self._env

    def _but(self, left_out: set[str], order: Sequence[str]) -> list[str]:
        """The addons without some, and without those that need them."""
        gone = {*left_out, *dependants(left_out, self.shelf.depends(), order)}
        return [name for name in order if name not in gone]

    def _build(self, order: Sequence[str]) -> Registry:
        return build(self.registries.server, self.registries.settings, self.database, order)

    @property
    def env(self) -> Env:
        """The superuser's environment on the registry in use."""
        assert self._env is not None, "use() comes first"
        return self._env

    @property
    def registry(self) -> Registry:
        """The registry in use; the database gets it when the operation has ended well."""
        return self.env.registry

    def flush(self) -> None:
        """Write what the environment has pending and forget its cache."""
        if self._env is not None:
            publish_waiting(self._env)
            self._env.flush()
            self._env.tx.invalidate()

    def set_addon(self, name: str, **values: object) -> None:
        """Change the row of an addon, in the database and here."""
        addon_rows.set_addon(self.connection, name, **values)
        self.rows[name] = addon_rows.read_addons(self.connection)[name]

    def say(self, message: str, /, **values: object) -> None:
        """Add a sentence to what the person is told at the end; `message` is an English template."""
        self.outcome.messages.append(message if isinstance(message, Notice) else Notice(message, **values))

    def finish(self) -> Registry | None:
        """Check the views, run what waited for the end, and raise the registry version."""
        if self._env is None:
            return None
        self.step("Checking the views")
        publish_waiting(self._env)
        self._env.flush()
        faults, remarks = wiring.view_faults(self._env, {*self.outcome.installed, *self.outcome.upgraded})
        for remark in remarks:
            self.say(str(remark))
        self.outcome.faults = faults
        if not self.trial:
            refuse(faults)
        self._env.flush()
        self._env.tx.before_commit()
        addon_rows.bump_registry_version(self.connection)
        self.registry.version, self.registry.cache_version = addon_rows.versions(self.connection)
        return self.registry

    def after_commit(self) -> None:
        """Run what waited for the commit."""
        if self._env is not None:
            self._env.tx.after_commit()


class _Tried(Exception):
    """Ends the transaction of a trial, so that nothing of it stays."""

    def __init__(self, operation: Operation) -> None:
        super().__init__("a trial has ended")
        self.operation = operation


def run(
    registries: Registries,
    database: str,
    title: str,
    work: Callable[[Operation], None],
    progress: ProgressCallback | None = None,
    retry: Sequence[str] = (),
    trial: bool = False,
) -> Outcome:
    """Do `work` in one transaction under the lock, and put its registry in the place of the present one.

    Args:
        title: what people read while they wait.
        work: changes the addons.
        progress: called with steps done, steps in all and what comes next.
        retry: addons whose Python is imported again if it was broken.
        trial: undo everything at the end; the outcome says what would have happened.

    Raises:
        Busy: another change of addons is under way.
        GrialError: the reason of a refusal; nothing was changed.
    """
    importer.forget_broken(retry)
    held = False

    def attempt() -> tuple[Operation, Registry | None]:
        nonlocal held
        with begin(registries.server.engine(database), write=True, schema=True) as connection:
            addon_rows.lock(connection)
            held = True
            operation = Operation(registries, database, title, connection, progress, trial)
            work(operation)
            registry = operation.finish()
            if trial:
                raise _Tried(operation)
            return operation, registry

    try:
        with unlimited():
            operation, registry = with_retry(attempt)
    except Busy as error:
        raise told_why(registries, database, error) from error
    except _Tried as tried:
        return tried.operation.outcome
    except GrialError:
        raise
    except Exception as error:
        log.warning("database %s: %s has failed", database, title, exc_info=True)
        folders = [manifest.folder for manifest in find_addons().manifests.values()]
        reason = importer.explained(error, folders)
        raise UserError("This has failed, and nothing was changed: {reason}", reason=reason) from error
    finally:
        if held:
            registries.board.clear(database, WORK)
    if registry is not None:
        registries.replace(database, registry)
    operation.after_commit()
    return operation.outcome


def told_why(registries: Registries, database: str, error: Busy) -> Busy:
    """The refusal of a busy database, in words that say so when addons are being changed in it."""
    under_way = registries.board.read(database, WORK)
    if under_way is None:
        return error
    verb, _, addons = under_way.title.partition(" ")
    what = GrialError(f"{verb} {{addons}}", addons=addons)
    return Busy("{what} at this moment. Please wait, and try again.", what=what, retry_after=10)
