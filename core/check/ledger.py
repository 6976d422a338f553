"""What a check reads of a file, construct by construct, each with a verdict; what nobody read is told too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from lxml import etree

from core.data.xml import attributes, line_of
from core.kernel.finding import Finding

Kind = Literal["ok", "updated", "skipped", "kept", "dropped", "rejected", "unread"]

KINDS: Final[tuple[Kind, ...]] = ("ok", "updated", "skipped", "kept", "dropped", "rejected", "unread")
"""From what is carried out as written to what no reader knows."""

OF_CODE: Final[dict[str, Kind]] = {
    "model": "dropped",
    "field": "dropped",
    "reference": "kept",
    "schema": "skipped",
    "view-model": "kept",
    "view-field": "dropped",
    "view-name": "kept",
    "view-button": "kept",
    "view-group": "kept",
    "view-action": "kept",
    "view-filter": "dropped",
    "view-version": "kept",
    "view-html": "skipped",
    "view-script": "skipped",
    "view-element": "skipped",
    "view-attribute": "skipped",
    "view-number": "skipped",
    "view-decoration": "skipped",
}
"""The verdict that follows from a finding about OpenERP's files; of others, or of an unlisted one, it is rejected."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of one construct of a file.

    `ok`: carried out as written. `updated`: another definition of a record that is there already. `skipped`: read, and
    known to mean nothing here. `kept`: carried out, but something it refers to is not known. `dropped`: left out, since
    the model or the field is not known. `rejected`: cannot be carried out. `unread`: no reader has looked at it.
    """

    file: str
    line: int
    construct: str
    kind: Kind
    message: str = ""

    def __str__(self) -> str:
        reason = f": {self.message}" if self.message else ""
        return f"{self.file}:{self.line}: {self.construct}: {self.kind}{reason}"


@dataclass(slots=True)
class Entry:
    """A construct that is being read; findings make its verdict worse."""

    line: int
    construct: str
    kind: Kind = "ok"
    message: str = ""

    def judge(self, kind: Kind, message: str) -> None:
        """Take over a verdict, unless a worse one is there."""
        if KINDS.index(kind) > KINDS.index(self.kind):
            self.kind, self.message = kind, message


class Ledger:
    """Everything read of one file. Each element and each attribute is to be read by exactly one reader."""

    def __init__(self, shown: str, legacy: bool, root: etree._Element | None = None) -> None:
        self.shown = shown
        self.legacy = legacy
        # As long as all of them are held, lxml answers the same object for the same element.
        self._elements = list(root.iter(etree.Element)) if root is not None else []
        self._read: dict[tuple[etree._Element, str], int] = {}
        self.entries: list[Entry] = []
        self.current: Entry | None = None

    def read(self, element: etree._Element, construct: str, names: Iterable[str] | None = None) -> Entry:
        """Note that an element is read as a construct, with these of its attributes, or all of them."""
        entry = self.part(line_of(element), construct)
        self._claim(element, "")
        for name in attributes(element) if names is None else names:
            if name in element.attrib:
                self._claim(element, name)
        return entry

    def attribute(self, element: etree._Element, name: str, construct: str) -> Entry:
        """Note that one attribute is a construct of its own."""
        self._claim(element, name)
        return self.part(line_of(element), construct)

    def inside(self, element: etree._Element) -> None:
        """Note that all that stands inside an element belongs to the construct that is being read."""
        for inner in element.iterdescendants(etree.Element):
            self._claim(inner, "")
            for name in attributes(inner):
                self._claim(inner, name)

    def part(self, line: int, construct: str) -> Entry:
        """Note a construct that is no element: a row, a file, something inside a text."""
        entry = Entry(line, construct)
        self.entries.append(entry)
        self.current = entry
        return entry

    def kind_of(self, code: str, severity: str) -> Kind:
        """The verdict that follows from a finding."""
        if severity == "error" and not self.legacy:
            return "rejected"
        return OF_CODE.get(code, "rejected" if severity == "error" else "kept")

    def attach(self, finding: Finding) -> None:
        """Let a finding that was made elsewhere decide about the construct at its line that it is about."""
        here = [entry for entry in self.entries if entry.line == finding.line]
        wanted = _ABOUT.get(finding.code, ())
        for name in (*wanted, ""):
            for entry in here:
                if entry.construct.startswith(name) and (name or entry.construct != "field"):
                    entry.judge(self.kind_of(finding.code, finding.severity), finding.message)
                    return
        entry = self.part(finding.line, "view")
        entry.judge(self.kind_of(finding.code, finding.severity), finding.message)

    def verdicts(self) -> list[Verdict]:
        """A verdict for each construct, and one for each element or attribute that nobody or several have read."""
        found = [Verdict(self.shown, one.line, one.construct, one.kind, one.message) for one in self.entries]
        for element in self._elements:
            for name in ("", *attributes(element)):
                times = self._read.get((element, name), 0)
                if times != 1:
                    what = f"{element.tag}@{name}" if name else str(element.tag)
                    said = "No reader knows it." if not times else f"It was read {times} times."
                    found.append(Verdict(self.shown, line_of(element), what, "unread", said))
        return found

    def _claim(self, element: etree._Element, name: str) -> None:
        self._read[element, name] = self._read.get((element, name), 0) + 1


_ABOUT: Final[dict[str, tuple[str, ...]]] = {
    "view-inherit": ("locator",),
    "view-version": ("locator",),
    "view-field": ("view: field", "view: filter", "view: label"),
    "view-button": ("view: button",),
    "view-action": ("view: button",),
    "view-group": ("view: groups",),
    "view-attrs": ("view: attrs",),
    "view-expression": ("view: domain", "view: context", "view: condition", "view: attrs"),
    "view-name": ("view: domain", "view: context"),
    "view-options": ("view: options",),
    "view-decoration": ("view: colours",),
    "view-html": ("view: HTML",),
    "view-script": ("view: QWeb",),
    "view-filter": ("view: filter",),
    "view-model": ("view",),
}
"""By the code of a finding about a view, the constructs that it can be about."""
