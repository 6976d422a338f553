"""The external ids that data files define, so that every reference can be checked without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from core.check.literals import foreign
from core.check.sources import Source
from core.data.csv import ID, model_of, read_rows
from core.data.xml import blocks, children, line_of
from core.errors import DataFileError
from core.kernel.finding import suggestion

if TYPE_CHECKING:
    from core.orm.registry import Registry

MODEL_OF_TAG = {
    "view": "ir.ui.view",
    "template": "ir.ui.view",
    "action": "ir.actions.act_window",
    "act_window": "ir.actions.act_window",
    "menu": "ir.ui.menu",
    "menuitem": "ir.ui.menu",
    "report": "ir.actions.report.xml",
    "url": "ir.actions.act_url",
    "workflow": "workflow",
}
GENERATED = ("model_", "field_", "module_", "lang_")


@dataclass(frozen=True, slots=True)
class Definition:
    """Where an external id is first defined, and of which model."""

    model: str
    source: Source
    line: int


class Ids:
    """All external ids of the addons at hand.

    `written` are those that the files checked so far make, `lost` those of them that will not be there.
    """

    def __init__(
        self, registry: Registry | None, reachable: Mapping[str, frozenset[str]], aliases: dict[str, str]
    ) -> None:
        """`reachable` has for each addon at hand itself and those it needs."""
        self.registry = registry
        self.reachable = reachable
        self.addons = frozenset(reachable)
        self.aliases = aliases
        self.defined: dict[str, Definition] = {}
        self.written: set[str] = set()
        self.lost: set[str] = set()

    def qualified(self, xmlid: str, addon: str) -> str:
        """The id with its addon, older names of addons followed."""
        module, dot, name = xmlid.strip().partition(".")
        if not dot:
            module, name = addon, xmlid.strip()
        return f"{self.aliases.get(module, module)}.{name}"

    def open_to(self, source: Source, other: str) -> bool:
        """May a file use what the other addon brings? One that is no file of an addon at hand may use everything."""
        return source.loose or self.reaches(source.addon, other)

    def reaches(self, addon: str, other: str) -> bool:
        """May files of an addon use what the other brings?"""
        return not addon or other in ("", "core") or other in self.reachable.get(addon, frozenset())

    def read(self, source: Source) -> None:
        """Note what a file defines."""
        if source.is_csv:
            self._read_csv(source)
        elif source.root is not None:
            for block in blocks(source.root):
                for element in block.elements:
                    self._read_element(source, element)

    def _read_csv(self, source: Source) -> None:
        try:
            columns, rows = read_rows(source.content, source.shown)
        except DataFileError:
            return
        if ID in columns:
            place = columns.index(ID)
            for line, cells in rows:
                self._add(source, cells[place], model_of(source.path.name), line)

    def _read_element(self, source: Source, element: etree._Element) -> None:
        tag, xmlid = str(element.tag), element.get("id") or ""
        model = element.get("model") or "" if tag == "record" else MODEL_OF_TAG.get(tag, "")
        if model and xmlid:
            self._add(source, xmlid, model, line_of(element))
        if tag in ("menu", "menuitem"):
            for child in children(element):
                self._read_element(source, child)
        elif tag == "record":
            for field in children(element):
                for line in children(field):
                    if line.tag == "record" and line.get("id"):
                        self._add(source, line.get("id") or "", line.get("model") or "", line_of(line))

    def _add(self, source: Source, xmlid: str, model: str, line: int) -> None:
        if not xmlid.strip():
            return
        name = self.qualified(xmlid, source.addon)
        self.defined.setdefault(name, Definition(model, source, line))
        parents = self.registry.models[model].inherits if self.registry and model in self.registry.models else {}
        for parent in parents:
            self.defined.setdefault(f"{name}_{parent.replace('.', '_')}", Definition(parent, source, line))

    def is_there(self, name: str, source: Source) -> bool:
        """Is the record there already when the file defines it: from a file before it, or from an addon of Grial?"""
        return name in self.written or (source.loose and name in self.defined and not self.defined[name].source.loose)

    def loss(self, xmlid: str, source: Source) -> str:
        """Why a record that a file defines will not be there; empty when it will."""
        if self.qualified(xmlid, source.addon) not in self.lost:
            return ""
        return f"{xmlid.strip()!r} is not loaded, so nothing can refer to it."

    def problem(self, xmlid: str, source: Source, line: int) -> str:
        """What is wrong with a reference; empty when nothing is, or when it cannot be told."""
        name = self.qualified(xmlid, source.addon)
        module, _, bare = name.partition(".")
        found = self.defined.get(name)
        if found is not None:
            if not self.open_to(source, found.source.addon):
                return foreign(repr(xmlid), found.source.addon)
            later = (found.source.order, found.line) > (source.order, line)
            if later and found.source.addon == source.addon and source.addon:
                return f"{xmlid!r} is defined only later, at {found.source.shown}:{found.line}."
            return ""
        # OpenERP kept the groups of every addon in base.
        of_group = source.legacy and module == "base" and bare.startswith("group_")
        if of_group and any(other.endswith(f".{bare}") for other in self.defined):
            return ""
        if not source.loose and not source.legacy and module not in self.addons:
            return f"{xmlid!r} is of no addon that this one depends on."
        if module not in self.addons or bare.startswith(GENERATED):
            return self._generated_problem(xmlid, module, bare)
        known = [other.removeprefix(f"{source.addon}.") for other in self.defined if other.startswith(f"{module}.")]
        return f"There is no record with the external id {xmlid!r}.{suggestion(xmlid.strip(), known)}"

    def doubt(self, xmlid: str, source: Source) -> str:
        """Why a reference of a file outside of addons cannot be checked; empty when it can."""
        name = self.qualified(xmlid, source.addon)
        module, _, bare = name.partition(".")
        if not source.loose or name in self.defined or module in self.addons:
            return ""
        if module:
            return (
                f"There is no addon {module!r} here, so {xmlid!r} cannot be checked.{suggestion(module, self.addons)}"
            )
        if bare.startswith(GENERATED):
            return ""
        known = [other[1:] for other in self.defined if other.startswith(".")]
        return f"No file here defines {bare!r}: it has to be there already.{suggestion(bare, known)}"

    def _generated_problem(self, xmlid: str, module: str, bare: str) -> str:
        if self.registry is None or module not in self.addons or not bare.startswith("model_"):
            return ""
        names = {f"model_{name.replace('.', '_')}" for name in self.registry.models}
        return "" if bare in names else f"There is no model behind {xmlid!r}.{suggestion(bare, names)}"

    def model_of(self, xmlid: str, addon: str) -> str:
        """The model of the record behind an id; empty where it is not known."""
        name = self.qualified(xmlid, addon)
        if name in self.defined:
            return self.defined[name].model
        return "ir.model" if name.partition(".")[2].startswith("model_") else ""
