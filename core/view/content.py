"""Reads what stands inside a form or card: fields, buttons, groups, tabs, labels and free HTML."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from core.kernel.finding import Severity
from core.view import html_rules, nodes
from core.view.markup import attributes, elements, line_in
from core.view.nodes import Node
from core.view.reader import Reader, names_in, view_type

TRANSPARENT = frozenset({"t", "hpaned", "vpaned", "child1", "child2", "html", "data", "board", "column", "templates"})
VIEW_TAGS = frozenset({"form", "tree", "list", "kanban", "graph", "calendar", "search", "pivot", "gantt", "diagram"})
BUTTON_KINDS: dict[str, nodes.ButtonKind] = {
    "object": "object", "action": "action", "workflow": "workflow", "open": "open", "edit": "edit", "delete": "delete",
    "url": "url", "cancel": "cancel", "save": "save",
}  # fmt: skip

_SPACE = re.compile(r"\s+")
_MODIFIED = "attrs states invisible readonly required column_invisible class groups position _origin"
_FIELD_KNOWN = frozenset(
    f"""{_MODIFIED} name string nolabel widget options placeholder help colspan rowspan domain context sum avg min max
    statusbar_visible optional password filename mode view_mode on_change select colors fonts default_focus width height
    style id""".split()
)
_HTML_OURS = frozenset(
    f"{_MODIFIED} name string colspan rowspan col version type args context icon confirm help options".split()
)


class Content:
    """Turns elements into nodes; one method an element, in `READERS`."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def children(self, parent: etree._Element) -> tuple[Node, ...]:
        """The nodes of everything inside an element, text included."""
        found: list[Node] = []
        self._text(found, parent.text, parent)
        for child in elements(parent):
            found += self.node(child)
            self._text(found, child.tail, child)
        return tuple(found)

    def node(self, element: etree._Element) -> list[Node]:
        """The nodes of one element: usually one, none when it is dropped, several when only its content counts."""
        tag = str(element.tag)
        read = READERS.get(tag)
        if read is not None:
            return [read(self, element)]
        if tag in TRANSPARENT:
            return list(self.children(element))
        return self.html(element)

    def html(self, element: etree._Element) -> list[Node]:
        """An HTML element, if it is an allowed one."""
        tag = html_rules.clean_tag(str(element.tag))
        if tag is False:
            self.reader.note(
                element, "view-html", f"<{element.tag}> is not allowed in a view and is dropped.", "warning"
            )
            return []
        if not tag:
            self.reader.note(
                element, "view-element", f"<{element.tag}> is not known; only its content is shown.", "warning"
            )
            return list(self.children(element))
        if (
            tag == "a"
            and element.get("type") in BUTTON_KINDS
            and (element.get("name") or element.get("type") != "object")
        ):
            return [self.button(element)]
        given = {name: value for name, value in attributes(element).items() if not name.startswith("t-")}
        kept, refused = html_rules.clean_attributes(tag, given, _HTML_OURS)
        for name in refused:
            severity: Severity = "error" if name.lower().startswith("on") else "warning"
            self.reader.note(
                element, "view-html", f"{name} is not allowed on <{element.tag}> and is dropped.", severity
            )
        common = self.reader.common(element)
        return [nodes.HtmlNode(**common, tag=tag, attributes=kept, children=self.children(element))]

    def field(self, element: etree._Element, column: bool = False) -> nodes.FieldNode:
        """A field, with its inline sub-views."""
        reader = self.reader
        name = element.get("name", "")
        if not name:
            reader.note(element, "view-field", "A field needs a name.")
        reader.reads.add(name)
        filename = element.get("filename", "")
        if filename:
            reader.reads.add(filename)
        given = attributes(element)
        return nodes.FieldNode(
            **reader.common(element, column),
            name=name,
            label=element.get("string", ""),
            nolabel=reader.flag(element, "nolabel"),
            widget=element.get("widget", ""),
            options=reader.options(element),
            placeholder=element.get("placeholder", ""),
            help=element.get("help", ""),
            colspan=reader.number(element, "colspan"),
            domain=reader.expression(element, "domain"),
            context=reader.expression(element, "context"),
            statusbar_visible=names_in(element.get("statusbar_visible")),
            aggregates={kind: given[kind] for kind in ("sum", "avg", "min", "max") if kind in given},
            optional=element.get("optional", ""),
            password=reader.flag(element, "password"),
            filename=filename,
            mode=tuple(view_type(mode) for mode in names_in(element.get("mode") or element.get("view_mode"))),
            views={
                view_type(str(child.tag)): reader.sub_view(child)
                for child in elements(element)
                if child.tag in VIEW_TAGS
            },
            decorations=reader.decorations(element),
            extra={k: v for k, v in given.items() if k not in _FIELD_KNOWN and not k.startswith(("decoration-", "t-"))},
        )

    def button(self, element: etree._Element, column: bool = False) -> nodes.ButtonNode:
        """A button, or an anchor that acts as one."""
        reader = self.reader
        special = element.get("special", "")
        kind = element.get("type", "") or special or "workflow"
        if kind not in BUTTON_KINDS:
            known = ", ".join(sorted(BUTTON_KINDS))
            reader.note(element, "view-button", f"A button has no type {kind!r}; there are {known}.")
        if not element.get("name") and kind in ("object", "action", "workflow"):
            reader.note(element, "view-button", "A button needs a name.")
        css = element.get("class", "")
        return nodes.ButtonNode(
            **reader.common(element, column),
            name=(element.get("name") or "").strip(),
            label=element.get("string", ""),
            kind=BUTTON_KINDS.get(kind, "object"),
            icon=element.get("icon", ""),
            confirm=element.get("confirm", ""),
            help=element.get("help", ""),
            primary=bool({"oe_highlight", "btn-primary", "oe_form_button_save"} & set(css.split())),
            context=reader.expression(element, "context"),
            args=reader.expression(element, "args"),
            children=self.children(element),
        )

    def label(self, element: etree._Element) -> nodes.LabelNode:
        """The label of a field, or a text."""
        return nodes.LabelNode(
            **self.reader.common(element),
            for_field=element.get("for", ""),
            text=element.get("string", ""),
            colspan=self.reader.number(element, "colspan"),
            children=self.children(element),
        )

    def separator(self, element: etree._Element) -> nodes.SeparatorNode:
        return nodes.SeparatorNode(
            **self.reader.common(element),
            title=element.get("string", ""),
            vertical=element.get("orientation") == "vertical",
            colspan=self.reader.number(element, "colspan"),
        )

    def newline(self, element: etree._Element) -> nodes.NewlineNode:
        return nodes.NewlineNode(line=line_in(element))

    def group(self, element: etree._Element) -> nodes.GroupNode:
        return nodes.GroupNode(
            **self.reader.common(element),
            title=element.get("string", ""),
            columns=self.reader.number(element, "col"),
            colspan=self.reader.number(element, "colspan"),
            name=element.get("name", ""),
            children=self.children(element),
        )

    def notebook(self, element: etree._Element) -> nodes.NotebookNode:
        pages = []
        for child in elements(element):
            if child.tag == "page":
                pages.append(self.page(child))
            else:
                self.reader.note(child, "view-element", "A notebook holds pages only.")
        return nodes.NotebookNode(**self.reader.common(element), pages=tuple(pages))

    def page(self, element: etree._Element) -> nodes.PageNode:
        return nodes.PageNode(
            **self.reader.common(element),
            title=element.get("string", ""),
            name=element.get("name", ""),
            children=self.children(element),
        )

    def lone_page(self, element: etree._Element) -> nodes.GroupNode:
        """A page outside a notebook is shown as a group."""
        self.reader.note(element, "view-element", "A page stands outside a notebook.", "warning")
        return self.group(element)

    def header(self, element: etree._Element) -> nodes.HeaderNode:
        return nodes.HeaderNode(**self.reader.common(element), children=self.children(element))

    def sheet(self, element: etree._Element) -> nodes.SheetNode:
        return nodes.SheetNode(**self.reader.common(element), children=self.children(element))

    def footer(self, element: etree._Element) -> nodes.FooterNode:
        return nodes.FooterNode(**self.reader.common(element), children=self.children(element))

    def widget(self, element: etree._Element) -> nodes.WidgetNode:
        name = element.get("name", "") if element.tag == "widget" else str(element.tag)
        return nodes.WidgetNode(**self.reader.common(element), name=name, attributes=attributes(element))

    def _text(self, found: list[Node], text: str | None, near: etree._Element) -> None:
        if text and text.strip():
            found.append(nodes.TextNode(text=_SPACE.sub(" ", text), line=line_in(near)))


READERS: dict[str, Callable[[Content, etree._Element], Node]] = {
    "field": Content.field,
    "button": Content.button,
    "label": Content.label,
    "separator": Content.separator,
    "newline": Content.newline,
    "group": Content.group,
    "notebook": Content.notebook,
    "page": Content.lone_page,
    "header": Content.header,
    "sheet": Content.sheet,
    "footer": Content.footer,
    "widget": Content.widget,
    "chatter": Content.widget,
    "action": Content.widget,
}
