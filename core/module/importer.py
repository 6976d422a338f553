"""Imports the Python of addons, guarded: an addon that cannot be imported is reported, and never stops the server."""

from __future__ import annotations

import importlib
import logging
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from core.errors import GrialError, TookTooLong
from core.kernel.limit import stoppable, time_limit
from core.module.finder import Shelf, namespace
from core.module.manifest import Manifest
from core.orm import declare

log = logging.getLogger(__name__)

LONGEST_IMPORT = 20.0
"""Seconds that the Python of one addon may take to import before it counts as broken."""

PATIENCE = 3.0
"""Seconds more until one that cannot be stopped is left behind."""

_lock = threading.RLock()
_imported: dict[str, tuple[Path, GrialError | None]] = {}


def import_addons(names: Sequence[str], shelf: Shelf) -> dict[str, GrialError]:
    """Import the Python of `names` (in graph order), once a process, and say which of them are broken, and why.

    An addon that depends on a broken one is broken as well. Nothing of a broken addon stays behind: neither its
    modules nor its declared classes.
    """
    broken: dict[str, GrialError] = {}
    depends = shelf.depends()
    for name in names:
        blocked = next((other for other in depends[name] if other in broken), None)
        if blocked is not None:
            broken[name] = GrialError(
                "It needs {other}, which is broken: {reason}", other=blocked, reason=_first_cause(broken[blocked])
            )
            continue
        reason = import_addon(shelf.manifests[name])
        if reason is not None:
            broken[name] = reason
    return broken


def import_addon(manifest: Manifest) -> GrialError | None:
    """Import all Python of one addon; the reason when it is broken. The outcome is remembered."""
    with _lock:
        remembered = _imported.get(manifest.addon)
        if remembered is not None:
            if remembered[0] == manifest.folder:
                return remembered[1]
            forget(manifest.addon)
        reason = _guarded(manifest)
        _imported[manifest.addon] = (manifest.folder, reason)
        return reason


def forget_broken(names: Sequence[str]) -> None:
    """Let the next import try those of `names` again that were broken: their files may have been repaired."""
    with _lock:
        for name in names:
            if name in _imported and _imported[name][1] is not None:
                forget(name)


def forget(addon: str) -> None:
    """Drop the modules and declared classes of one addon from this process, so that it is imported afresh."""
    with _lock:
        _imported.pop(addon, None)
        prefix = f"addons.{addon}"
        for module in [name for name in sys.modules if name == prefix or name.startswith(prefix + ".")]:
            del sys.modules[module]
        package = namespace()
        if hasattr(package, addon):
            delattr(package, addon)
        declare.forget(addon)


def python_modules(manifest: Manifest) -> list[str]:
    """The modules of an addon that are imported, in order: hook specs, models, wizards, hooks, web routes."""
    folder, prefix = manifest.folder, f"addons.{manifest.addon}"
    modules = [f"{prefix}.hookspecs"] if (folder / "hookspecs.py").is_file() else []
    for part in ("models", "wizards"):
        modules += [f"{prefix}.{part}.{file.stem}" for file in sorted((folder / part).glob("[a-z]*.py"))]
    modules += [f"{prefix}.{part}" for part in ("hooks", "web") if (folder / f"{part}.py").is_file()]
    return modules


def imported_module(addon: str, part: str) -> ModuleType | None:
    """A module of an imported addon (`hooks`, `hookspecs`, `web`), or None when it has none."""
    return sys.modules.get(f"addons.{addon}.{part}")


def _guarded(manifest: Manifest) -> GrialError | None:
    """Import in a thread of its own, which is left to itself when it hangs outside of Python: in a sleep, a socket."""
    outcome: list[BaseException | None] = []
    thread = threading.Thread(target=_import, args=(manifest, outcome), name=f"import {manifest.addon}", daemon=True)
    thread.start()
    try:
        thread.join(LONGEST_IMPORT + PATIENCE)
    except KeyboardInterrupt:
        forget(manifest.addon)
        raise
    error = outcome[0] if outcome else TookTooLong()
    if error is None:
        return None
    log.warning("addon %s is broken", manifest.addon, exc_info=error)
    forget(manifest.addon)
    return explained(error, [manifest.folder])


def _import(manifest: Manifest, outcome: list[BaseException | None]) -> None:
    try:
        with time_limit(LONGEST_IMPORT), stoppable():
            package = importlib.import_module(f"addons.{manifest.addon}")
            if getattr(package, "__file__", None) is None:
                # Without __init__.py Python would merge the folders of this name of every addons path.
                package.__path__ = [str(manifest.folder)]
            for module in python_modules(manifest):
                importlib.import_module(module)
    except BaseException as error:  # noqa: BLE001 - sys.exit() in an addon is its own failure too
        outcome.append(error)
    else:
        outcome.append(None)


def explained(error: BaseException, folders: Sequence[Path]) -> GrialError:
    """An error of an addon's code with the last place inside one of the folders, for people."""
    if isinstance(error, TookTooLong):
        text = f"its import takes longer than {LONGEST_IMPORT:.0f} s"
    elif isinstance(error, GrialError):
        text = str(error)
    elif isinstance(error, SystemExit):
        text = "it ends the program while it is imported"
    else:
        text = f"{type(error).__name__}: {error}"
    place = None
    if isinstance(error, SyntaxError) and error.filename:
        text = f"{type(error).__name__}: {error.msg}"
        place = (error.filename, error.lineno or 1)
    else:
        for frame in traceback.extract_tb(error.__traceback__):
            if any(Path(frame.filename).is_relative_to(folder) for folder in folders):
                place = (frame.filename, frame.lineno or 1)
    if place is None:
        return GrialError("{reason}", reason=text[:500])
    file = Path(place[0])
    for folder in folders:
        if file.is_relative_to(folder):
            file = file.relative_to(folder.parent)
    field = error.values.get("field", "") if isinstance(error, GrialError) else ""
    return GrialError("{file}:{line}: {reason}", file=str(file), line=place[1], reason=text[:500], field=field)


def _first_cause(error: GrialError) -> object:
    reason = error.values.get("reason")
    return reason if "other" in error.values else error
