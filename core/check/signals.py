"""The signals that the workflows of data files listen to, and methods of that name that would not move the record."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from core.check.ids import Ids
from core.check.places import place_of
from core.check.sources import Source
from core.data.xml import blocks, children, line_of, words
from core.kernel.finding import Finding

if TYPE_CHECKING:
    from core.orm.registry import Registry

_PLAIN = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True, slots=True)
class Signal:
    """One transition's signal, as a file defines it. `model` is empty where it cannot be told."""

    name: str
    model: str
    source: Source
    line: int


class Signals:
    """All signals of the workflows in the files at hand."""

    def __init__(self, sources: Iterable[Source], ids: Ids) -> None:
        self._ids = ids
        self._models: dict[str, str] = {}
        self._flows: dict[str, str] = {}
        self._open: list[tuple[str, Signal]] = []
        self.all: list[Signal] = []
        for source in sources:
            if source.root is not None:
                for block in blocks(source.root):
                    for element in block.elements:
                        self._read(element, source)
        for activity, signal in self._open:
            model = self._models.get(self._flows.get(activity, ""), "")
            self.all.append(Signal(signal.name, model, signal.source, signal.line))

    def of(self, model: str) -> frozenset[str]:
        """The signals a record of the model may be sent; those of workflows nobody knows are taken to be its own."""
        return frozenset(signal.name for signal in self.all if signal.model in ("", model))

    def _read(self, element: etree._Element, source: Source) -> None:
        model, xmlid = element.get("model") or "", self._ids.qualified(element.get("id") or "", source.addon)
        base = self._ids.qualified(element.get("inherit") or "", source.addon)
        if element.tag == "workflow" and (element.get("start") is not None or base in self._models):
            model = model or self._models.get(base, "")
            self._models[xmlid] = model
            for child in children(element):
                for state in [*words(child.get("from")), child.get("to") or "", child.get("name") or ""]:
                    self._flows[f"{xmlid}_{_PLAIN.sub('_', state)}"] = xmlid
                if child.tag == "transition" and child.get("name"):
                    self.all.append(Signal(child.get("name") or "", model, source, line_of(child)))
        elif element.tag == "record" and model in ("workflow", "workflow.activity", "workflow.transition"):
            fields = {child.get("name"): child for child in children(element) if child.tag == "field"}
            if model == "workflow":
                self._models[xmlid] = _text(fields, "osv")
            elif model == "workflow.activity":
                self._flows[xmlid] = self._ids.qualified(_ref(fields, "wkf_id"), source.addon)
            elif _text(fields, "signal"):
                signal = Signal(_text(fields, "signal"), "", source, line_of(element))
                self._open.append((self._ids.qualified(_ref(fields, "act_from"), source.addon), signal))


def _text(fields: dict[str | None, etree._Element], name: str) -> str:
    return (fields[name].text or "").strip() if name in fields else ""


def _ref(fields: dict[str | None, etree._Element], name: str) -> str:
    return fields[name].get("ref") or "" if name in fields else ""


def unmarked_findings(signals: Signals, targets: frozenset[str], registry: Registry) -> list[Finding]:
    """Methods that bear the name of a signal without `@api.transition`: calling one would leave the record in place."""
    found: set[Finding] = set()
    for signal in signals.all:
        info = registry.models.get(signal.model)
        if info is None or signal.name in info.transitions:
            continue
        owner = next((cls for cls in info.cls.__mro__ if inspect.isfunction(vars(cls).get(signal.name))), None)
        addon = getattr(owner, "_addon", "")
        if owner is None or not targets & {addon, signal.source.addon}:
            continue
        shown, line = place_of(owner, signal.name)
        if not shown:
            shown, line = signal.source.shown, signal.line
        message = (
            f"{info.name}.{signal.name} is the method of a workflow transition ({signal.source.shown}:{signal.line}), "
            "but without @api.transition: called from Python it would not move the record."
        )
        found.add(Finding(shown, line, "transition", message))
    return sorted(found)
