"""Reads a search view: fields to type into, filters, groupings and the side panel."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from core.errors import ExpressionError
from core.kernel.expression import Expression
from core.view import nodes
from core.view.content import Content
from core.view.markup import elements
from core.view.reader import Reader, names_in

_GROUP_BY = re.compile(r"'group_by'\s*:\s*(?:'([^']*)'|\[([^\]]*)\])|\"group_by\"\s*:\s*\"([^\"]*)\"")
_NAME = re.compile(r"[A-Za-z_][\w.:]*")


def search_view(root: etree._Element, reader: Reader) -> nodes.SearchView:
    """The typed search view; its reads are only fields that exist on the model, never names of its expressions."""
    gathered = _Gathered(reader)
    gathered.read(root)
    reader.reads = gathered.names
    return nodes.SearchView(
        **reader.view_common(root),
        fields=tuple(gathered.fields),
        filters=tuple(gathered.filters),
        panel=tuple(gathered.panel),
    )


class _Gathered:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.fields: list[nodes.SearchField] = []
        self.filters: list[nodes.SearchFilter] = []
        self.panel: list[nodes.FieldNode] = []
        self.names: set[str] = set()
        self.section = 0

    def read(self, parent: etree._Element) -> None:
        for child in elements(parent):
            tag = str(child.tag)
            if tag == "field":
                self._field(child)
                self.read(child)
            elif tag == "filter":
                self._filter(child)
            elif tag in ("separator", "newline"):
                self.section += 1
            elif tag in ("group", "t"):
                self.section += 1
                self.read(child)
                self.section += 1
            elif tag == "searchpanel":
                content = Content(self.reader)
                self.panel += [content.field(field) for field in elements(child) if field.tag == "field"]
            else:
                self.reader.note(child, "view-element", f"A search view has no <{tag}>.", "warning")

    def _field(self, element: etree._Element) -> None:
        reader = self.reader
        name = element.get("name", "")
        if not name:
            reader.note(element, "view-field", "A field needs a name.")
            return
        self.names.add(name)
        self.fields.append(
            nodes.SearchField(
                **reader.common(element),
                name=name,
                label=element.get("string", ""),
                operator=element.get("operator", ""),
                filter_domain=reader.expression(element, "filter_domain"),
                domain=reader.expression(element, "domain"),
                context=reader.expression(element, "context"),
                widget=element.get("widget", ""),
                default_focus=reader.flag(element, "default_focus"),
            )
        )

    def _filter(self, element: etree._Element) -> None:
        reader = self.reader
        context = reader.expression(element, "context")
        group_by = group_by_names(context)
        domain = reader.expression(element, "domain")
        date_field = element.get("date", "")
        self.names |= {name.split(":")[0].split(".")[0] for name in group_by}
        if date_field:
            self.names.add(date_field)
        label = element.get("string", "") or element.get("help", "")
        if not (domain or context or date_field):
            reader.note(element, "view-filter", "A filter needs a domain, a context or a date.", "warning")
        self.filters.append(
            nodes.SearchFilter(
                **reader.common(element),
                name=element.get("name", "") or f"filter_{len(self.filters)}",
                label=label,
                help=element.get("help", ""),
                icon=element.get("icon", ""),
                domain=domain,
                context=context,
                group_by=group_by,
                date_field=date_field,
                section=self.section,
            )
        )


def group_by_names(context: Expression | None) -> tuple[str, ...]:
    """The fields a filter's context groups by; also where the context needs names that are known only later."""
    if context is None:
        return ()
    try:
        values: Any = context.evaluate({})
    except ExpressionError:
        match = _GROUP_BY.search(context.source)
        text = (match[1] or match[2] or match[3] or "") if match else ""
        return tuple(_NAME.findall(text))
    found = values.get("group_by") if isinstance(values, dict) else None
    if isinstance(found, str):
        return names_in(found)
    return tuple(str(name) for name in found) if isinstance(found, (list, tuple)) else ()
