"""The short tags: `<view>`, `<action>`, `<menu>`, `<report>` and `<workflow>` as an addon of today writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from core.data.records import PLACE_FIELD
from core.data.xml import (
    arch_of,
    attributes,
    children,
    interpolated,
    known_attributes,
    line_of,
    truth,
    whole_number,
    words,
)
from core.errors import ExpressionError, UserError
from core.kernel.expression import compile_expression
from core.kernel.finding import suggestion

if TYPE_CHECKING:
    from core.data.session import Session

VIEW_TYPES = frozenset(
    {"form", "list", "tree", "search", "kanban", "calendar", "graph", "pivot", "gantt", "diagram", "qweb"}
)
VIEW_OWN = frozenset({"id", "model", "type", "inherit", "mode", "priority", "groups", "name", "active", "forcecreate"})
ACTION_OWN = VIEW_OWN - {"type", "inherit", "mode", "priority", "active", "forcecreate"} | {
    "model", "views", "search", "view", "target", "domain", "context", "limit", "help", "binding", "usage",
}  # fmt: skip
MENU_OWN = frozenset({"id", "name", "parent", "action", "sequence", "groups", "icon", "web_icon", "active"})
REPORT_OWN = frozenset(
    ["id", "model", "string", "name", "template", "type", "multi", "attachment", "attachment_use", "lang",
     "paper_format", "binding", "groups"]
)  # fmt: skip


def load_view(session: Session, element: etree._Element) -> None:
    """`<view id model type inherit mode priority groups name>`: a view, or changes to another one."""
    xmlid = _id(element)
    kind, text, line = view_arch(element)
    values: dict[str, Any] = {"name": element.get("name") or xmlid}
    inherit = element.get("inherit")
    if inherit:
        parent = session.known(inherit)
        base: Any = session.env["ir.ui.view"].browse(parent.id)
        values["inherit_id"] = parent.id
        values["mode"] = element.get("mode") or "extension"
        values["model"] = element.get("model") or base.model
        values["type"] = kind or base.type
    else:
        values["model"] = element.get("model") or ""
        values["type"] = "list" if kind == "tree" else kind
        values["mode"] = "primary"
    values["arch"] = interpolated(text, session.id_of)
    if PLACE_FIELD in session.env.registry["ir.ui.view"].fields:
        values[PLACE_FIELD] = f"{session.file_name}:{line}"
    if element.get("priority"):
        values["priority"] = whole_number(element, "priority")
    if element.get("active"):
        values["active"] = truth(element.get("active"))
    _groups(session, element, values)
    session.put(line_of(element), "ir.ui.view", xmlid, values, forcecreate=truth(element.get("forcecreate"), True))


def view_arch(element: etree._Element) -> tuple[str, str, int]:
    """Type, arch and first line of a `<view>`; the type of one that inherits may be empty.

    The content is the arch with its root (`<form>`), or what stands inside the root that `type` names.
    """
    text, line = arch_of(element)
    kind = element.get("type") or ""
    if element.get("inherit"):
        known_attributes(element, VIEW_OWN)
        return kind, text, line
    kind = kind or _root_tag(element)
    if kind not in VIEW_TYPES:
        raise UserError("A view has no type {type}.{hint}", type=repr(kind), hint=suggestion(kind, VIEW_TYPES))
    if not element.get("model") and kind != "qweb":
        raise UserError("A view needs the attribute model.")
    if kind != "qweb" and _one_type(_root_tag(element)) != _one_type(kind):
        return kind, _wrapped(element, kind, text), line
    known_attributes(element, VIEW_OWN)
    return kind, text, line


def load_action(session: Session, element: etree._Element) -> None:
    """`<action id model name views search target domain context limit help groups binding>`: opens records."""
    known_attributes(element, ACTION_OWN)
    xmlid = _id(element)
    model = _known_model(session, element.get("model") or "")
    modes = [_one_type(mode) for mode in words(element.get("views") or "list,form")]
    for mode in modes:
        if mode not in VIEW_TYPES:
            raise UserError("There is no view type {type}.{hint}", type=repr(mode), hint=suggestion(mode, VIEW_TYPES))
    values: dict[str, Any] = {
        "name": element.get("name") or session.env.registry[model].description or model,
        "res_model": model,
        "view_mode": ",".join(modes),
    }
    for attribute in ("domain", "context", "target", "usage"):
        if element.get(attribute) is not None:
            values[attribute] = resolved_text(session, element.get(attribute) or "")
    if element.get("limit"):
        values["limit"] = whole_number(element, "limit")
    if element.get("search"):
        values["search_view_id"] = session.id_of(element.get("search") or "")
    if element.get("view"):
        values["view_id"] = session.id_of(element.get("view") or "")
    if element.get("binding"):
        values["src_model"] = _known_model(session, element.get("binding") or "")
    help_text = element.get("help") or arch_of(element)[0]
    if help_text:
        values["help"] = help_text
    _groups(session, element, values)
    session.put(line_of(element), "ir.actions.act_window", xmlid, values)


def load_menu(session: Session, element: etree._Element, parent: str = "") -> None:
    """`<menu id name parent action sequence groups icon>`; menus inside a menu are its children."""
    known_attributes(element, MENU_OWN)
    xmlid = _id(element)
    values: dict[str, Any] = {}
    action = element.get("action")
    if action:
        known = session.known(action)
        values["action"] = f"{known.model},{known.id}"
    name = element.get("name")
    if not name and action:
        known = session.known(action)
        name = session.env[known.model].browse(known.id).display_name
    if not name:
        raise UserError("A menu needs a name, or an action that has one.")
    values["name"] = name
    parent = element.get("parent") or parent
    if parent:
        values["parent_id"] = session.id_of(parent)
    for attribute in ("icon", "web_icon"):
        if element.get(attribute):
            values[attribute] = element.get(attribute)
    if element.get("sequence"):
        values["sequence"] = whole_number(element, "sequence")
    if element.get("active"):
        values["active"] = truth(element.get("active"))
    _groups(session, element, values)
    session.put(line_of(element), "ir.ui.menu", xmlid, values)
    for child in children(element):
        load_menu(session, child, xmlid)


def load_report(session: Session, element: etree._Element) -> None:
    """`<report id model string template>`: a template to print records with."""
    known_attributes(element, REPORT_OWN)
    xmlid = _id(element)
    values: dict[str, Any] = {
        "name": element.get("string") or element.get("name") or xmlid,
        "model": _known_model(session, element.get("model") or ""),
        "report_name": element.get("name") or ".".join(session.ids.key(xmlid)),
        "report_type": element.get("type") or "pdf",
        "template": _template_path(session, element.get("template") or ""),
    }
    for attribute in ("attachment", "lang", "paper_format"):
        if element.get(attribute):
            values[attribute] = element.get(attribute)
    for attribute in ("multi", "attachment_use", "binding"):
        if element.get(attribute):
            values[attribute] = truth(element.get(attribute))
    _groups(session, element, values)
    session.put(line_of(element), "ir.actions.report.xml", xmlid, values)


def group_commands(session: Session, text: str) -> list[tuple[int, int]]:
    """Links to the groups of a list of external ids; a leading minus takes a group away."""
    return [(3, session.id_of(name[1:])) if name.startswith("-") else (4, session.id_of(name)) for name in words(text)]


def resolved_text(session: Session, source: str) -> str:
    """A domain or context as text in which references are already ids and all other names stay as they are."""
    text = interpolated(source, session.id_of)
    if "ref(" not in text:
        return text
    try:
        return compile_expression(text).partial({"ref": session.id_of})
    except ExpressionError:
        return text


def _template_path(session: Session, path: str) -> str:
    if not path:
        raise UserError("A report needs the attribute template.")
    head = path.split("/", 1)[0]
    whole = path if head == session.ids.addon or head in session.env.registry.addons else f"{session.ids.addon}/{path}"
    addon, _, inside = whole.partition("/")
    folder = session.env.registry.ports.addon_folder(addon)
    if folder is not None and not (folder / inside).is_file():
        raise UserError("There is no template {path}.", path=whole)
    return whole


def _id(element: etree._Element) -> str:
    xmlid = (element.get("id") or "").strip()
    if not xmlid:
        raise UserError("<{tag}> needs an id.", tag=str(element.tag))
    return xmlid


def _known_model(session: Session, model: str) -> str:
    return session.env.registry[model].name


def _groups(session: Session, element: etree._Element, values: dict[str, Any]) -> None:
    if element.get("groups"):
        values["groups_id"] = group_commands(session, element.get("groups") or "")


def _one_type(name: str) -> str:
    return "list" if name == "tree" else name


def _root_tag(element: etree._Element) -> str:
    inside = children(element)
    return str(inside[0].tag) if len(inside) == 1 else ""


def _wrapped(element: etree._Element, kind: str, text: str) -> str:
    """The arch with the root that `type` names; attributes that are not the view's own belong to the root."""
    root = etree.Element(kind)
    for name, value in attributes(element).items():
        if name not in VIEW_OWN:
            root.set(name, value)
    start = etree.tostring(root, encoding="unicode").removesuffix("/>")
    body = text.removeprefix("<data>").removesuffix("</data>") if len(children(element)) > 1 else text
    return f"{start}>{body}</{kind}>"
