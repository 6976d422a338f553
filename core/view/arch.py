"""Reads an arch, in OpenERP's or today's dialect, into one typed view (`core.view.nodes`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from core.kernel.finding import Finding
from core.view import nodes
from core.view.card import card_of
from core.view.content import Content
from core.view.markup import Origin, attributes, elements, parse_arch
from core.view.nodes import View
from core.view.reader import Reader, view_type
from core.view.search import search_view

INTERVALS = frozenset({"hour", "day", "week", "month", "quarter", "year"})
CHARTS: dict[str, nodes.Chart] = {"bar": "bar", "line": "line", "pie": "pie", "area": "area"}
_CALENDAR = {
    "date_start": "date_start",
    "date_stop": "date_stop",
    "date_delay": "date_delay",
    "all_day": "all_day",
    "color": "color",
    "group_by": "default_group_by",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed view and what is wrong with its arch."""

    view: View
    findings: tuple[Finding, ...] = ()


def parse(arch: etree._Element | str, origin: Origin | str = "") -> Parsed:
    """The typed view of an arch. Faults become findings and the part is left out: a view is always made.

    Raises DataFileError only for text that is not well-formed XML.
    """
    place = Origin.of(origin)
    root = parse_arch(arch, place) if isinstance(arch, str) else arch
    reader = Reader(place, _view)
    view = _view(root, reader)
    return Parsed(view, tuple(reader.findings))


def _view(root: etree._Element, reader: Reader) -> View:
    kind = view_type(str(root.tag))
    view = READERS.get(kind, _other)(root, reader)
    return replace(view, reads=frozenset(name for name in reader.reads if name))


def _form(root: etree._Element, reader: Reader) -> nodes.FormView:
    content = Content(reader)
    children = content.children(root)
    header = next((node for node in children if isinstance(node, nodes.HeaderNode)), None)
    footer = next((node for node in children if isinstance(node, nodes.FooterNode)), None)
    inner = tuple(node for node in children if node is not header and node is not footer)
    loose = any(isinstance(node, nodes.FieldNode) for node in inner)
    modern = root.get("version", "").startswith("7") or any(isinstance(node, nodes.SheetNode) for node in inner)
    columns = reader.number(root, "col") or 4 if loose and not modern else 0
    return nodes.FormView(**reader.view_common(root), header=header, footer=footer, children=inner, columns=columns)


def _list(root: etree._Element, reader: Reader) -> nodes.ListView:
    content = Content(reader)
    columns: list[nodes.FieldNode | nodes.ButtonNode] = []
    buttons: list[nodes.ButtonNode] = []
    for child in elements(root):
        if child.tag == "field":
            columns.append(content.field(child, column=True))
        elif child.tag == "button":
            columns.append(content.button(child, column=True))
        elif child.tag == "header":
            buttons += [content.button(button) for button in elements(child) if button.tag == "button"]
        elif child.tag not in ("groupby", "control", "separator", "newline"):
            reader.note(child, "view-element", f"A list holds fields and buttons, not <{child.tag}>.", "warning")
    editable = root.get("editable", "")
    if editable not in ("", "top", "bottom", "0", "1"):
        reader.note(root, "view-attribute", f"editable is top or bottom, not {editable!r}.", "warning")
    parent_field = root.get("field_parent", "")
    if parent_field:
        reader.reads.add(parent_field)
    return nodes.ListView(
        **reader.view_common(root),
        columns=tuple(columns),
        buttons=tuple(buttons),
        editable="top" if editable == "top" else "bottom" if editable in ("bottom", "1") else "",
        multi_edit=reader.flag(root, "multi_edit"),
        decorations=reader.decorations(root),
        default_order=root.get("default_order", ""),
        default_group_by=root.get("default_group_by", ""),
        limit=reader.number(root, "limit"),
        parent_field=parent_field,
    )


def _kanban(root: etree._Element, reader: Reader) -> nodes.KanbanView:
    content = Content(reader)
    fields = tuple(content.field(child) for child in elements(root) if child.tag == "field")
    card, color = card_of(root, reader)
    progress: dict[str, Any] = {}
    for bar in elements(root):
        if bar.tag == "progressbar":
            progress = {
                "progress_field": bar.get("field", ""),
                "progress_colors": {str(k): str(v) for k, v in _mapping(bar, reader).items()},
                "sum_field": bar.get("sum_field", ""),
            }
            reader.reads |= {bar.get("field", ""), bar.get("sum_field", "")}
    group_by = root.get("default_group_by", "")
    color = root.get("highlight_color", "") or color
    reader.reads |= {group_by.split(":")[0], color}
    return nodes.KanbanView(
        **reader.view_common(root),
        fields=fields,
        card=card,
        default_group_by=group_by,
        default_order=root.get("default_order", ""),
        quick_create=reader.flag(root, "quick_create", True),
        color_field=color,
        draggable=reader.flag(root, "records_draggable", reader.flag(root, "group_draggable", True)),
        limit=reader.number(root, "limit"),
        **progress,
    )


def _mapping(element: etree._Element, reader: Reader) -> dict[Any, Any]:
    found = reader.expression(element, "colors")
    value = found.evaluate({}) if found is not None and not found.names else {}
    return value if isinstance(value, dict) else {}


def _graph(root: etree._Element, reader: Reader) -> nodes.GraphView:
    chart = root.get("type", "bar")
    if chart not in CHARTS and chart != "pivot":
        reader.note(root, "view-attribute", f"A graph is one of {', '.join(sorted(CHARTS))}, not {chart!r}.", "warning")
    return nodes.GraphView(
        **reader.view_common(root),
        chart=CHARTS.get(chart, "bar"),
        stacked=reader.flag(root, "stacked"),
        horizontal=root.get("orientation") == "horizontal",
        axes=_axes(root, reader),
    )


def _pivot(root: etree._Element, reader: Reader) -> nodes.PivotView:
    return nodes.PivotView(**reader.view_common(root), axes=_axes(root, reader))


def _axes(root: etree._Element, reader: Reader) -> tuple[nodes.Axis, ...]:
    """The fields of a graph: today's say row, col or measure; of the old ones the first is what is drawn over."""
    fields = [child for child in elements(root) if child.tag == "field"]
    typed = any(child.get("type") for child in fields)
    found: list[nodes.Axis] = []
    for index, child in enumerate(fields):
        name = child.get("name", "")
        reader.reads.add(name)
        role: nodes.AxisRole = "measure"
        if typed:
            said = child.get("type", "row")
            if said not in ("row", "col", "measure"):
                reader.note(child, "view-attribute", f"A field of a graph is row, col or measure, not {said!r}.")
            role = "measure" if said == "measure" else "col" if said == "col" else "row"
        elif reader.flag(child, "group"):
            role = "col" if index else "row"
        elif index == 0 and not child.get("operator"):
            role = "row"
        interval = child.get("interval", "")
        if interval and interval not in INTERVALS:
            reader.note(child, "view-attribute", f"There is no interval {interval!r}.", "warning")
            interval = ""
        operator = {"+": "sum", "*": "sum", "": "sum"}.get(child.get("operator", ""), child.get("operator", ""))
        found.append(
            nodes.Axis(
                **reader.common(child),
                name=name,
                role=role,
                label=child.get("string", ""),
                interval=interval,
                operator=operator,
            )
        )
    return tuple(found)


def _calendar(root: etree._Element, reader: Reader) -> nodes.CalendarView:
    content = Content(reader)
    names = {key: root.get(attribute, "") for key, attribute in _CALENDAR.items()}
    if not names["date_start"]:
        reader.note(root, "view-attribute", f"A {root.tag} needs date_start.")
    reader.reads |= set(names.values())
    common: dict[str, Any] = {**reader.view_common(root), **names, "type": str(root.tag)}
    return nodes.CalendarView(
        **common,
        mode=root.get("mode", ""),
        quick_create=reader.flag(root, "quick_create", reader.flag(root, "quick_add", True)),
        fields=tuple(content.field(child) for child in root.iter("field")),
    )


def _other(root: etree._Element, reader: Reader) -> nodes.OtherView:
    content = Content(reader)
    fields = tuple(content.field(child) for child in elements(root) if child.tag == "field")
    return nodes.OtherView(
        **reader.view_common(root), type=view_type(str(root.tag)), attributes=attributes(root), fields=fields
    )


READERS: dict[str, Callable[[etree._Element, Reader], View]] = {
    "form": _form,
    "list": _list,
    "search": search_view,
    "kanban": _kanban,
    "graph": _graph,
    "pivot": _pivot,
    "calendar": _calendar,
    "gantt": _calendar,
}
