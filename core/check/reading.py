"""Reading one data file for a check: what is read, what is wrong with it, what its references mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from core.check.attributes import INERT, READ
from core.check.ids import MODEL_OF_TAG, Ids
from core.check.ledger import Entry, Kind, Ledger
from core.check.literals import foreign
from core.check.sources import Source
from core.data.batch import parent_id
from core.data.names import HELPERS
from core.data.xml import attributes, interpolations, line_of
from core.errors import ExpressionError
from core.kernel.expression import compile_expression
from core.kernel.finding import Finding, Severity, suggestion

if TYPE_CHECKING:
    from core.orm.registry import ModelInfo, Registry

TOLERATED = frozenset({"model", "field", "reference", "function", "view-type"})
"""Codes of findings that are warnings in OpenERP's files."""
APART = frozenset({"act_window", "action"})
"""Tags whose domain and context have verdicts of their own."""
EXPRESSIONS = ("eval", "search", "domain", "context", "expr", "condition")

_REF = re.compile(r"\bref\(\s*['\"]([\w.\-]+)['\"]\s*\)")
_XMLID = re.compile(r"^[A-Za-z_][\w\-]*(\.[\w.\-]+)?$")
_OPEN_NAMES = re.compile(r"%\([\w.\-]+\)[ds]")


class Reading:
    """One file that is being checked; what concerns models needs a registry, without which those parts are left out."""

    def __init__(self, source: Source, registry: Registry | None, ids: Ids) -> None:
        self.source = source
        self.registry = registry
        self.ids = ids
        self.findings: list[Finding] = []
        self.ledger = Ledger(source.shown, source.legacy, source.root)

    def note(self, line: int, code: str, message: str, severity: Severity = "error", kind: Kind | None = None) -> None:
        """Add a finding; in OpenERP's files what Grial does not know is only a warning."""
        tolerated = self.source.legacy and code in TOLERATED
        severity = "warning" if tolerated else severity
        self.findings.append(Finding(self.source.shown, line, code, message, severity))
        current = self.ledger.current
        if current is not None:
            current.judge(kind if kind and tolerated else self.ledger.kind_of(code, severity), message)

    def read(self, element: etree._Element, construct: str) -> Entry:
        """Note that an element is read; attributes that do nothing get a verdict of their own."""
        tag = str(element.tag)
        if tag in ("wizard", "asset"):
            return self.ledger.read(element, construct)
        known, inert = READ.get(tag, "").split(), INERT.get(tag, {})
        own = [name for name in known if not (tag in APART and name in ("domain", "context"))]
        for name in attributes(element):
            if name not in known:
                entry = self.ledger.attribute(element, name, "attribute without effect")
                entry.judge("skipped", f"{name}: {inert.get(name, f'<{tag}> has no such attribute')}.")
        return self.ledger.read(element, construct, own)

    def named(self, element: etree._Element, entry: Entry) -> None:
        """Say whether the element defines its record again, and remember records that will not be there."""
        xmlid = (element.get("id") or "").strip()
        model = element.get("model") or "" if element.tag == "record" else MODEL_OF_TAG.get(str(element.tag), "")
        if not xmlid or not model:
            return
        name = self.ids.qualified(xmlid, self.source.addon)
        if entry.kind in ("dropped", "rejected"):
            self.ids.lost.add(name)
            return
        if self.ids.is_there(name, self.source):
            entry.judge("updated", "")
        self.ids.written.add(name)
        info = self.registry.models.get(model) if self.registry is not None else None
        self.ids.written.update(parent_id(name, parent) for parent in (info.inherits if info is not None else ()))
        self.ids.lost.discard(name)

    def expressions(self, element: etree._Element) -> None:
        apart = element.tag in APART
        for name in EXPRESSIONS:
            text = element.get(name)
            if text is None:
                continue
            if apart and name in ("domain", "context"):
                self.ledger.attribute(element, name, f"expression: {name}")
            if text.strip():
                self.compiled(element, name, text)

    def compiled(self, element: etree._Element, name: str, text: str) -> None:
        """Compile one expression, and look at every record it refers to."""
        source = " ".join(_OPEN_NAMES.sub("0", text).split())
        try:
            expression = compile_expression(source)
        except ExpressionError as error:
            kept_as_text = self.source.legacy and name not in ("eval", "search")
            self.note(line_of(element), "expression", f"{name}: {error}", "warning" if kept_as_text else "error")
            return
        for xmlid in _REF.findall(text) if "ref" in expression.names else ():
            self.reference(element, xmlid, needed=name in ("eval", "search"))
        for xmlid in interpolations(text):
            self.reference(element, xmlid)
        if name in ("eval", "search"):
            for bare in sorted(expression.names - HELPERS):
                self.reference(element, bare, needed=True)

    def interpolations(self, element: etree._Element) -> None:
        for inner in element.iter(etree.Element):
            for value in (
                [*attributes(inner).values(), inner.text or ""] if inner is not element else [inner.text or ""]
            ):
                for xmlid in interpolations(value):
                    current = self.ledger.current
                    self.ledger.part(line_of(inner), "%(id)d")
                    self.reference(inner, xmlid, needed=True)
                    self.ledger.current = current

    def reference(self, element: etree._Element, xmlid: str | None, needed: bool = False) -> None:
        """Look for what a reference means; `needed` where nothing of the construct is left without it."""
        if xmlid is None or xmlid.strip() in ("", "null"):
            return
        if not _XMLID.match(xmlid.strip()):
            self.note(line_of(element), "reference", f"{xmlid!r} is no external id.", kind="rejected")
            return
        self.referred(line_of(element), xmlid, needed)

    def referred(self, line: int, xmlid: str, needed: bool = False) -> None:
        problem, doubt = self.ids.problem(xmlid, self.source, line), self.ids.doubt(xmlid, self.source)
        lost = "" if problem or doubt or not self.source.legacy else self.ids.loss(xmlid, self.source)
        if problem or doubt or lost:
            severity: Severity = "error" if problem else "warning"
            kind: Kind = "kept" if not needed else "dropped" if lost else "rejected"
            self.note(line, "reference", problem or doubt or lost, severity, kind)

    def model(self, element: etree._Element, model: str) -> ModelInfo | None:
        return self.model_at(line_of(element), model)

    def model_at(self, line: int, model: str) -> ModelInfo | None:
        """The model, or None; one that a file outside of addons names may be of an addon that is not here."""
        if self.registry is None:
            return None
        info = self.registry.models.get(model)
        if info is None:
            hint = suggestion(model, self.registry.models)
            message = f"There is no model {model!r}.{hint}"
            if self.source.addon or hint:
                self.note(line, "model", message)
            else:
                self.note(line, "model", f"No addon here has the model {model!r}, so it cannot be checked.", "warning")
        elif not self.ids.open_to(self.source, info.addon):
            self.note(line, "depends", foreign(model, info.addon))
        return info
