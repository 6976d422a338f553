"""Reads the arches inside data files, element by element: which construct each part is, for the verdicts."""

from __future__ import annotations

from typing import Final

from lxml import etree

from core.check.ledger import Ledger
from core.data.xml import attributes, children
from core.view import html_rules
from core.view.content import VIEW_TAGS
from core.view.inherit import WRAPPERS
from core.view.legacy import MODIFIERS

SPECIAL: Final[dict[str, str]] = {
    "attrs": "view: attrs",
    "states": "view: states",
    "on_change": "view: on_change",
    "domain": "view: domain",
    "filter_domain": "view: domain",
    "context": "view: context",
    "colors": "view: colours",
    "fonts": "view: colours",
    "options": "view: options",
    "groups": "view: groups",
    "expr": "view: attribute",
    **dict.fromkeys(MODIFIERS, "view: condition"),
}
"""Attributes that are constructs of their own: small languages inside an arch."""

KNOWN: Final = frozenset(
    ["add", "align", "all_day", "alt", "args", "avg", "bg", "border", "cellpadding", "cellspacing", "class",
     "col", "color", "colspan", "confirm", "create", "date", "date_delay", "date_start", "date_stop",
     "day_length", "default_focus", "default_group_by", "default_order", "delete", "draggable", "edit",
     "editable", "expand", "expr", "face", "field", "field_parent", "filename", "for", "group", "group_by",
     "group_draggable", "height", "help", "highlight_color", "href", "icon", "id", "import_module", "interval",
     "limit", "max", "media", "min", "mode", "multi_edit", "name", "nolabel", "operator", "optional",
     "orientation", "password", "placeholder", "position", "quick_add", "quick_create", "records_draggable",
     "rel", "remove", "rowspan", "select", "separator", "size", "special", "src", "stacked",
     "statusbar_visible", "string", "style", "sum", "sum_field", "summary", "target", "title", "type", "valign",
     "version", "view_mode", "widget", "width"]
)  # fmt: skip
"""Attributes that do something in today's views, or are plain HTML."""

INERT: Final[dict[str, str]] = {
    "digits": "a field has the digits of its model",
    "tabpos": "tabs are above their pages",
    "tooltip": "write help instead",
    "completion": "it never had an effect",
    "autofocus": "the first page is shown",
    "disabled": "a button says when it may be used",
    "source": "diagrams are drawn from the workflow",
    "destination": "diagrams are drawn from the workflow",
    "shape": "diagrams are drawn from the workflow",
    "object": "diagrams are drawn from the workflow",
    "label": "diagrams are drawn from the workflow",
    "bgcolor": "diagrams are drawn from the workflow",
    "fill": "forms lay themselves out",
    "toolbar": "trees have no toolbar of their roots",
    "noupdate": "it never had an effect in a view",
    "layout": "forms lay themselves out",
    "link": "it never had an effect",
    "on_create": "it never had an effect",
    "statusbar_colors": "the states of the bar have the colours of the theme",
    "img_width": "pictures have the size that fits",
    "img_height": "pictures have the size that fits",
    "preview_image": "a picture is its own preview",
    "on_write": "it never had an effect",
    "hide_list_view_button": "it never had an effect",
    "xoffset": "diagrams draw themselves",
    "yoffset": "diagrams draw themselves",
}
"""Attributes of older views that change nothing, with the reason."""


OURS: Final = frozenset({"header", "footer", "label", "button", "filter"})
"""View elements that have the name of an HTML element, or a verdict of their own."""


def read_arch(ledger: Ledger, holder: etree._Element, extends: bool) -> None:
    """Read everything inside an element that holds an arch; `extends` where it changes another view."""
    for child in children(holder):
        _top(ledger, child, extends)


def _top(ledger: Ledger, element: etree._Element, extends: bool) -> None:
    """A root: a view type, or the specifications of an extension, which wrappers may hold."""
    tag = str(element.tag)
    if extends and tag in WRAPPERS:
        ledger.read(element, "view: wrapper")
        for child in children(element):
            _top(ledger, child, True)
    elif extends:
        kind = "xpath" if tag == "xpath" else "tag and attributes"
        ledger.read(element, f"locator: {kind}, {element.get('position') or 'inside'}")
        for child in children(element):
            _element(ledger, child, _construct(child))
    elif tag in VIEW_TAGS:
        _element(ledger, element, f"view: {tag}")
    else:
        _element(ledger, element, "view: other root")


def _construct(element: etree._Element) -> str:
    tag = str(element.tag)
    if tag in ("field", "button", "filter", "label"):
        return f"view: {tag}"
    if tag in VIEW_TAGS:
        return "view: inline view"
    if tag == "t" or any(str(name).startswith("t-") for name in element.attrib):
        return "view: QWeb"
    if tag not in OURS and html_rules.clean_tag(tag) != "":
        return "view: HTML"
    return "view: element"


def _element(ledger: Ledger, element: etree._Element, construct: str) -> None:
    given = attributes(element)
    plain = [name for name in given if name not in SPECIAL and (name in KNOWN or _is_free(element, name))]
    entry = ledger.read(element, construct, plain)
    if element.getparent() is not None and element.get("position") and construct.startswith("view: "):
        entry.judge("skipped", "position: what an extension brings in is not an instruction of its own.")
    for name in given:
        if name in SPECIAL:
            part = ledger.attribute(element, name, SPECIAL[name])
            if name == "on_change":
                part.judge("skipped", "on_change: on-changes belong to the model, and run by themselves.")
        elif name not in plain:
            part = ledger.attribute(element, name, "view: attribute without effect")
            part.judge("skipped", f"{name}: {INERT.get(name, f'<{element.tag}> has no such attribute')}.")
    for child in children(element):
        _element(ledger, child, _construct(child))


def _is_free(element: etree._Element, name: str) -> bool:
    """Attributes that any name may be of: QWeb directives, data of scripts, looks, and what a widget is told."""
    return name.startswith(("t-", "data-", "decoration-")) or (element.tag == "field" and "widget" in element.attrib)
