"""Finds and runs the migration scripts of an addon: `migrations/<version>/pre_*.py` and `post_*.py`."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from core.errors import GrialError, UserError
from core.module.manifest import Manifest, version_key
from core.module.migration import Migration


def run_scripts(manifest: Manifest, migration: Migration, phase: str) -> None:
    """Run the scripts of one phase (`pre` or `post`) for every version after the one the database has, oldest first.

    Raises UserError that names the script and its line when one fails.
    """
    for file in scripts(manifest, migration.from_version, phase):
        try:
            _migrate(manifest, file)(migration)
        except GrialError as error:
            raise UserError("{file}: {reason}", file=_shown(manifest, file), reason=error) from error
        except Exception as error:
            raise UserError(
                "{file}:{line}: {reason}",
                file=_shown(manifest, file),
                line=_line(error, file),
                reason=f"{type(error).__name__}: {error}",
            ) from error


def scripts(manifest: Manifest, from_version: str, phase: str) -> Iterator[Path]:
    """The scripts of a phase that a database of `from_version` has not seen, oldest version first, then by name."""
    folder = manifest.folder / "migrations"
    versions = []
    for sub in folder.iterdir() if folder.is_dir() else ():
        if not sub.is_dir() or sub.name.startswith(("_", ".")):
            continue
        try:
            versions.append((version_key(sub.name), sub))
        except ValueError:
            raise UserError("{folder} is no version.", folder=_shown(manifest, sub)) from None
    newest = version_key(manifest.version)
    for version, sub in sorted(versions):
        if version > newest:
            raise UserError(
                "{folder} is newer than the addon, which is {version}.",
                folder=_shown(manifest, sub),
                version=manifest.version,
            )
        if from_version and version > version_key(from_version):
            yield from sorted(sub.glob(f"{phase}_*.py"))


def _migrate(manifest: Manifest, file: Path) -> Callable[[Migration], None]:
    version = file.parent.name.replace(".", "_")
    name = f"addons.{manifest.addon}.migrations.v{version}.{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UserError("{file} cannot be read.", file=_shown(manifest, file))
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        sys.modules.pop(name, None)
    migrate: Callable[[Migration], None] | None = getattr(module, "migrate", None)
    if migrate is None:
        raise UserError("it has no function migrate(m).")
    return migrate


def _shown(manifest: Manifest, file: Path) -> str:
    return str(file.relative_to(manifest.folder.parent))


def _line(error: BaseException, file: Path) -> int:
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    line = 1
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
