"""Checks the elements of a data file: models, fields, references, expressions, values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lxml import etree

from core.check.flows import flow_problems
from core.check.ids import Ids
from core.check.literals import foreign
from core.check.sources import Source
from core.data.csv import model_of as model_of_csv
from core.data.csv import read_rows
from core.data.names import HELPERS
from core.data.session import addon_folder
from core.data.short_tags import VIEW_TYPES
from core.data.values import TO_MANY, from_text
from core.data.xml import attributes, blocks, children, interpolations, line_of, words
from core.errors import DataFileError, ExpressionError, UserError
from core.kernel.expression import compile_expression
from core.kernel.finding import Finding, Severity, suggestion

if TYPE_CHECKING:
    from core.orm.registry import ModelInfo, Registry

REFERRING: dict[str, tuple[str, ...]] = {
    "view": ("inherit",),
    "action": ("search", "view"),
    "menu": ("parent", "action"),
    "menuitem": ("parent", "action"),
    "act_window": ("view_id",),
    "template": ("inherit_id",),
    "assert": ("id",),
    "workflow": ("ref",),
    "state": ("subflow",),
}
MODELS: dict[str, tuple[str, ...]] = {
    "view": ("model",),
    "action": ("model", "binding"),
    "act_window": ("res_model", "src_model"),
    "report": ("model",),
    "workflow": ("model",),
    "function": ("model",),
    "delete": ("model",),
    "assert": ("model",),
}
EXPRESSIONS = ("eval", "search", "domain", "context", "expr", "condition")

_REF = re.compile(r"\bref\(\s*['\"]([\w.\-]+)['\"]\s*\)")
_XMLID = re.compile(r"^[A-Za-z_][\w\-]*(\.[\w.\-]+)?$")
_OPEN_NAMES = re.compile(r"%\([\w.\-]+\)[ds]")


class FileCheck:
    """Checks one file; what concerns models needs a registry, without which those parts are left out."""

    def __init__(self, source: Source, registry: Registry | None, ids: Ids) -> None:
        self.source = source
        self.registry = registry
        self.ids = ids
        self.findings: list[Finding] = []

    def run(self) -> list[Finding]:
        """Everything wrong with the file, views apart."""
        if self.source.is_csv:
            self._csv()
        elif self.source.root is not None:
            for block in blocks(self.source.root):
                for element in block.elements:
                    self._element(element)
        return self.findings

    def note(self, line: int, code: str, message: str, severity: Severity = "error") -> None:
        """Add a finding; in OpenERP's files what Grial does not know is only a warning."""
        tolerated = self.source.legacy and code in ("model", "field", "reference")
        self.findings.append(Finding(self.source.shown, line, code, message, "warning" if tolerated else severity))

    def _element(self, element: etree._Element) -> None:
        tag = str(element.tag)
        if tag == "record":
            self._record(element)
            return
        for name in REFERRING.get(tag, ()):
            self._reference(element, element.get(name))
        for name in MODELS.get(tag, ()):
            if element.get(name):
                self._model(element, element.get(name) or "")
        if tag in ("view", "menu", "menuitem", "action", "act_window", "report", "transition", "template"):
            for group in words((element.get("groups") or "").replace("!", " ").replace("-", " ")):
                self._reference(element, group)
        self._expressions(element)
        if tag in ("view", "template", "wizard", "asset"):
            self._interpolations(element)
            return
        if tag == "action":
            for kind in words(element.get("views")):
                if kind not in VIEW_TYPES:
                    self.note(
                        line_of(element), "view-type", f"There is no view type {kind!r}.{suggestion(kind, VIEW_TYPES)}"
                    )
            return
        if tag == "report" and element.get("template"):
            self._template(element)
        if tag == "workflow" and element.get("start") is not None:
            self._workflow(element)
        for child in children(element):
            self._element(child)

    def _record(self, element: etree._Element) -> None:
        info = self._model(element, element.get("model") or "")
        for child in children(element):
            if child.tag != "field":
                continue
            name = child.get("name") or ""
            field = info.fields.get(name) if info is not None else None
            if info is not None and field is None:
                self.note(line_of(child), "field", f"{info.name} has no field {name!r}.{suggestion(name, info.fields)}")
            elif info is not None and field is not None and not self._reaches(field.addon):
                self.note(line_of(child), "depends", foreign(f"{info.name}.{name}", field.addon))
            self._value(child, field)
            for line in children(child):
                if line.tag == "record":
                    if field is not None and not line.get("model"):
                        line.set("model", str(getattr(field, "comodel", "")))
                    self._record(line)

    def _value(self, element: etree._Element, field: Any) -> None:
        self._expressions(element)
        ref = element.get("ref")
        if ref is not None:
            self._reference(element, ref)
            self._target(element, ref, field)
            return
        if element.get("type") in ("xml", "html"):
            self._interpolations(element)
            return
        plain = not any(element.get(name) for name in ("eval", "search", "type", "file"))
        if field is None or not plain or children(element):
            return
        text = element.text or ""
        try:
            from_text(text, field)
        except UserError as error:
            self.note(line_of(element), "value", str(error))
        options = getattr(field, "options", None)
        if field.type == "selection" and isinstance(options, dict) and text.strip() and text.strip() not in options:
            hint = suggestion(text.strip(), map(str, options))
            self.note(line_of(element), "value", f"{field.name} has no value {text.strip()!r}.{hint}")

    def _target(self, element: etree._Element, ref: str, field: Any) -> None:
        model = self.ids.model_of(ref, self.source.addon) if ref.strip() not in ("", "null") else ""
        if field is None or not model:
            return
        comodel = str(getattr(field, "comodel", "") or "")
        if field.type in TO_MANY | {"many2one"} and comodel and comodel != model:
            self.note(
                line_of(element), "reference", f"{ref!r} is a record of {model}, but {field.name} links to {comodel}."
            )
        elif field.type not in TO_MANY | {"many2one", "reference", "integer"}:
            self.note(line_of(element), "reference", f"{field.name} is no link.")

    def _expressions(self, element: etree._Element) -> None:
        for name in EXPRESSIONS:
            text = element.get(name)
            if not text or (name == "context" and element.tag == "record" and not text.strip()):
                continue
            source = " ".join(_OPEN_NAMES.sub("0", text).split())
            try:
                expression = compile_expression(source)
            except ExpressionError as error:
                kept_as_text = self.source.legacy and name in ("domain", "context", "expr")
                self.note(line_of(element), "expression", f"{name}: {error}", "warning" if kept_as_text else "error")
                continue
            for xmlid in _REF.findall(text) if "ref" in expression.names else ():
                self._reference(element, xmlid)
            for xmlid in interpolations(text):
                self._reference(element, xmlid)
            if name in ("eval", "search"):
                for bare in sorted(expression.names - HELPERS):
                    self._reference(element, bare)

    def _interpolations(self, element: etree._Element) -> None:
        for inner in element.iter(etree.Element):
            for value in (
                [*attributes(inner).values(), inner.text or ""] if inner is not element else [inner.text or ""]
            ):
                for xmlid in interpolations(value):
                    self._reference(inner, xmlid)

    def _reference(self, element: etree._Element, xmlid: str | None) -> None:
        if xmlid is None or xmlid.strip() in ("", "null"):
            return
        if not _XMLID.match(xmlid.strip()):
            self.note(line_of(element), "reference", f"{xmlid!r} is no external id.")
            return
        self._referred(line_of(element), xmlid)

    def _referred(self, line: int, xmlid: str) -> None:
        problem, doubt = self.ids.problem(xmlid, self.source, line), self.ids.doubt(xmlid, self.source)
        if problem or doubt:
            self.note(line, "reference", problem or doubt, "error" if problem else "warning")

    def _model(self, element: etree._Element, model: str) -> ModelInfo | None:
        return self._model_at(line_of(element), model)

    def _model_at(self, line: int, model: str) -> ModelInfo | None:
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
        elif not self._reaches(info.addon):
            self.note(line, "depends", foreign(model, info.addon))
        return info

    def _reaches(self, addon: str) -> bool:
        return self.ids.reaches(self.source.addon, addon)

    def _template(self, element: etree._Element) -> None:
        path = element.get("template") or ""
        head, _, rest = path.partition("/")
        for addon, inside in ((self.source.addon, path), (head, rest)):
            folder = addon_folder(addon) if addon else None
            if folder is not None and (folder / inside).is_file():
                return
        if self.source.addon:
            self.note(line_of(element), "report", f"There is no template {path!r}.")

    def _workflow(self, element: etree._Element) -> None:
        info = self._model(element, element.get("model") or "")
        for line, message in flow_problems(element, info) if info is not None else ():
            self.note(line, "workflow", message)

    def _csv(self) -> None:
        try:
            columns, rows = read_rows(self.source.content, self.source.shown)
        except DataFileError as error:
            self.note(error.line, "csv", str(error).partition(": ")[2])
            return
        if self.registry is None:
            return
        model = model_of_csv(self.source.path.name)
        info = self._model_at(1, model)
        if info is None:
            return
        for column in columns:
            if column.name not in info.fields:
                self.note(1, "field", f"{model} has no field {column.name!r}.{suggestion(column.name, info.fields)}")
        for line, cells in rows:
            for column, cell in zip(columns, cells, strict=True):
                if column.by == "xmlid" and column.line is None:
                    self._cell(line, cell.split(",") if "," in cell else [cell])

    def _cell(self, line: int, xmlids: Iterable[str]) -> None:
        for xmlid in filter(None, (part.strip() for part in xmlids)):
            self._referred(line, xmlid)
