"""Checks the elements of a data file: models, fields, references, expressions, values; each gets a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from core.check.arches import read_arch
from core.check.flows import flow_problems
from core.check.ledger import Entry
from core.check.literals import foreign
from core.check.reading import Reading
from core.check.rows import check_rows
from core.data.functions import ALWAYS
from core.data.loader import TAGS
from core.data.session import addon_folder
from core.data.short_tags import VIEW_TYPES
from core.data.values import TO_MANY, from_text
from core.data.xml import children, line_of, words
from core.errors import UserError
from core.kernel.finding import Finding, suggestion

if TYPE_CHECKING:
    pass

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

CONSTRUCTS = {"state": "workflow state", "transition": "workflow transition", "test": "assert: test"}
APART_MODELS = frozenset(
    ["ir.ui.view", "workflow", "workflow.activity", "workflow.transition", "ir.rule", "ir.values", "ir.property"]
)
"""Models whose records are listed apart."""
EXPRESSION_FIELDS = frozenset(
    [("ir.actions.act_window", "domain"), ("ir.actions.act_window", "context"), ("ir.rule", "domain_force"),
     ("workflow.transition", "condition"), ("workflow.transition", "trigger_expr_id"), ("ir.filters", "domain"),
     ("ir.filters", "context")]
)  # fmt: skip
"""Fields of records that hold an expression as text."""
MODEL_FIELDS = frozenset(
    [("ir.actions.act_window", "res_model"), ("ir.actions.act_window", "src_model"), ("workflow", "osv"),
     ("ir.actions.report.xml", "model")]
)  # fmt: skip
"""Fields of records that name a model which has to be there."""


class FileCheck(Reading):
    """Checks one file, tag by tag."""

    def run(self) -> list[Finding]:
        """Everything wrong with the file, views apart; the verdicts are in `ledger`."""
        if self.source.is_csv:
            check_rows(self)
        elif self.source.root is not None:
            self._block(self.source.root)
        return self.findings

    def _block(self, block: etree._Element) -> None:
        self.read(block, str(block.tag))
        for element in children(block):
            if element.tag == "data":
                self._block(element)
            elif str(element.tag) in TAGS:
                self._element(element)

    def _element(self, element: etree._Element) -> None:
        tag = str(element.tag)
        if tag == "record":
            self._record(element)
            return
        entry = self.read(element, CONSTRUCTS.get(tag, tag) if tag != "workflow" else self._kind_of_workflow(element))
        for name in REFERRING.get(tag, ()):
            self.reference(element, element.get(name), needed=True)
        for name in MODELS.get(tag, ()):
            if element.get(name):
                self.model(element, element.get(name) or "")
        if tag in ("view", "menu", "menuitem", "action", "act_window", "report", "transition", "template"):
            for group in words((element.get("groups") or "").replace("!", " ").replace("-", " ")):
                self.reference(element, group)
        self.expressions(element)
        self.ledger.current = entry
        if tag in ("wizard", "asset"):
            self.interpolations(element)
            self.ledger.inside(element)
            entry.judge("skipped", f"<{tag}> has no meaning in Grial.")
            return
        if tag in ("view", "template"):
            self.interpolations(element)
            read_arch(self.ledger, element, bool(element.get("inherit") or element.get("inherit_id")))
        elif tag == "action":
            for kind in words(element.get("views")):
                if kind not in VIEW_TYPES:
                    self.note(
                        line_of(element), "view-type", f"There is no view type {kind!r}.{suggestion(kind, VIEW_TYPES)}"
                    )
            self.ledger.inside(element)
        else:
            self._content(element, tag)
        self.ledger.current = entry
        self.named(element, entry)

    def _content(self, element: etree._Element, tag: str) -> None:
        """What stands inside a tag, and what only tags of its kind have."""
        if tag == "function":
            self._method(element)
        if tag == "report" and element.get("template"):
            self._template(element)
        if tag == "workflow" and element.get("start") is not None:
            self._workflow(element)
        for child in children(element):
            if child.tag in ("value", "field"):
                self._value(child, None)
            else:
                self._element(child)

    @staticmethod
    def _kind_of_workflow(element: etree._Element) -> str:
        defines = element.get("start") is not None or element.get("inherit") is not None
        return "workflow" if defines else "workflow signal"

    def _record(self, element: etree._Element) -> Entry:
        model = element.get("model") or ""
        entry = self.read(element, f"record: {model}" if model in APART_MODELS else "record")
        self.expressions(element)
        self.ledger.current = entry
        info = self.model(element, model)
        for child in children(element):
            if child.tag != "field":
                continue
            name = child.get("name") or ""
            field = info.field_named(name) if info is not None else None
            read = self._value(child, field, model)
            if info is not None and field is None:
                self.ledger.current = read
                self.note(line_of(child), "field", f"{info.name} has no field {name!r}.{suggestion(name, info.fields)}")
            elif field is not None and info is not None and not self.ids.open_to(self.source, field.addon):
                self.ledger.current = read
                self.note(line_of(child), "depends", foreign(f"{info.name}.{name}", field.addon))
            elif info is None:
                read.judge("dropped", "Its record is dropped.")
            elif read.kind in ("rejected", "dropped"):
                entry.judge(read.kind, f"{name}: {read.message}")
            for line in children(child):
                if line.tag == "record":
                    if field is not None and not line.get("model"):
                        line.set("model", str(getattr(field, "comodel", "")))
                    self._record(line)
        self.named(element, entry)
        return entry

    def _value(self, element: etree._Element, field: Any, model: str = "") -> Entry:
        """What a `<field>` or `<value>` stands for."""
        entry = self.read(element, f"{element.tag}: {way_of(element)}")
        self.expressions(element)
        self.ledger.current = entry
        ref, name = element.get("ref"), element.get("name") or ""
        if ref is not None and element.get("search") is None:
            needed = field is not None and (field.required or getattr(field, "ondelete", "") == "cascade")
            self.reference(element, ref, needed)
            self._target(element, ref, field)
            return entry
        if element.get("type") in ("xml", "html") or (children(element) and not records_inside(element)):
            self.interpolations(element)
            if model == "ir.ui.view" and name == "arch":
                self._arch(element)
            elif element.get("type") in ("list", "tuple"):
                for child in children(element):
                    self._value(child, None)
            else:
                self.ledger.inside(element)
            return entry
        plain = not any(element.get(name) for name in ("eval", "search", "type", "file"))
        if plain and not children(element):
            self._text(element, field, model, name)
        return entry

    def _arch(self, element: etree._Element) -> None:
        """The arch of a view: its root says the type, unless it extends another view."""
        current = self.ledger.current
        read_arch(self.ledger, element, extends_view(element))
        self.ledger.current = current
        roots = [str(child.tag) for child in children(element)]
        if not extends_view(element) and type_said(element) != "qweb" and not VIEW_TYPES.intersection(roots):
            kind = next(iter(roots), "")
            hint = suggestion(kind, VIEW_TYPES)
            self.note(line_of(element), "view-type", f"There is no view type {kind!r}.{hint}", kind="rejected")

    def _text(self, element: etree._Element, field: Any, model: str, name: str) -> None:
        """A value given as plain text."""
        text = element.text or ""
        if (model, name) in EXPRESSION_FIELDS and text.strip():
            current = self.ledger.current
            self.ledger.part(line_of(element), f"expression: {name}")
            self.compiled(element, name, text)
            self.ledger.current = current
        if field is None:
            return
        if (model, name) in MODEL_FIELDS and text.strip():
            self.model(element, text.strip())
        try:
            from_text(text, field)
        except UserError as error:
            self.note(line_of(element), "value", str(error))
        options = getattr(field, "options", None)
        if field.type == "selection" and isinstance(options, dict) and text.strip() and text.strip() not in options:
            hint = suggestion(text.strip(), map(str, options))
            self.note(line_of(element), "value", f"{field.name} has no value {text.strip()!r}.{hint}")

    def _method(self, element: etree._Element) -> None:
        """The method that a `<function>` calls has to be exported."""
        info = self.registry.models.get(element.get("model") or "") if self.registry is not None else None
        name = element.get("name") or ""
        if info is not None and name not in info.exported | ALWAYS:
            hint = suggestion(name, info.exported)
            message = f"{info.name} has no method {name!r} that a data file may call.{hint}"
            self.note(line_of(element), "function", message, kind="rejected")

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
        info = self.model(element, element.get("model") or "")
        for line, message in flow_problems(element, info) if info is not None else ():
            self.note(line, "workflow", message)


def way_of(element: etree._Element) -> str:
    """The way in which a `<field>` or `<value>` gives its value, in the order in which a loader looks for it."""
    for name in ("search", "ref", "eval"):
        if element.get(name) is not None:
            return name
    if element.get("type"):
        return f"type={element.get('type')}"
    return "records" if records_inside(element) else "file" if element.get("file") else "text"


def records_inside(element: etree._Element) -> bool:
    """Does the field hold records, its lines?"""
    return any(child.tag == "record" for child in children(element))


def extends_view(arch: etree._Element) -> bool:
    """Does the record around an arch extend another view?"""
    record = arch.getparent()
    return record is not None and any(field.get("name") == "inherit_id" for field in children(record))


def type_said(arch: etree._Element) -> str:
    """The view type that the record around an arch says; mostly it says none."""
    record = arch.getparent()
    fields = children(record) if record is not None else []
    return next((field.text or "" for field in fields if field.get("name") == "type"), "").strip()
