"""Checks a whole arch against the models: every field, button, group and filter exists; with file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from core.kernel.finding import Finding, Severity, suggestion
from core.view.arch import parse
from core.view.content import VIEW_TAGS
from core.view.legacy import domain_paths
from core.view.markup import Origin, elements, origin_of, remark
from core.view.modifiers import ENVIRONMENT
from core.view.nodes import View
from core.view.reader import Reader
from core.view.search import group_by_names

SYSTEM_FIELDS = frozenset(
    ["id", "display_name", "create_uid", "create_date", "write_uid", "write_date", "row_version", "__count"]
)
DATES = frozenset({"date", "datetime"})
_NAMED = {
    "calendar": ("date_start", "date_stop", "date_delay", "all_day", "color"),
    "gantt": ("date_start", "date_stop", "date_delay"),
    "kanban": ("default_group_by",),
    "list": ("field_parent", "default_group_by"),
    "tree": ("field_parent", "default_group_by"),
}


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What a check has to know of a field."""

    type: str
    comodel: str = ""


Fields = Mapping[str, FieldFacts]


class Models(Protocol):
    """What a check asks about the models, of a database or of the addons on disk."""

    def fields(self, model: str) -> Fields | None:
        """The fields of a model; None for a model that is not known."""
        ...

    def actions(self, model: str) -> frozenset[str]:
        """The methods of a model that a button may call."""
        ...

    def transitions(self, model: str) -> frozenset[str]:
        """Those of them that act for a transition of a workflow."""
        ...

    def signals(self, model: str) -> frozenset[str]:
        """The signals that the workflows of a model listen to."""
        ...

    def has_id(self, xmlid: str) -> bool | None:
        """Is there a record of that external id? None when it cannot be told."""
        ...


def validate(root: etree._Element, model: str, models: Models, origin: Origin | str = "") -> list[Finding]:
    """What is wrong with a complete arch of `model`: all that `parse` finds, and every name that does not exist."""
    place = Origin.of(origin)
    check = _Check(models, place)
    check.view(root, model)
    return sorted({*check.findings, *parse(root, place).findings}, key=lambda finding: (finding.file, finding.line))


class _Check:
    def __init__(self, models: Models, origin: Origin) -> None:
        self.models = models
        self.origin = origin
        self.findings: list[Finding] = []

    def note(self, element: etree._Element, code: str, message: str, severity: Severity = "error") -> None:
        self.findings.append(remark(element, self.origin, code, message, severity))

    def view(self, root: etree._Element, model: str) -> None:
        fields = self.models.fields(model)
        if fields is None:
            self.note(root, "view-model", f"There is no model {model!r}.")
            return
        for attribute in _NAMED.get(str(root.tag), ()):
            name = (root.get(attribute) or "").split(":")[0]
            if name:
                self._known(root, model, fields, name)
        self._groups(root)
        self._conditions(root, model, fields)
        for child in elements(root):
            self._element(child, model, fields)

    def _element(self, element: etree._Element, model: str, fields: Fields) -> None:
        self._groups(element)
        self._conditions(element, model, fields)
        tag = element.tag
        if tag == "field":
            self._field(element, model, fields)
            return
        if tag == "button" or (tag == "a" and element.get("type") == "object"):
            self._button(element, model)
        elif tag == "label" and element.get("for"):
            self._known(element, model, fields, element.get("for") or "")
        elif tag == "filter":
            self._filter(element, model, fields)
        elif tag == "progressbar":
            for attribute in ("field", "sum_field"):
                if element.get(attribute):
                    self._known(element, model, fields, element.get(attribute) or "")
        for child in elements(element):
            self._element(child, model, fields)

    def _conditions(self, element: etree._Element, model: str, fields: Fields) -> None:
        """Every field that a condition, a look, a context or the values of a domain read."""
        reader = Reader(self.origin, _no_view)
        reader.modifiers(element)
        reader.decorations(element)
        for name in sorted(reader.reads):
            self._known(element, model, fields, name)
        if element.tag not in ("field", "button"):
            return
        reader.reads.clear()
        for attribute in ("domain", "context"):
            reader.expression(element, attribute)
        for name in sorted(reader.reads - ENVIRONMENT):
            if name not in fields and name not in SYSTEM_FIELDS:
                self.note(element, "view-name", f"{model} has no field {name!r} to read.", "warning")

    def _field(self, element: etree._Element, model: str, fields: Fields) -> None:
        name = element.get("name") or ""
        if not name or not self._known(element, model, fields, name):
            return
        comodel = fields[name].comodel if name in fields else ""
        others = self.models.fields(comodel) if comodel else None
        if others is not None:
            for path in domain_paths(element.get("domain") or ""):
                self._known(element, comodel, others, path.split(".")[0])
        for child in elements(element):
            if child.tag not in VIEW_TAGS:
                self._element(child, model, fields)
            elif not comodel:
                self.note(child, "view-sub-view", f"{name} is no link, so it has no views of its own.")
            else:
                self.view(child, comodel)

    def _button(self, element: etree._Element, model: str) -> None:
        name = (element.get("name") or "").strip()
        kind = element.get("type") or element.get("special") or "workflow"
        if kind in ("object", "workflow") and name:
            signals, moving = self.models.signals(model), self.models.transitions(model)
            known = (self.models.actions(model) - moving) | signals
            if name in moving and name not in signals:
                self.note(element, "view-button", f"No workflow of {model} has a transition {name!r}.")
            elif name not in known:
                self.note(element, "view-button", f"{model} has no action {name!r}.{suggestion(name, known)}")
        elif kind == "action" and name and not name.isdigit():
            self._id(element, name.removeprefix("%(").removesuffix(")d"), "view-action")

    def _filter(self, element: etree._Element, model: str, fields: Fields) -> None:
        date = element.get("date")
        if date and self._known(element, model, fields, date) and date in fields and fields[date].type not in DATES:
            self.note(element, "view-filter", f"{date} is no date.")
        context = Reader(self.origin, _no_view).expression(element, "context")
        paths = [name.split(":")[0] for name in group_by_names(context)] + domain_paths(element.get("domain") or "")
        for path in paths:
            self._known(element, model, fields, path.split(".")[0])

    def _known(self, element: etree._Element, model: str, fields: Fields, name: str) -> bool:
        if name in fields or name in SYSTEM_FIELDS:
            return True
        self.note(element, "view-field", f"{model} has no field {name!r}.{suggestion(name, fields)}")
        return False

    def _groups(self, element: etree._Element) -> None:
        for name in (element.get("groups") or "").split(","):
            if name.strip():
                self._id(element, name.strip().removeprefix("!"), "view-group")

    def _id(self, element: etree._Element, xmlid: str, code: str) -> None:
        if "." not in xmlid:
            xmlid = f"{origin_of(element, self.origin).view.partition('.')[0]}.{xmlid}"
        if self.models.has_id(xmlid) is False:
            self.note(element, code, f"There is no record with the external id {xmlid!r}.")


def _no_view(element: etree._Element, reader: Reader) -> View:
    raise AssertionError(f"<{element.tag}> is checked as a view of its own")
