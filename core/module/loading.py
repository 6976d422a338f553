"""Builds the registry of a database from the addons installed in it, leaving out those that are broken."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from core.db import addon_rows, table_rows
from core.db.addon_rows import AddonRow
from core.db.engine import DatabaseServer, begin
from core.errors import Busy, GrialError, UserError
from core.files.store import FileStore
from core.kernel.hooks import HookManager
from core.module import wiring
from core.module.finder import Shelf, find_addons
from core.module.graph import in_order, refusal
from core.module.importer import import_addons, imported_module
from core.module.manifest import version_key
from core.orm.build import build_registry
from core.orm.declare import declarations
from core.orm.registry import Registry

if TYPE_CHECKING:
    from core.kernel.config import Settings
    from core.orm.model import Model
    from core.orm.registry import ModelInfo

log = logging.getLogger(__name__)

_left_out: WeakKeyDictionary[Registry, Mapping[str, GrialError]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Loadable:
    """Which installed addons can be loaded, in graph order, and why the others cannot."""

    addons: tuple[str, ...]
    broken: Mapping[str, GrialError]


def load_registry(server: DatabaseServer, settings: Settings, name: str, noting: bool = True) -> Registry:
    """The registry of a database as it is now, which may still be in the making.

    Args:
        noting: write into the database which addons are broken, for people to read.

    Raises:
        GrialError: it is not one of ours, or `base` cannot be loaded.
    """
    with begin(server.engine(name), write=False) as connection:
        if not addon_rows.exists(connection):
            raise UserError("Database {name} was not made by Grial.", name=name)
        version, caches = addon_rows.versions(connection)
        rows = addon_rows.read_addons(connection)
    shelf = find_addons()
    found = loadable(shelf, rows)
    registry, broken = build_what_works(server, settings, name, found, shelf)
    with begin(server.engine(name), write=False) as connection:
        while late := lacking(connection, registry):
            registry = _without(server, settings, registry, late, broken, shelf)
    registry.version, registry.cache_version = version, caches
    _left_out[registry] = broken
    for addon, reason in broken.items():
        if not noting or rows[addon].state != "broken":
            log.warning("database %s: addon %s is broken: %s", name, addon, reason)
    if noting:
        note_broken(server, name, rows, broken)
    return registry


def left_out(registry: Registry) -> Mapping[str, GrialError]:
    """The installed addons that are not in a registry because they are broken, and why."""
    return _left_out.get(registry, {})


def lacking(connection: addon_rows.Connection, registry: Registry) -> dict[str, str]:
    """The addons whose files want tables or columns that the database has not, each with the first of them."""
    present = table_rows.all_columns(connection)
    found: dict[str, str] = {}
    for info in registry.models.values():
        if not info.stored:
            continue
        columns = present.get(info.table.name)
        if columns is None:
            found.setdefault(info.addon, info.table.name)
            continue
        for field in info.columns:
            names = [field.name, f"{field.name}_fold"] if field.folded else [field.name]
            for name in names:
                if name not in columns:
                    found.setdefault(_wanted_by(info, field.name), f"{info.table.name}.{name}")
    for relation, fields in registry.relation_fields.items():
        if relation not in present:
            found.setdefault(fields[0].addon, relation)
    return found


def _wanted_by(info: ModelInfo, name: str) -> str:
    """The addon that declares a field last: what it makes of it may be why a column is wanted."""
    declaring = (str(getattr(cls, "_addon", "")) for cls in info.cls.__mro__[1:] if name in vars(cls))
    return next(filter(None, declaring), info.addon)


def _without(
    server: DatabaseServer,
    settings: Settings,
    registry: Registry,
    late: Mapping[str, str],
    broken: dict[str, GrialError],
    shelf: Shelf,
) -> Registry:
    """The registry without addons that are newer than their database, and without those that need them."""
    if "base" in late:
        raise UserError(
            "The files of {addon} are newer than database {name}, which has no {what} yet. "
            "Upgrade it: grial addon upgrade {addon} -d {name}",
            addon="base",
            name=registry.name,
            what=late["base"],
        )
    for addon, what in late.items():
        broken[addon] = UserError(
            "Its files are newer than the database, which has no {what} yet. Upgrade it.", what=what
        )
    _spread(broken, set(registry.addons), shelf.depends())
    return build(server, settings, registry.name, [addon for addon in registry.addons if addon not in broken])


def loadable(shelf: Shelf, rows: Mapping[str, AddonRow]) -> Loadable:
    """The installed and enabled addons that are on disk and can be imported, in graph order."""
    wanted = {name for name, row in rows.items() if row.installed and row.enabled}
    broken: dict[str, GrialError] = {}
    for name in sorted(wanted):
        reason = refusal(shelf, name) or too_old(shelf, rows[name])
        if reason is not None:
            broken[name] = reason
    depends = shelf.depends()
    _spread(broken, wanted, depends)
    order = in_order(wanted - set(broken), depends)
    broken.update(import_addons(order, shelf))
    return Loadable(tuple(name for name in order if name not in broken), broken)


def too_old(shelf: Shelf, row: AddonRow) -> GrialError | None:
    """The reason when the database holds a newer version of an addon than the one on disk."""
    manifest = shelf.manifests.get(row.name)
    if manifest is None or not row.version or version_key(manifest.version) >= version_key(row.version):
        return None
    return UserError(
        "The database has version {have} of {addon}, the files are of version {found}. Put the newer files back.",
        addon=row.name,
        have=row.version,
        found=manifest.version,
    )


def build(server: DatabaseServer, settings: Settings, name: str, addons: Sequence[str]) -> Registry:
    """A registry of exactly these addons, given in graph order and imported, with hooks and rooms connected.

    Raises GrialError when their models do not fit together.
    """
    _refuse_twice(addons)
    hooks = HookManager()
    for addon in addons:
        for part in ("hookspecs", "hooks"):
            module = imported_module(addon, part)
            if module is not None:
                hooks.register(addon, module)
    registry = build_registry(name, server.engine(name), settings, addons, FileStore(server.files_folder(name)), hooks)
    set_aliases(registry)
    wiring.connect(registry)
    return registry


def _refuse_twice(addons: Sequence[str]) -> None:
    """Refuse a model that two classes declare: one of them was meant to extend it, or took a name that is in use."""
    declared: dict[str, type[Model]] = {}
    for addon in addons:
        for cls in declarations(addon):
            if cls._extend:
                continue
            other = declared.setdefault(cls._name, cls)
            if other is not cls:
                raise UserError(
                    "{cls} of addon {addon} declares {model}, which addon {other} declares already. "
                    "Write extend=True to extend it.",
                    cls=cls.__name__,
                    addon=addon,
                    model=cls._name,
                    other=other._addon,
                )


def set_aliases(registry: Registry) -> None:
    """Let external ids be found under the older names of their addons."""
    known = registry.cache("aliases")
    if not known:
        known.update(find_addons().aliases or {"": ""})


def build_what_works(
    server: DatabaseServer, settings: Settings, name: str, found: Loadable, shelf: Shelf
) -> tuple[Registry, dict[str, GrialError]]:
    """A registry of as many of the addons as fit together, and the reasons for the rest."""
    broken = dict(found.broken)
    if "base" in broken:
        raise UserError("Database {name} cannot be opened: {reason}", name=name, reason=broken["base"])
    try:
        return build(server, settings, name, found.addons), broken
    except GrialError:
        log.warning("database %s: some addons do not fit together; looking for them", name, exc_info=True)
    depends = shelf.depends()
    working: list[str] = []
    for addon in found.addons:
        if any(other not in working for other in depends[addon]):
            continue
        try:
            build(server, settings, name, [*working, addon])
        except GrialError as error:
            if addon == "base":
                raise
            broken[addon] = error.kept()
        else:
            working.append(addon)
    _spread(broken, set(found.addons), depends)
    return build(server, settings, name, working), broken


def note_broken(
    server: DatabaseServer, name: str, rows: Mapping[str, AddonRow], broken: Mapping[str, GrialError]
) -> None:
    """Write into the addons' rows which are broken now and which no longer are, for people to read."""
    changed = {
        row.name: {"state": "broken", "message": str(broken[row.name])[:2000]}
        if row.name in broken
        else {"state": "installed", "message": None}
        for row in rows.values()
        if row.installed and row.enabled and (row.name in broken) != (row.state == "broken")
    }
    if not changed:
        return
    try:
        with begin(server.engine(name), write=True) as connection:
            for addon, values in changed.items():
                addon_rows.set_addon(connection, addon, **values)
    except Busy:
        log.info("database %s is busy; the states of its addons are written next time", name)


def _spread(broken: dict[str, GrialError], wanted: Iterable[str], depends: Mapping[str, Sequence[str]]) -> None:
    """Break what depends on something broken, or on something that is not installed."""
    wanted = set(wanted)
    growing = True
    while growing:
        growing = False
        for name in sorted(wanted - set(broken)):
            for other in depends[name]:
                if other in broken or other not in wanted:
                    broken[name] = UserError("It needs {other}, which is not loaded.", other=other)
                    growing = True
                    break
