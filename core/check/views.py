"""Puts the views of data files together and checks them, as a database would when it shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lxml import etree

from core.check.ids import Ids
from core.check.signals import Signals
from core.check.sources import Source
from core.data.short_tags import view_arch
from core.data.xml import arch_of, blocks, children, line_of
from core.errors import DataFileError, UserError
from core.kernel.finding import Finding
from core.view.arch import parse
from core.view.inherit import apply, specifications
from core.view.markup import Origin, parse_arch
from core.view.validate import FieldFacts, Fields, validate

if TYPE_CHECKING:
    from core.orm.registry import Registry

DEEPEST = 30
UNKNOWN_NAMES = frozenset(
    ["view-field", "view-model", "view-button", "view-group", "view-action", "view-name", "view-filter", "view-inherit"]
)
"""Codes of findings about names that an older file may use without our knowing them."""

_OPEN = re.compile(r"%\(([\w.\-]+)\)([ds])")


@dataclass(slots=True)
class ViewSource:
    """One view as files define it; `line` is that of its arch, `declared` that of its element."""

    xmlid: str
    model: str
    parent: str
    primary: bool
    priority: int
    source: Source
    arch: str
    line: int
    declared: int
    mode: str = ""

    @property
    def origin(self) -> Origin:
        return Origin(self.xmlid, self.source.shown, self.line)


class StaticModels:
    """What the check of a view asks, answered by the classes of the addons and by their files."""

    def __init__(self, registry: Registry, ids: Ids, signals: Signals, addon: str = "") -> None:
        """With an addon, what it may use: what itself and those that it needs bring; otherwise all there is."""
        self.registry = registry
        self.ids = ids
        self.addon = addon
        self._signals = signals

    def of_addon(self, addon: str) -> StaticModels:
        """The same, as far as the addon may use it."""
        return StaticModels(self.registry, self.ids, self._signals, addon)

    def fields(self, model: str) -> Fields | None:
        """The fields of a model."""
        info = self.registry.models.get(model)
        if info is None or not self.ids.reaches(self.addon, info.addon):
            return None
        return {
            name: FieldFacts(f.type, str(getattr(f, "comodel", "") or ""))
            for name, f in info.fields.items()
            if self.ids.reaches(self.addon, f.addon)
        }

    def actions(self, model: str) -> frozenset[str]:
        """The methods that a button may call."""
        info = self.registry.models[model]
        return info.actions | info.transitions

    def transitions(self, model: str) -> frozenset[str]:
        """The methods that act for a transition."""
        return self.registry.models[model].transitions

    def signals(self, model: str) -> frozenset[str]:
        """The signals that the files define for the model."""
        return self._signals.of(model)

    def has_id(self, xmlid: str) -> bool | None:
        """Is there such a record? None for one of an addon that is not at hand, or made by a program."""
        module, dot, name = xmlid.partition(".")
        if not dot or self.ids.qualified(xmlid, module) in self.ids.defined:
            return True if dot else None
        return False if module in self.ids.addons and not name.startswith(("model_", "field_", "module_")) else None


def view_findings(
    sources: Iterable[Source], targets: frozenset[str], models: StaticModels | None, ids: Ids
) -> list[Finding]:
    """What is wrong with the views of the target addons, and with those they extend.

    Args:
        sources: the files of all addons at hand, in the order they are loaded.
        targets: the addons whose faults are of interest; loose files always are.
    """
    findings: list[Finding] = []
    views, extending, loose = _read_views(sources, ids, findings)
    for view in loose:
        known = models is not None and models.fields(view.model) is not None
        if view.source.legacy:
            findings += _alone(view)
        elif view.parent in views and not view.primary:
            extending.setdefault(view.parent, []).append(view)
        elif view.primary and known:
            findings += _whole(_plan(view, views, {}, 0), models)
        else:
            findings += _alone(view)
    if loose:
        targets |= {""}
    for view in views.values():
        if view.primary and view.model:
            findings += _for_targets(_plan(view, views, extending, 0), targets, models, ids)
        elif not view.primary and _is_target(view, targets) and view.parent not in views:
            findings += _alone(view)
    legacy = {source.shown for source in sources if source.legacy}
    return [_tolerated(finding) if finding.file in legacy else finding for finding in findings]


def parts_of_view(sources: Iterable[Source], ids: Ids, xmlid: str) -> list[ViewSource]:
    """The views that make up a view, itself and all that extend it, in their order; empty when there is none."""
    views, extending, _ = _read_views(sources, ids, [])
    return _plan(views[xmlid], views, extending, 0) if xmlid in views else []


def _read_views(
    sources: Iterable[Source], ids: Ids, findings: list[Finding]
) -> tuple[dict[str, ViewSource], dict[str, list[ViewSource]], list[ViewSource]]:
    """The views of addons by external id, those that extend by what they extend, and those of loose files."""
    views: dict[str, ViewSource] = {}
    loose: list[ViewSource] = []
    for source in sources:
        for view in _views_of(source, ids, findings):
            if view.xmlid and source.addon:
                views[view.xmlid] = view  # an older addon of the same name stands in place of ours
            else:
                loose.append(view)
    extending: dict[str, list[ViewSource]] = {}
    for view in views.values():
        view.primary = view.primary or _is_variant(view, views)
        if not view.primary and not (view.parent in views and views[view.parent].source.loose > view.source.loose):
            extending.setdefault(view.parent, []).append(view)
    return views, extending, loose


def _is_variant(view: ViewSource, views: dict[str, ViewSource]) -> bool:
    """An older extension that names another model than its base changes nothing but a copy, for that model."""
    base = views.get(view.parent)
    return bool(view.source.legacy and not view.mode and view.model and base and base.model not in ("", view.model))


def _is_target(view: ViewSource, targets: frozenset[str]) -> bool:
    return view.source.loose or view.source.addon in targets


def _tolerated(finding: Finding) -> Finding:
    """What an older file names and nobody knows is only a warning."""
    return replace(finding, severity="warning") if finding.code in UNKNOWN_NAMES else finding


def _views_of(source: Source, ids: Ids, findings: list[Finding]) -> Iterable[ViewSource]:
    if source.root is None or source.is_csv:
        return
    for block in blocks(source.root):
        for element in block.elements:
            try:
                if element.tag == "view":
                    yield _of_tag(element, source, ids)
                elif element.tag == "record" and element.get("model") == "ir.ui.view":
                    view = _of_record(element, source, ids)
                    if view is not None:
                        yield view
            except UserError as error:
                findings.append(Finding(source.shown, line_of(element), "view", str(error)))


def _of_tag(element: etree._Element, source: Source, ids: Ids) -> ViewSource:
    _kind, arch, line = view_arch(element)
    inherit = element.get("inherit") or ""
    return ViewSource(
        xmlid=ids.qualified(element.get("id") or "", source.addon).lstrip("."),
        model=element.get("model") or "",
        parent=ids.qualified(inherit, source.addon) if inherit else "",
        primary=not inherit or element.get("mode") == "primary",
        priority=_number(element.get("priority")),
        source=source,
        arch=_comparable(arch, source, ids),
        line=line,
        declared=line_of(element),
    )


def _of_record(element: etree._Element, source: Source, ids: Ids) -> ViewSource | None:
    fields = {child.get("name"): child for child in children(element) if child.tag == "field"}
    arch = fields.get("arch")
    if arch is None or (fields.get("type") is not None and (fields["type"].text or "").strip() == "qweb"):
        return None
    text, line = arch_of(arch) if children(arch) else (arch.text or "", line_of(arch))
    parent = fields["inherit_id"].get("ref") or "" if "inherit_id" in fields else ""
    mode = (fields["mode"].text or "").strip() if "mode" in fields else ""
    priority = fields.get("priority")
    said = (priority.text or priority.get("eval") or "") if priority is not None else ""
    return ViewSource(
        xmlid=ids.qualified(element.get("id") or "", source.addon).lstrip(".") if element.get("id") else "",
        model=(fields["model"].text or "").strip() if "model" in fields else "",
        parent=ids.qualified(parent, source.addon) if parent else "",
        primary=not parent or mode == "primary",
        priority=_number(said),
        source=source,
        arch=_comparable(text, source, ids),
        line=line,
        declared=line_of(element),
        mode=mode,
    )


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isdigit() else 16


def _comparable(arch: str, source: Source, ids: Ids) -> str:
    """The arch with every `%(id)d` qualified, so that a locator in it finds the same action as in its parent."""
    return _OPEN.sub(lambda match: f"%({ids.qualified(match[1], source.addon)}){match[2]}", arch)


def _alone(view: ViewSource) -> list[Finding]:
    """What can be said of a view without the models: its arch, or the shape of its changes."""
    try:
        root = parse_arch(view.arch, view.origin)
    except DataFileError as error:
        return [_found(view, error)]
    return [] if view.parent else list(parse(root, view.origin).findings)


def _for_targets(
    plan: list[ViewSource], targets: frozenset[str], models: StaticModels | None, ids: Ids
) -> list[Finding]:
    """What is wrong with a view in a database with one of the addons and what it needs, and in one with all of them."""
    if any(part.source.loose for part in plan):
        return _whole(plan, models)
    findings: list[Finding] = []
    concerned = sorted(targets & {part.source.addon for part in plan})
    for addon in concerned:
        if ids.reaches(addon, plan[0].source.addon):
            parts = [part for part in plan if ids.reaches(addon, part.source.addon)]
            findings += _whole(parts, models.of_addon(addon) if models is not None else None)
    return [*findings, *_whole(plan, models)] if len(concerned) > 1 else findings


def _whole(plan: list[ViewSource], models: StaticModels | None) -> list[Finding]:
    """What is wrong with the views of a plan, put together."""
    view = next(part for part in reversed(plan) if part.primary)
    findings: list[Finding] = []
    try:
        root = parse_arch(plan[0].arch, plan[0].origin)
    except DataFileError as error:
        return [_found(plan[0], error)]
    for part in plan[1:]:
        try:
            changes = list(specifications(parse_arch(part.arch, part.origin)))
        except DataFileError as error:
            findings.append(_found(part, error))
            continue
        for change in changes:
            try:
                root = apply(root, change, part.origin, findings)
            except DataFileError as error:
                findings.append(_found(part, error))
    if models is None or (view.source.legacy and models.fields(view.model) is None):
        if models is not None:
            message = f"{view.xmlid}: No addon here has the model {view.model!r}, so nobody sees the view."
            findings.append(Finding(view.source.shown, view.line, "view-model", message, "warning"))
        return [*findings, *parse(root, plan[0].origin).findings]
    return [*findings, *validate(root, view.model, models, plan[0].origin)]


def _plan(
    view: ViewSource, views: dict[str, ViewSource], extending: dict[str, list[ViewSource]], depth: int
) -> list[ViewSource]:
    """The views to put together, in the order a database applies them."""
    before: list[ViewSource] = []
    if view.parent in views and depth < DEEPEST:
        base = views[view.parent]
        for _ in range(DEEPEST):
            if base.primary or base.parent not in views:
                break
            base = views[base.parent]
        before = _plan(base, views, extending, depth + 1) if base is not view else []
    return [*before, view, *_extensions(view.xmlid, extending, depth)]


def _extensions(xmlid: str, extending: dict[str, list[ViewSource]], depth: int) -> list[ViewSource]:
    found: list[ViewSource] = []
    for view in sorted(extending.get(xmlid, ()), key=lambda one: (one.priority, one.source.order, one.line)):
        found.append(view)
        if depth < DEEPEST:
            found += _extensions(view.xmlid, extending, depth + 1)
    return found


def _found(view: ViewSource, error: DataFileError) -> Finding:
    text = str(error)
    return Finding(error.file or view.source.shown, error.line, "view-inherit", text.partition(": ")[2] or text)
