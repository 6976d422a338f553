"""OpenERP's own tags: menus, actions, reports, bindings, deletions, signals, templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from core.data.session import ROOMS
from core.data.short_tags import group_commands, resolved_text
from core.data.values import value_of
from core.data.xml import arch_of, children, interpolated, line_of, truth, whole_number
from core.errors import UserError

if TYPE_CHECKING:
    from core.data.session import Session

RELATE = "client_action_relate"


def load_menuitem(session: Session, element: etree._Element, parent: str = "") -> None:
    """`<menuitem id name parent action sequence groups>`; without a name it takes that of its action."""
    values: dict[str, Any] = {}
    action = element.get("action")
    name = element.get("name") or ""
    if action:
        known = session.known(action)
        values["action"] = f"{known.model},{known.id}"
        name = name or session.env[known.model].browse(known.id).display_name
    parent = element.get("parent") or parent
    if parent:
        values["parent_id"] = session.id_of(parent)
    elif "/" in name:
        *path, name = name.split("/")
        values["parent_id"] = _folder(session, path)
    if not name:
        raise UserError("A menu needs a name, or an action that has one.")
    values["name"] = name
    if element.get("sequence"):
        values["sequence"] = whole_number(element, "sequence")
    if element.get("web_icon"):
        values["web_icon"] = element.get("web_icon")
    if element.get("groups"):
        values["groups_id"] = group_commands(session, element.get("groups") or "")
    xmlid = (element.get("id") or "").strip()
    session.put(line_of(element), "ir.ui.menu", xmlid, values)
    for child in children(element):
        load_menuitem(session, child, xmlid)


def _folder(session: Session, path: list[str]) -> int | bool:
    """The menu at a path of names, its missing parts created."""
    session.flush()
    menus: Any = session.env["ir.ui.menu"]
    parent: int | bool = False
    for name in filter(None, (part.strip() for part in path)):
        found = menus.search([("name", "=", name), ("parent_id", "=", parent)], limit=1)
        parent = (found or menus.create({"name": name, "parent_id": parent})).id
    return parent


def load_act_window(session: Session, element: etree._Element) -> None:
    """`<act_window>`: a window action; with `src_model` it is offered in forms and lists of that model."""
    model = session.env.registry[element.get("res_model") or ""].name
    xmlid = (element.get("id") or "").strip()
    values: dict[str, Any] = {"name": element.get("name") or xmlid, "res_model": model}
    for attribute in ("domain", "context", "target", "usage", "view_type", "view_mode"):
        if element.get(attribute):
            values[attribute] = resolved_text(session, element.get(attribute) or "")
    if element.get("view_id"):
        values["view_id"] = session.id_of(element.get("view_id") or "")
    if element.get("limit"):
        values["limit"] = whole_number(element, "limit")
    if element.get("multi"):
        values["multi"] = truth(element.get("multi"))
    if element.get("groups"):
        values["groups_id"] = group_commands(session, element.get("groups") or "")
    source = element.get("src_model")
    relate = source is not None and element.get("key2") == RELATE
    if source and not relate:
        values["src_model"] = session.env.registry[source].name
    session.put(line_of(element), "ir.actions.act_window", xmlid, values)
    if source and relate:
        _bind(session, values["name"], RELATE, source, f"ir.actions.act_window,{session.id_of(xmlid)}")


def _bind(session: Session, name: str, slot: str, model: str, action: str) -> None:
    """Offer an action in a slot of a model, in place of the same binding made before."""
    values: Any = session.env["ir.values"]
    values.set_action(name, slot, model, action)


def load_report(session: Session, element: etree._Element) -> None:
    """OpenERP's `<report id string model name …>`: `name` is technical, `string` the label."""
    values: dict[str, Any] = {
        "name": element.get("string") or element.get("name") or "",
        "model": session.env.registry[element.get("model") or ""].name,
        "report_name": element.get("name") or "",
        "report_type": "html" if "html" in (element.get("report_type") or "") else "pdf",
    }
    source = element.get("file") or element.get("rml") or element.get("xml") or element.get("xsl") or ""
    if source.endswith(".html"):
        values["template"] = source
    else:
        session.note(
            f"the report has no template that Grial can render ({source or element.get('report_type') or 'none'})"
        )
    for attribute in ("multi", "attachment_use"):
        if element.get(attribute):
            values[attribute] = truth(element.get(attribute))
    for attribute in ("attachment", "usage"):
        if element.get(attribute):
            values[attribute] = element.get(attribute)
    if element.get("menu") is not None or element.get("keyword") is not None:
        values["binding"] = truth(element.get("menu"), True)
    if element.get("groups"):
        values["groups_id"] = group_commands(session, element.get("groups") or "")
    session.put(line_of(element), "ir.actions.report.xml", (element.get("id") or "").strip(), values)


def load_url(session: Session, element: etree._Element) -> None:
    """`<url id name url target>`: an action that opens an address."""
    values = {
        "name": element.get("name") or element.get("id") or "",
        "url": element.get("url") or "",
        "target": "self" if element.get("target") == "self" else "new",
    }
    session.put(line_of(element), "ir.actions.act_url", (element.get("id") or "").strip(), values)


def load_delete(session: Session, element: etree._Element) -> None:
    """`<delete model id|search>`: records to remove; one that is not there is no fault."""
    session.flush()
    model, xmlid = element.get("model") or "", element.get("id") or ""
    records = session.env[model]
    if element.get("search"):
        records = records.search(session.evaluate(element.get("search") or "[]"))
    elif xmlid:
        found = session.ids.find(xmlid)
        records = records.browse(found.id).exists() if found is not None and found.model == model else records
    if records:
        records.unlink()
    if xmlid:
        session.ids.drop(xmlid)
    session.verdict("ok", line_of(element), xmlid, model)


def load_signal(session: Session, element: etree._Element) -> None:
    """`<workflow model ref action uid>`: a signal for one record; nothing happens where its state does not allow it."""
    if session.mode == "update" and session.noupdate:
        return
    session.flush()
    model = element.get("model") or ""
    if element.get("ref"):
        record = session.id_of(element.get("ref") or "")
    else:
        inside = children(element)
        if len(inside) != 1:
            raise UserError("<workflow> needs ref, or one <value> that gives the record.")
        record = value_of(session, inside[0], None)
        record = record[0] if isinstance(record, (list, tuple)) and record else record
    if ROOMS.signal is None:
        raise UserError("There is no workflow engine to send a signal to.")
    env = session.env
    if element.get("uid"):
        uid = element.get("uid") or ""
        env = env.with_user(int(uid) if uid.isdigit() else session.id_of(uid))
    ROOMS.signal(env, model, record, element.get("action") or "")
    session.verdict("ok", line_of(element), element.get("ref") or "", model)


def load_ir_set(session: Session, element: etree._Element) -> None:
    """`<ir_set>`: an action bound to models; at the first installation only."""
    if session.mode == "update":
        session.verdict("skipped", line_of(element))
        return
    session.flush()
    given = {child.get("name") or "": value_of(session, child, None) for child in children(element)}
    models = given.get("models") or []
    for entry in models if isinstance(models, (list, tuple)) else [models]:
        model = entry[0] if isinstance(entry, (list, tuple)) else entry
        _bind(session, str(given.get("name") or ""), str(given.get("key2") or ""), str(model), str(given.get("value")))
    session.verdict("ok", line_of(element))


def load_template(session: Session, element: etree._Element) -> None:
    """`<template id name inherit_id priority>`: a view of type qweb."""
    xmlid = (element.get("id") or "").strip()
    text, _ = arch_of(element)
    values: dict[str, Any] = {"name": element.get("name") or xmlid, "type": "qweb", "mode": "primary"}
    if element.get("inherit_id"):
        values["inherit_id"] = session.id_of(element.get("inherit_id") or "")
        values["mode"] = "primary" if element.get("primary") == "True" else "extension"
        values["arch"] = f"<data>{text.removeprefix('<data>').removesuffix('</data>')}</data>"
    else:
        values["arch"] = f'<t t-name="{".".join(session.ids.key(xmlid))}">{text}</t>'
    values["arch"] = interpolated(values["arch"], session.id_of)
    if element.get("priority"):
        values["priority"] = whole_number(element, "priority")
    if element.get("groups"):
        values["groups_id"] = group_commands(session, element.get("groups") or "")
    session.put(line_of(element), "ir.ui.view", xmlid, values)


def ignore(session: Session, element: etree._Element) -> None:
    """A tag that has no meaning here: say so and go on."""
    message = f"<{element.tag}> has no meaning in Grial and is left out"
    session.verdict("partial", line_of(element), element.get("id") or "", element.get("model") or "", message)
