"""Reads attributes of an arch, in either dialect, and collects what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from core.errors import ExpressionError
from core.kernel.expression import Expression, compile_expression, literal
from core.kernel.finding import Finding, Severity
from core.view import legacy
from core.view.markup import Origin, attributes, line_in, remark
from core.view.modifiers import (
    ENVIRONMENT,
    NEVER,
    PLAIN,
    Condition,
    Decoration,
    Modifiers,
    any_of,
    condition,
)
from core.view.nodes import View

_FALSE = frozenset({"0", "false", "no", "off"})
_PARENT = re.compile(r"\bparent\.([A-Za-z_]\w*)")


class Reader:
    """Reads one view: gathers findings, and the fields that its conditions, domains and contexts read."""

    def __init__(self, origin: Origin, parse_view: Callable[[etree._Element, Reader], View]) -> None:
        self.origin = origin
        self.findings: list[Finding] = []
        self.reads: set[str] = set()
        self._parse_view = parse_view

    def note(self, element: etree._Element, code: str, message: str, severity: Severity = "error") -> None:
        """Add a finding about an element."""
        self.findings.append(remark(element, self.origin, code, message, severity))

    def sub_view(self, element: etree._Element) -> View:
        """An inline view; what it reads of its `parent` counts as read here."""
        inner = Reader(self.origin, self._parse_view)
        view = self._parse_view(element, inner)
        self.findings += inner.findings
        for part in element.iter(etree.Element):
            for value in attributes(part).values():
                self.reads.update(_PARENT.findall(value))
        return view

    def flag(self, element: etree._Element, name: str, default: bool = False) -> bool:
        """An attribute that is `1`/`true` or `0`/`false`."""
        value = element.get(name)
        return default if value is None or not value.strip() else value.strip().lower() not in _FALSE

    def number(self, element: etree._Element, name: str) -> int:
        """A whole number, 0 where there is none."""
        value = (element.get(name) or "").strip()
        if value and not value.isdigit():
            self.note(element, "view-number", f"{name} is a whole number, not {value!r}.", "warning")
        return int(value) if value.isdigit() and len(value) < 10 else 0

    def expression(self, element: etree._Element, name: str) -> Expression | None:
        """A domain or context, compiled; None where there is none or it cannot be compiled."""
        source = " ".join((element.get(name) or "").split())
        if not source:
            return None
        try:
            found = compile_expression(source)
        except ExpressionError as error:
            self.note(element, "view-expression", f"{name}: {error}")
            return None
        self.reads |= found.names - ENVIRONMENT
        return found

    def options(self, element: etree._Element) -> Mapping[str, Any]:
        """The `options` mapping of a widget."""
        source = (element.get("options") or "").strip()
        if not source:
            return {}
        try:
            value = literal(" ".join(source.split()))
        except ExpressionError as error:
            self.note(element, "view-options", f"options: {error}")
            return {}
        if not isinstance(value, dict):
            self.note(element, "view-options", "options is a mapping.")
            return {}
        return value

    def modifiers(self, element: etree._Element, column: bool = False) -> Modifiers:
        """The conditions of an element: attrs, states, and the attributes of their own names.

        In a list (`column`) an `invisible` that reads no field of the row hides the whole column.
        """
        found: dict[str, list[Condition]] = {}
        try:
            if element.get("attrs"):
                for name, part in legacy.attrs_conditions(element.get("attrs") or "").items():
                    found.setdefault(name, []).append(part)
        except ExpressionError as error:
            self.note(element, "view-attrs", f"attrs: {error}")
        if element.get("states"):
            found.setdefault("invisible", []).append(legacy.states_condition(element.get("states") or ""))
        for name in legacy.MODIFIERS:
            source = element.get(name)
            if source is None:
                continue
            try:
                found.setdefault(name, []).append(condition(source))
            except ExpressionError as error:
                self.note(element, "view-expression", f"{name}: {error}")
        if not found:
            return PLAIN
        merged = {name: any_of(parts) for name, parts in found.items()}
        invisible, hidden = merged.get("invisible", NEVER), merged.get("column_invisible", NEVER)
        if column and not invisible.reads and "states" not in element.attrib:
            invisible, hidden = NEVER, any_of([hidden, invisible])
        modifiers = Modifiers(invisible, merged.get("readonly"), merged.get("required"), hidden)
        self.reads |= modifiers.reads
        return modifiers

    def decorations(self, element: etree._Element) -> tuple[Decoration, ...]:
        """The looks of a row or field."""
        found, problems = legacy.decorations(attributes(element))
        for problem in problems:
            self.note(element, "view-decoration", problem, "warning")
        for decoration in found:
            self.reads |= decoration.when.reads
        return tuple(found)

    def common(self, element: etree._Element, column: bool = False) -> dict[str, Any]:
        """Line, class and conditions: what every node takes."""
        return {
            "line": line_in(element),
            "css": element.get("class", ""),
            "modifiers": self.modifiers(element, column),
        }

    def view_common(self, element: etree._Element) -> dict[str, Any]:
        """Title, class and flags: what every view takes."""
        return {
            "line": line_in(element),
            "title": element.get("string", ""),
            "css": element.get("class", ""),
            "create": self.flag(element, "create", True),
            "edit": self.flag(element, "edit", True),
            "delete": self.flag(element, "delete", True),
        }


def names_in(text: str | None) -> tuple[str, ...]:
    """The names in a list separated by commas."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def view_type(tag: str) -> str:
    """The one name of a view type: `tree` is `list`."""
    return "list" if tag == "tree" else tag
