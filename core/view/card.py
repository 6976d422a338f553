"""Reads the card of a kanban board: HTML with fields, in today's spelling or as a template of OpenERP's web client."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from core.errors import ExpressionError
from core.view import nodes
from core.view.content import Content
from core.view.legacy import script_condition, script_field
from core.view.markup import elements
from core.view.modifiers import NEVER, Condition, any_of, negated
from core.view.nodes import Node
from core.view.reader import Reader

CARD_NAMES = ("card", "kanban-box", "kanban-card")
DIRECTIVES = frozenset({"t-if", "t-elif", "t-else", "t-esc", "t-out", "t-raw", "t-name", "t-field"})

_COLOUR = re.compile(r"kanban_(?:color|getcolor)\(\s*record\.(\w+)\.raw_value")
_IMAGE = re.compile(r"kanban_image\(\s*'[\w.]+'\s*,\s*'(\w+)'")


class Card(Content):
    """Reads templates: `t-if`, `t-esc`, calls for pictures and colours; other script is dropped with a note."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.color_field = ""
        self._before: list[Condition] = []

    def children(self, parent: etree._Element) -> tuple[Node, ...]:
        outer, self._before = self._before, []
        found = super().children(parent)
        self._before = outer
        return found

    def node(self, element: etree._Element) -> list[Node]:
        for name in element.attrib:
            self._colour(element.get(name, ""))
        hidden = self._hidden(element)
        shown = self._shown(element)
        if hidden == NEVER:
            return shown
        return [
            replace(node, modifiers=replace(node.modifiers, invisible=any_of([node.modifiers.invisible, hidden])))
            for node in shown
        ]

    def _shown(self, element: etree._Element) -> list[Node]:
        picture = _IMAGE.search(element.get("t-att-src", ""))
        if element.tag == "img" and picture:
            self.reader.reads.add(picture[1])
            return [nodes.FieldNode(name=picture[1], widget="image", css=element.get("class", ""))]
        output = element.get("t-esc") or element.get("t-out") or element.get("t-raw") or element.get("t-field")
        if output is not None:
            return self._output(element, output)
        for name in element.attrib:
            if str(name).startswith("t-") and name not in DIRECTIVES:
                self._dropped(element, str(name))
        if "t-foreach" in element.attrib or "t-call" in element.attrib:
            return []
        return super().node(element)

    def _output(self, element: etree._Element, script: str) -> list[Node]:
        name = script_field(script)
        if not name:
            self.reader.note(element, "view-script", f"{script!r} is script that Grial does not run.", "warning")
            return []
        self.reader.reads.add(name)
        field = nodes.FieldNode(name=name, nolabel=True)
        if element.tag == "t":
            return [field]
        return [
            replace(node, children=(field,)) if isinstance(node, nodes.Container) else field
            for node in self.html(element)
        ]

    def _hidden(self, element: etree._Element) -> Condition:
        """When a `t-if`, `t-elif` or `t-else` hides the element."""
        if not {"t-if", "t-elif", "t-else"} & set(element.attrib):
            self._before = []
            return NEVER
        source = element.get("t-if") or element.get("t-elif")
        if "t-if" in element.attrib:
            self._before = []
        hidden = list(self._before)
        if source:
            try:
                shown = script_condition(source)
            except ExpressionError:
                self.reader.note(element, "view-script", f"{source!r} is script that Grial does not run.", "warning")
                return NEVER
            self.reader.reads |= shown.reads
            hidden.append(negated(shown))
            self._before.append(shown)
        return any_of(hidden)

    def _colour(self, value: str) -> None:
        match = _COLOUR.search(value)
        if match:
            self.color_field = match[1]
            self.reader.reads.add(match[1])

    def _dropped(self, element: etree._Element, name: str) -> None:
        if not _COLOUR.search(element.get(name, "")):
            self.reader.note(element, "view-script", f"{name} is script that Grial does not run.", "warning")


def card_of(root: etree._Element, reader: Reader) -> tuple[tuple[Node, ...], str]:
    """What a card shows, and the field that colours it. Empty where a board describes no card."""
    card = Card(reader)
    for templates in elements(root):
        if templates.tag != "templates":
            continue
        for template in elements(templates):
            if template.get("t-name") in CARD_NAMES:
                return card.children(template), card.color_field
    return (), ""
