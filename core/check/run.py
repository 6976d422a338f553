"""`server.py check`: what is wrong with addons and data files, before anybody installs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.check.access import access_findings
from core.check.code import code_findings
from core.check.conditions import condition_findings
from core.check.elements import FileCheck
from core.check.ids import Ids
from core.check.ledger import Ledger, Verdict
from core.check.models import merged, whole_addon
from core.check.schema import schema_findings
from core.check.signals import Signals, unmarked_findings
from core.check.sources import Source, addon_sources, loose_sources, manifest_findings
from core.check.views import StaticModels, view_findings
from core.errors import GrialError, ManifestError, UnknownName
from core.kernel.finding import Finding
from core.lint import lint_folder
from core.module.finder import Shelf, add_paths, find_addons, folder_of
from core.module.graph import in_order
from core.module.manifest import MANIFEST_FILE, Manifest, read_manifest

if TYPE_CHECKING:
    from core.orm.registry import Registry


_CORE = Path(__file__).resolve().parents[1]


@dataclass(slots=True)
class Survey:
    """What a check found: what is wrong, and a verdict for each construct of the data files."""

    findings: list[Finding]
    verdicts: list[Verdict] = field(default_factory=list)


def run(paths: Sequence[str | Path] = ()) -> list[Finding]:
    """Check addons and files; only what is wrong.

    Args:
        paths: names of addons, folders of addons, data files, folders of data files; every addon on the addons path,
            and the sources of core, when there is none.

    Raises UnknownName for a name that is neither an addon nor a path.
    """
    return survey(paths).findings


def survey(paths: Sequence[str | Path] = ()) -> Survey:
    """Check addons and files: what is wrong, and a verdict for each construct. Arguments and errors as for `run`."""
    targets, files = _sorted_out(paths)
    shelf = find_addons()
    if not paths:
        targets = {*shelf.manifests, *shelf.broken}
    findings: list[Finding] = []
    shelf = _with_faulty(shelf, targets, findings)
    good = targets & set(shelf.manifests)
    findings += [] if paths else lint_folder(_CORE, "core")
    findings += [found for name in good for found in lint_folder(shelf.manifests[name].folder, name)]
    order, missing = _needed(shelf, good)
    findings += missing
    found = Survey(findings)
    if files:
        order = _all_that_fit(shelf, order)
    with merged([name for name in order if _complete(shelf, name)], shelf, findings) as registry:
        _check(found, shelf, order, frozenset(good), files, registry)
    return Survey(sorted(set(findings)), found.verdicts)


def _sorted_out(paths: Sequence[str | Path]) -> tuple[set[str], list[Path]]:
    """The addons and the loose files or folders that the arguments name."""
    shelf = find_addons()
    addons: set[str] = set()
    files: list[Path] = []
    for given in paths:
        path = Path(given)
        if isinstance(given, str) and (given in shelf.manifests or given in shelf.broken or given in shelf.aliases):
            addons.add(shelf.resolve(given))
        elif (path / MANIFEST_FILE).is_file():
            add_paths([path.resolve().parent])
            addons.add(path.resolve().name)
        elif path.exists():
            files.append(path)
        else:
            raise UnknownName("{name} is neither an addon nor a path.", name=str(given), known=shelf.manifests)
    return addons, files


def _with_faulty(shelf: Shelf, targets: set[str], findings: list[Finding]) -> Shelf:
    """The addons, with those whose manifest is faulty as far as it can be read: the rest of them is checked too."""
    manifests: dict[str, Manifest] = dict(shelf.manifests)
    for name in sorted(targets & set(shelf.broken)):
        folder = folder_of(name)
        faults: list[ManifestError] = []
        try:
            manifest = read_manifest(folder, faults) if folder is not None else None
        except ManifestError as error:
            faults, manifest = [error], None
        if manifest is not None and faults:
            manifests[name] = manifest
        shown = f"{name}/{MANIFEST_FILE}"
        findings += [
            Finding(shown, int(str(fault.values["line"])), "manifest", str(fault.values["problem"])) for fault in faults
        ] or [whole_addon(name, "manifest", shelf.broken[name])]
    broken = {name: reason for name, reason in shelf.broken.items() if name not in manifests}
    return Shelf(MappingProxyType(manifests), MappingProxyType(broken), shelf.aliases)


def _needed(shelf: Shelf, targets: Iterable[str]) -> tuple[list[str], list[Finding]]:
    """The addons and all they depend on, in the order they are loaded, and those they lack."""
    depends = shelf.depends()
    findings: list[Finding] = []
    found: set[str] = set()
    waiting = list(targets)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for other in depends[name]:
            if other in depends:
                waiting.append(other)
            else:
                reason = shelf.broken.get(other) or shelf.unknown(other)
                line = shelf.manifests[name].lines.get("depends", 1)
                findings.append(Finding(f"{name}/{MANIFEST_FILE}", line, "depends", str(reason)))
    for name in sorted(found):
        try:
            in_order(_closure(name, depends), depends)
        except GrialError as error:
            found.discard(name)
            findings.append(whole_addon(name, "depends", error))
    return in_order(found, depends), findings


def _closure(name: str, depends: Mapping[str, Sequence[str]]) -> set[str]:
    """An addon and all it needs, of those that there are."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in depends and one not in found:
            found.add(one)
            waiting += depends[one]
    return found


def _all_that_fit(shelf: Shelf, order: list[str]) -> list[str]:
    """Every addon at hand that has all it needs: what a file outside of addons may speak of."""
    depends = shelf.depends()
    found = {name for name in depends if _complete(shelf, name)}
    while lacking := {name for name in found if not found.issuperset(depends[name])}:
        found -= lacking
    try:
        return in_order({*found, *order}, depends)
    except GrialError:
        return order


def _complete(shelf: Shelf, name: str) -> bool:
    return all(other in shelf.manifests for other in shelf.depends()[name])


def _check(
    found: Survey, shelf: Shelf, order: list[str], targets: frozenset[str], files: list[Path], registry: Registry | None
) -> None:
    findings = found.findings
    sources: list[Source] = []
    for name in order:
        sources += addon_sources(shelf.manifests[name], len(sources))
    loose, unread = loose_sources(files, len(sources))
    found.verdicts += unread
    depends = shelf.depends()
    reachable = {name: frozenset(_closure(name, depends)) for name in order}
    others = [one.addon for one in loose if one.addon not in ("", *reachable)]
    ids = Ids(registry, {**reachable, **dict.fromkeys(others, frozenset())}, dict(shelf.aliases))
    ledgers: dict[str, Ledger] = {}
    for source in [*sources, *loose]:
        ids.read(source)
    unknown = set(order) - set(registry.addons if registry is not None else ())
    for source in [*(one for one in sources if one.addon in targets), *loose]:
        findings += source.findings
        findings += schema_findings(source)
        if source.addon in unknown and not source.loose:
            continue  # its models could not be read: all else would follow from that
        check = FileCheck(source, registry, ids)
        findings += check.run()
        if registry is not None:
            findings += condition_findings(source, registry, partial(ids.open_to, source))
        ledgers[source.shown] = check.ledger
        for broken in source.findings:
            check.ledger.part(broken.line, "file").judge("rejected", broken.message)
    signals = Signals([*sources, *loose], ids)
    models = StaticModels(registry, ids, signals) if registry is not None else None
    readable = [source for source in sources if source.addon not in unknown]
    of_views = view_findings([*readable, *loose], targets - unknown, models, ids)
    findings += of_views
    for finding in set(of_views):
        if finding.file in ledgers:
            ledgers[finding.file].attach(finding)
    found.verdicts += [verdict for ledger in ledgers.values() for verdict in ledger.verdicts()]
    if registry is not None:
        findings += unmarked_findings(signals, targets, registry)
    for name in targets:
        manifest = shelf.manifests[name]
        findings += manifest_findings(manifest)
        if registry is not None:
            findings += access_findings(manifest, sources, registry, ids)
            if name in reachable and name not in unknown:
                findings += code_findings(manifest, registry, reachable[name])
