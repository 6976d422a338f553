"""Finds the addons that this server could install: every folder with a manifest on `addons.__path__`."""

from __future__ import annotations

import importlib.util
import logging
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, ModuleType

from core.errors import GrialError, ManifestError, UnknownName
from core.module.manifest import MANIFEST_FILE, Manifest, read_manifest

log = logging.getLogger(__name__)

_lock = threading.Lock()
_remembered: dict[Path, tuple[int, int, Manifest | GrialError]] = {}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The addons on disk: those with a good manifest, and the reason for each that has a bad one."""

    manifests: Mapping[str, Manifest]
    broken: Mapping[str, GrialError] = field(default_factory=lambda: MappingProxyType({}))
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def resolve(self, name: str) -> str:
        """The addon of this name or older name; UnknownName, with the nearest one, when there is none."""
        if name in self.manifests or name in self.broken:
            return name
        if name in self.aliases:
            return self.aliases[name]
        raise self.unknown(name)

    def unknown(self, name: str) -> UnknownName:
        """The error for a name that is not on the shelf: the folders searched, and the nearest name."""
        return UnknownName(
            "There is no addon {name}. The folders searched are {folders}.",
            name=name, known=[*self.manifests, *self.broken, *self.aliases], folders=list(map(str, search_paths())),
        )  # fmt: skip

    def depends(self) -> dict[str, tuple[str, ...]]:
        """Addon to the addons it depends on, aliases resolved."""
        return {
            name: tuple(dict.fromkeys(self.aliases.get(other, other) for other in manifest.depends))
            for name, manifest in self.manifests.items()
        }


def namespace() -> ModuleType:
    """The `addons` package: a namespace without `__init__.py`, made here where no folder of that name is importable."""
    try:
        return importlib.import_module("addons")
    except ModuleNotFoundError:
        module = ModuleType("addons")
        module.__path__ = []
        return sys.modules.setdefault("addons", module)


def add_paths(paths: Iterable[str | Path]) -> None:
    """Append folders that hold addons to `addons.__path__`; one that is there already is left alone.

    Raises UnknownName for a path that is no folder.
    """
    package = namespace()
    known = [str(path) for path in package.__path__]
    for path in paths:
        folder = Path(path).expanduser().resolve()
        if not folder.is_dir():
            raise UnknownName("The addons path {path} is no folder.", path=str(folder))
        if str(folder) not in known:
            known.append(str(folder))
    # A plain list: Python recomputes a namespace path when sys.path changes, and forgets what was appended.
    package.__path__ = known


def search_paths() -> list[Path]:
    """The folders that are searched for addons, in order; the first one that holds a name wins."""
    return [Path(path) for path in namespace().__path__]


def find_addons() -> Shelf:
    """Read every manifest on the search path; unchanged files are remembered."""
    manifests: dict[str, Manifest] = {}
    broken: dict[str, GrialError] = {}
    for path in search_paths():
        if not path.is_dir():
            continue
        for folder in sorted(path.iterdir()):
            if folder.name in manifests or folder.name in broken or not (folder / MANIFEST_FILE).is_file():
                continue
            found = _read(folder)
            if isinstance(found, Manifest):
                manifests[folder.name] = found
            else:
                broken[folder.name] = found
    aliases = _aliases(manifests, broken)
    return Shelf(MappingProxyType(manifests), MappingProxyType(broken), MappingProxyType(aliases))


def folder_of(addon: str) -> Path | None:
    """The folder of an addon on disk, or None."""
    return next((path / addon for path in search_paths() if (path / addon / "__manifest__.py").is_file()), None)


def missing_libraries(manifest: Manifest) -> list[str]:
    """Python packages that the addon names under `external` and that this Python cannot import."""
    missing = []
    for name in manifest.external:
        try:
            found = importlib.util.find_spec(name) is not None
        except (ImportError, ValueError):
            found = False
        if not found:
            missing.append(name)
    return missing


def _read(folder: Path) -> Manifest | GrialError:
    file = folder / MANIFEST_FILE
    try:
        stat = file.stat()
    except OSError:
        return GrialError("{file} cannot be read.", file=str(file))
    with _lock:
        remembered = _remembered.get(file)
        if remembered is not None and remembered[:2] == (stat.st_mtime_ns, stat.st_size):
            return remembered[2]
        found: Manifest | GrialError
        try:
            found = read_manifest(folder)
        except GrialError as error:
            log.info("%s", error)  # the list of addons shows it
            found = error.kept()
        _remembered[file] = (stat.st_mtime_ns, stat.st_size, found)
        return found


def _aliases(manifests: dict[str, Manifest], broken: dict[str, GrialError]) -> dict[str, str]:
    """Older name to addon. An addon of that very name wins; two addons that claim one name are both refused."""
    claims: dict[str, list[str]] = {}
    for name in sorted(manifests):
        for alias in manifests[name].aliases:
            claims.setdefault(alias, []).append(name)
    aliases: dict[str, str] = {}
    for alias, owners in claims.items():
        if len(owners) > 1:
            for owner in owners:
                manifests.pop(owner, None)
                broken[owner] = ManifestError("The alias {alias} is claimed by {owners}.", alias=alias, owners=owners)
        elif alias not in manifests and alias not in broken:
            aliases[alias] = owners[0]
    return {alias: owner for alias, owner in aliases.items() if owner in manifests}
