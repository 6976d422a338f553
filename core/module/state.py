"""Keeps the list of addons in the database in step with the folders on disk."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.db import addon_rows
from core.db.addon_rows import AddonRow
from core.errors import Busy
from core.module.base_models import ADDONS, CATEGORIES, DEPENDENCIES, table_of
from core.module.finder import Shelf, find_addons
from core.module.manifest import Manifest

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.registry import Registry

log = logging.getLogger(__name__)


def catch_up(registry: Registry) -> None:
    """Add what is new on disk to the list of addons, so that people find it; a busy database gets it next time.

    What is missing here stays: another process may have more folders.
    """
    shelf = find_addons()
    if ADDONS not in registry:
        return
    try:
        with registry.transaction(write=False) as env:
            listed = {row.name: row.installed_version for row in table_of(env, ADDONS).search([])}
        if any(listed.get(name) != manifest.version for name, manifest in shelf.manifests.items()):
            registry.run(lambda env: update_list(env, shelf, forget=False))
    except Busy as error:
        log.info("database %s: the list of addons is not up to date: %s", registry.name, error)
    except Exception:  # a list that is old keeps nobody from his work
        log.exception("database %s: the list of addons is not up to date", registry.name)


def update_list(env: Env, shelf: Shelf | None = None, forget: bool = True) -> tuple[int, int]:
    """Bring the rows of all addons up to date with their manifests; gives how many changed and how many are new.

    An addon that left the disk loses its row, unless it is installed or nothing is to be forgotten.
    """
    shelf = shelf or find_addons()
    if ADDONS not in env:
        return 0, 0
    env.flush()
    known = addon_rows.read_addons(env.tx.connection)
    table = table_of(env, ADDONS)
    records = {record.name: record for record in table.search([])}
    fields = env.registry[ADDONS].fields
    changed = 0
    fresh = []
    for name, manifest in sorted(shelf.manifests.items()):
        values = _values(env, manifest, known.get(name))
        values = {key: value for key, value in values.items() if key in fields}
        record = records.get(name)
        if record is None:
            fresh.append(values)
            continue
        values = {key: value for key, value in values.items() if not _same(record, key, value)}
        if values:
            record.write(values)
            changed += 1
    created = table.create(fresh) if fresh else table
    for name, problem in shelf.broken.items():
        if name in records and known[name].state == "uninstalled":
            records[name].write({"state": "uninstallable", "message": str(problem)})
    for name, row in known.items():
        gone = name in records and name not in shelf.manifests and name not in shelf.broken
        if gone and forget and not row.installed:
            records[name].unlink()
    _write_dependencies(env, shelf)
    env.flush()
    return changed, len(created)


def outdated(shelf: Shelf, rows: Mapping[str, AddonRow]) -> list[str]:
    """Installed addons whose files are newer than what the database has."""
    return sorted(
        name
        for name, row in rows.items()
        if row.installed and name in shelf.manifests and shelf.manifests[name].is_newer_than(row.version)
    )


def _values(env: Env, manifest: Manifest, row: AddonRow | None) -> dict[str, Any]:
    state = row.state if row is not None else "uninstalled"
    if state in ("uninstalled", "uninstallable"):
        state = "uninstalled" if manifest.installable else "uninstallable"
    values = {
        "name": manifest.addon,
        "shortdesc": manifest.name,
        "summary": manifest.summary,
        "description": manifest.description,
        "author": manifest.author,
        "website": manifest.website,
        "license": manifest.license,
        "sequence": manifest.sequence,
        "application": manifest.application,
        "auto_install": manifest.auto_install,
        "installed_version": manifest.version,
        "icon": "static/icon.svg" if (manifest.folder / "static" / "icon.svg").is_file() else "",
        "category_id": _category(env, manifest.category),
        "state": state,
    }
    if row is None:
        values["enabled"] = True
    if row is not None and not row.installed:
        values["message"] = ""
    return values


def _category(env: Env, name: str) -> int:
    """The category of this path ("Sales / After-Sale"), which is made where it is missing; 0 for none."""
    parent = 0
    if CATEGORIES not in env:
        return parent
    for step in filter(None, (part.strip() for part in name.split("/"))):
        table = table_of(env, CATEGORIES)
        found = table.search([("name", "=", step), ("parent_id", "=", parent or False)], limit=1)
        if not found:
            found = table.create({"name": step, "parent_id": parent or False})
        parent = found.id
    return parent


def _same(record: Any, key: str, value: Any) -> bool:
    present = getattr(record, key)
    if key == "category_id":
        return bool((present.id if present else 0) == value)
    return bool(present == value) or (not present and not value)


def _write_dependencies(env: Env, shelf: Shelf) -> None:
    if DEPENDENCIES not in env:
        return
    depends = shelf.depends()
    table = table_of(env, DEPENDENCIES)
    for record in table_of(env, ADDONS).search([]):
        wanted = set(depends.get(record.name, ()))
        present = {line.name: line for line in record.dependencies_id}
        for name in sorted(set(present) - wanted):
            present[name].unlink()
        table.create([{"name": name, "module_id": record.id} for name in sorted(wanted - set(present))])
