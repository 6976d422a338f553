"""Makes a view for a model that has none of that type, from the descriptions of its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

Fields = Mapping[str, Mapping[str, Any]]  # Any: what fields_get says of a field

TECHNICAL = frozenset(
    ["id", "display_name", "create_uid", "create_date", "write_uid", "write_date", "row_version", "xml_id"]
)
LONG = frozenset({"text", "html", "binary", "image", "json", "one2many", "many2many"})
MOST_COLUMNS = 8


def default_arch(view_type: str, fields: Fields, rec_name: str = "name", title: str = "") -> etree._Element | None:
    """The arch of a default view; None for a type that nothing can be made up for.

    Args:
        view_type: form, list, search, kanban, graph, pivot or calendar.
        fields: what `fields_get` answers, as the reader may see it.
        rec_name: the field that names a record.
        title: the model's description.
    """
    make = MAKERS.get(view_type)
    if make is None:
        return None
    shown = {name: field for name, field in fields.items() if name not in TECHNICAL}
    first = [rec_name] if rec_name in shown else []
    ordered = {name: shown[name] for name in [*first, *(name for name in shown if name != rec_name)]}
    root = make(ordered)
    if root is not None:
        root.set("string", title)
    return root


def _form(fields: Fields) -> etree._Element:
    root = etree.Element("form")
    sheet = etree.SubElement(root, "sheet")
    group = etree.SubElement(sheet, "group")
    columns = [etree.SubElement(group, "group"), etree.SubElement(group, "group")]
    short = [name for name, field in fields.items() if field["type"] not in LONG]
    for index, name in enumerate(short):
        _field(columns[0 if index * 2 < len(short) else 1], name)
    lines = [name for name, field in fields.items() if field["type"] in LONG]
    if lines:
        notebook = etree.SubElement(sheet, "notebook")
        for name in lines:
            page = etree.SubElement(notebook, "page", string=str(fields[name].get("string") or name))
            _field(page, name).set("nolabel", "1")
    return root


def _list(fields: Fields) -> etree._Element:
    root = etree.Element("list")
    columns = [name for name, field in fields.items() if field["type"] not in LONG and field.get("store", True)]
    for name in columns[:MOST_COLUMNS] or list(fields)[:1] or ["display_name"]:
        _field(root, name)
    return root


def _search(fields: Fields) -> etree._Element:
    root = etree.Element("search")
    for name, field in fields.items():
        if field["type"] in ("char", "many2one") and field.get("searchable", True):
            _field(root, name)
    if "active" in fields:
        etree.SubElement(root, "filter", name="inactive", string="Archived", domain="[('active', '=', False)]")
    group = etree.SubElement(root, "group", expand="0", string="Group By")
    for name, field in fields.items():
        if field["type"] in ("many2one", "selection") and field.get("store", True):
            label = str(field.get("string") or name)
            etree.SubElement(
                group, "filter", name=f"group_by_{name}", string=label, context=f"{{'group_by': '{name}'}}"
            )
    return root


def _kanban(fields: Fields) -> etree._Element:
    root = etree.Element("kanban")
    templates = etree.SubElement(root, "templates")
    card = etree.SubElement(templates, "t", {"t-name": "card"})
    names = [name for name, field in fields.items() if field["type"] not in LONG and field["type"] != "boolean"]
    title = etree.SubElement(card, "strong")
    _field(title, "display_name")
    for name in names[1:4]:
        _field(etree.SubElement(card, "div"), name)
    for status in ("stage_id", "state"):
        if status in fields:
            root.set("default_group_by", status)
            break
    return root


def _graph(fields: Fields) -> etree._Element:
    root = etree.Element("graph")
    _axes(root, fields)
    return root


def _pivot(fields: Fields) -> etree._Element:
    root = etree.Element("pivot")
    _axes(root, fields)
    return root


def _axes(root: etree._Element, fields: Fields) -> None:
    groups = [n for n, f in fields.items() if f["type"] in ("many2one", "selection") and f.get("store", True)]
    if groups:
        _field(root, groups[0]).set("type", "row")
    measures = [n for n, f in fields.items() if f["type"] in ("monetary", "decimal", "float") and f.get("store", True)]
    if measures:
        _field(root, measures[0]).set("type", "measure")


def _calendar(fields: Fields) -> etree._Element | None:
    dates = [name for name, field in fields.items() if field["type"] in ("date", "datetime")]
    if not dates:
        return None
    preferred = [name for name in ("date_start", "start", "date", "date_begin", "date_deadline") if name in dates]
    root = etree.Element("calendar", date_start=(preferred or dates)[0])
    stop = [name for name in ("date_stop", "stop", "date_end") if name in dates]
    if stop:
        root.set("date_stop", stop[0])
    _field(root, "display_name")
    return root


def _field(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, "field", name=name)


MAKERS: dict[str, Callable[[Fields], etree._Element | None]] = {
    "form": _form,
    "list": _list,
    "search": _search,
    "kanban": _kanban,
    "graph": _graph,
    "pivot": _pivot,
    "calendar": _calendar,
}
