"""The files to check: an addon's data files in the order they are loaded, or loose files, parsed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from core.data.xml import LEGACY_ROOTS, parse_file
from core.errors import DataFileError
from core.kernel.finding import Finding
from core.kernel.po import read_po
from core.module.manifest import Manifest

FOLDERS_WITHOUT_DATA = frozenset({"static", "tests", "i18n", "migrations", "__pycache__", "node_modules"})


@dataclass(slots=True)
class Source:
    """One data file. `addon` is empty for a loose file; `order` is its place among all files that are loaded."""

    path: Path
    shown: str
    addon: str = ""
    order: int = 0
    root: etree._Element | None = None
    content: bytes = b""
    findings: list[Finding] = field(default_factory=list)

    @property
    def legacy(self) -> bool:
        """Is it OpenERP's, so that what Grial does not know is a warning?"""
        return self.root is not None and self.root.tag in LEGACY_ROOTS

    @property
    def is_csv(self) -> bool:
        return self.path.suffix.lower() == ".csv"


def read_source(path: Path, shown: str, addon: str = "", order: int = 0) -> Source:
    """Read and parse a file; what makes that impossible is a finding of the source."""
    source = Source(path, shown, addon, order)
    try:
        source.content = path.read_bytes()
        if not source.is_csv:
            source.root = parse_file(source.content, shown)
    except OSError as error:
        source.findings.append(Finding(shown, 0, "file", f"The file cannot be read: {error.strerror}."))
    except DataFileError as error:
        message = error.translated(str).partition(": ")[2] if error.file else str(error)
        source.findings.append(Finding(shown, error.line, "xml", message))
    return source


def addon_sources(manifest: Manifest, start: int) -> Iterator[Source]:
    """The data and demo files that a manifest lists, in their order; those that are missing are left out."""
    for number, name in enumerate((*manifest.data, *manifest.demo)):
        path = manifest.folder / name
        if path.is_file():
            yield read_source(path, f"{manifest.addon}/{name}", manifest.addon, start + number)


def manifest_findings(manifest: Manifest) -> list[Finding]:
    """Listed files that are not there, and data files of the addon that nothing lists."""
    shown = f"{manifest.addon}/{manifest.file.name}"
    found = [
        Finding(shown, manifest.lines.get("data" if name in manifest.data else "demo", 1), "manifest-file",
                f"There is no file {name}.")
        for name in manifest.missing_files()
    ]  # fmt: skip
    listed = {*manifest.data, *manifest.demo}
    for path in sorted(manifest.folder.rglob("*")):
        inside = path.relative_to(manifest.folder)
        if path.suffix not in (".xml", ".csv") or inside.parts[0] in FOLDERS_WITHOUT_DATA or not path.is_file():
            continue
        if inside.as_posix() not in listed:
            message = "The manifest does not list this file, so it is never loaded."
            found.append(Finding(f"{manifest.addon}/{inside.as_posix()}", 1, "manifest-unlisted", message, "warning"))
    return [*found, *_translation_findings(manifest)]


def _translation_findings(manifest: Manifest) -> Iterator[Finding]:
    """Catalogues that cannot be read: their texts would stay English."""
    for path in sorted((manifest.folder / "i18n").glob("*.po")):
        try:
            read_po(path)
        except (OSError, UnicodeDecodeError) as error:
            message = f"The translations cannot be read: {error}."
            yield Finding(f"{manifest.addon}/i18n/{path.name}", 1, "translations", message)


def loose_files(paths: Iterable[Path]) -> list[Path]:
    """The XML files that paths stand for: themselves, or all below a folder."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.xml")) if path.is_dir() else [path]
    return [path for path in found if not FOLDERS_WITHOUT_DATA & set(path.parts[:-1])]
