"""The files to check: an addon's data files in the order they are loaded, or loose files, parsed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from core.check.ledger import Verdict
from core.check.legacy_addons import NOT_READ, addon_around, in_load_order, is_data_file
from core.data.xml import LEGACY_ROOTS, parse_file
from core.errors import DataFileError
from core.kernel.finding import Finding
from core.kernel.po import read_po
from core.module.manifest import Manifest

SKIPPED = frozenset({"__pycache__", "node_modules", ".venv", ".git"})
FOLDERS_WITHOUT_DATA = frozenset({"static", "tests", "i18n", "migrations", "__pycache__", "node_modules"})


@dataclass(slots=True)
class Source:
    """One data file.

    Attributes:
        addon: whose file it is; empty for one outside of addons.
        order: its place among all files that are loaded.
        loose: it is no file of an addon at hand: given by its path, though it may lie in an addon of OpenERP.
    """

    path: Path
    shown: str
    addon: str = ""
    order: int = 0
    loose: bool = False
    root: etree._Element | None = None
    content: bytes = b""
    findings: list[Finding] = field(default_factory=list)

    @property
    def legacy(self) -> bool:
        """Is it OpenERP's, so that what Grial does not know is a warning?"""
        if self.is_csv:
            return self.loose
        return self.root is not None and self.root.tag in LEGACY_ROOTS

    @property
    def is_csv(self) -> bool:
        return self.path.suffix.lower() == ".csv"


def read_source(path: Path, shown: str, addon: str = "", order: int = 0, loose: bool = False) -> Source:
    """Read and parse a file; what makes that impossible is a finding of the source."""
    source = Source(path, shown, addon, order, loose)
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


def loose_sources(paths: Iterable[Path], start: int) -> tuple[list[Source], list[Verdict]]:
    """The data files that paths stand for, in the order in which they are loaded, and the files that nobody reads.

    A folder stands for all XML files below it, and for what the manifests of OpenERP's addons in it list.
    """
    found: dict[Path, None] = {}
    others: list[Verdict] = []
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        inside = [file for file in sorted(path.rglob("*")) if file.is_file() and not SKIPPED & set(file.parts)]
        for file in inside:
            kind = file.suffix.lower()
            addon = addon_around(file) if kind == ".csv" or kind in NOT_READ else None
            listed = addon is not None and file.resolve().relative_to(addon.folder).as_posix() in addon.files
            if kind == ".xml" and is_data_file(file.read_bytes()):
                found[file] = None
            elif kind == ".xml":
                others.append(Verdict(str(file), 1, "file: other XML", "skipped", "It is no data file."))
            elif listed and kind == ".csv":
                found[file] = None
            elif listed:
                others.append(Verdict(str(file), 1, f"file: {kind[1:]}", "skipped", NOT_READ[kind]))
    sources = []
    for place, file in enumerate(in_load_order(found)):
        addon = addon_around(file)
        named = addon is not None and (addon.legacy or file.suffix.lower() == ".csv")
        sources.append(read_source(file, str(file), addon.name if addon and named else "", start + place, loose=True))
    return sources, others
