"""The `<record>` tag: an external id, a model, and what its fields hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lxml import etree

from core.data.values import NO_VALUE, TO_MANY, value_of
from core.data.xml import children, line_of, truth
from core.errors import DataFileError, GrialError, MissingError, UserError
from core.kernel.finding import suggestion

if TYPE_CHECKING:
    from core.data.session import Session
    from core.orm.registry import ModelInfo

_ROOT = re.compile(r"\s*(?:<\?[^>]*>\s*)?<(\w+)")
PLACE_FIELD = "arch_fs"
"""The field of a view that keeps the file and line of its arch, so that faults can be shown where they are."""


def load_record(session: Session, element: etree._Element, more: Mapping[str, Any] | None = None) -> None:
    """Create or update the record an element describes; `more` are values from around it (the parent of a line)."""
    model = element.get("model") or ""
    xmlid = (element.get("id") or "").strip()
    info = session.env.registry[model]
    forcecreate = truth(element.get("forcecreate"), True)
    context = dict(session.evaluate(element.get("context") or "{}"))
    if _left_alone(session, element, model, xmlid, forcecreate):
        return
    values = {**field_values(session, element, info), **(more or {})}
    lines = [child for child in children(element) if child.tag == "field" and _holds_records(child, info)]

    def load_lines(record_id: int) -> None:
        for field in lines:
            bound = info.fields[field.get("name") or ""]
            inverse = str(getattr(bound, "inverse_name", ""))
            for line in children(field):
                line.set("model", line.get("model") or str(getattr(bound, "comodel", "")))
                load_record(session, line, {inverse: record_id} if inverse else None)

    session.put(
        line_of(element),
        model,
        xmlid,
        values,
        forcecreate=forcecreate,
        context=context,
        created=load_lines if lines else None,
    )


def _left_alone(session: Session, element: etree._Element, model: str, xmlid: str, forcecreate: bool) -> bool:
    """Is the record not to be written at all, so that its fields need not be worked out?"""
    if session.mode != "update" or not xmlid or session.batch.waits(xmlid):
        return False
    found = session.ids.find(xmlid)
    alone = session.noupdate or found.noupdate if found is not None else session.noupdate and not forcecreate
    if alone:
        session.outcome.xmlids.add(".".join(session.ids.key(xmlid)))
        session.verdict("skipped", line_of(element), xmlid, model)
    return alone


def field_values(session: Session, element: etree._Element, info: ModelInfo) -> dict[str, Any]:
    """The values of the `<field>` children of a record; a later field of the same name wins.

    In a legacy file, and where the load is not strict, unknown fields and unknown references of optional fields are
    dropped with a note. Raises DataFileError with the line of the field otherwise.
    """
    values: dict[str, Any] = {}
    for child in children(element):
        if child.tag != "field":
            raise UserError("A record holds <field> elements, not <{tag}>.", tag=str(child.tag))
        name = child.get("name") or ""
        field = info.field_named(name)
        if field is None:
            unknown = f"{info.name} has no field {name!r}.{suggestion(name, info.fields)}"
            if not session.legacy:
                raise session.placed(UserError("{reason}", reason=unknown), line_of(child))
            session.note(unknown)
            continue
        try:
            value = value_of(session, child, field)
        except MissingError as error:
            # A link that the record lives and dies with is no less needed than a required one.
            if not session.tolerant or field.required or getattr(field, "ondelete", "") == "cascade":
                raise session.placed(error, line_of(child)) from error
            session.note(f"{name}: {error}")
            continue
        except DataFileError:
            raise
        except GrialError as error:
            message = UserError("{field}: {reason}", field=name, reason=error)
            raise session.placed(message, line_of(child)) from error
        if value is not NO_VALUE:
            values[field.name] = value
            if name == "arch" and PLACE_FIELD in info.fields:
                values[PLACE_FIELD] = f"{session.file_name}:{session.arch_line}"
    return complete_view(session, values) if info.name == "ir.ui.view" else values


def complete_view(session: Session, values: dict[str, Any]) -> dict[str, Any]:
    """What older files leave unsaid of a view: one with a parent extends it, the root of the arch is the type."""
    if values.get("inherit_id"):
        parent: Any = session.env["ir.ui.view"].browse(values["inherit_id"])
        # An extension for another model than its base's is a view of its own that starts as a copy of the base.
        variant = values.get("model") and parent.model and values["model"] != parent.model
        values.setdefault("mode", "primary" if variant else "extension")
        values.setdefault("model", parent.model)
        values.setdefault("type", parent.type)
    elif "type" not in values:
        root = _ROOT.match(str(values.get("arch") or ""))
        if root:
            values["type"] = "list" if root[1] == "tree" else root[1]
    return values


def _holds_records(element: etree._Element, info: ModelInfo) -> bool:
    field = info.fields.get(element.get("name") or "")
    return field is not None and field.type in TO_MANY and any(child.tag == "record" for child in children(element))
