"""`fields_view_get`, the form in which programs outside ask for a view: its arch as XML, and its fields."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from lxml import etree

from core.errors import ExpressionError
from core.kernel.expression import literal
from core.view.bindings import bound_actions
from core.view.content import VIEW_TAGS
from core.view.markup import arch_text, elements, strip
from core.view.resolve import Resolved, resolve

if TYPE_CHECKING:
    from core.orm.env import Env

_TRUE = frozenset({"1", "true"})


def fields_view_get(
    env: Env, model: str, view_id: int | str | bool | None = None, view_type: str = "form", toolbar: bool = False
) -> dict[str, Any]:
    """A view as OpenERP clients know it.

    Args:
        env: whose view it is.
        model: the model shown.
        view_id: id or external id; False or None for the first by priority.
        view_type: form, tree (or list), search …; the answer keeps the spelling that was asked for.
        toolbar: add the actions, reports and links bound to the model.

    Raises as `core.view.resolve.resolve` does.
    """
    found = resolve(env, model, view_type or "form", view_id or None)
    root = copy.deepcopy(found.arch)
    strip(root)
    if found.type == "list":
        root.tag = "list" if view_type == "list" else "tree"
    _rights(root, found)
    answer: dict[str, Any] = {
        "name": found.name or "default",
        "type": str(root.tag),
        "view_id": found.view_id or False,
        "model": model,
        "base_model": model,
        "field_parent": root.get("field_parent") or False,
        "fields": found.fields(env),
    }
    _inline_views(env, root, answer["fields"])
    _modifiers(root)
    answer["arch"] = arch_text(root)
    if toolbar:
        answer["toolbar"] = bound_actions(env, model)
    return answer


def _rights(root: etree._Element, found: Resolved) -> None:
    for name, allowed in (("create", found.view.create), ("edit", found.view.edit), ("delete", found.view.delete)):
        if not allowed:
            root.set(name, "false")


def _inline_views(env: Env, root: etree._Element, fields: dict[str, dict[str, Any]]) -> None:
    """Move inline views out of the arch into `views` of their field, with the fields they show."""
    for element in list(_fields(root)):
        entry = fields.get(element.get("name") or "")
        inner = [child for child in elements(element) if child.tag in VIEW_TAGS]
        if entry is None:
            continue
        entry["views"] = {}
        for view in inner:
            element.remove(view)
            view.tail = None
            comodel = str(entry.get("relation") or "")
            names = sorted({str(field.get("name")) for field in _fields(view) if field.get("name")})
            shown = env[comodel].fields_get(names) if comodel and names else {}
            _inline_views(env, view, shown)
            _modifiers(view)
            entry["views"][str(view.tag)] = {"arch": arch_text(view), "fields": shown}


def _fields(root: etree._Element) -> list[etree._Element]:
    found: list[etree._Element] = []
    for child in elements(root):
        if child.tag == "field":
            found.append(child)
        elif child.tag not in VIEW_TAGS:
            found += _fields(child)
    return found


def _modifiers(root: etree._Element) -> None:
    """Write each element's conditions as the JSON that older clients evaluate; what is no domain stays as it is."""
    for element in root.iter(etree.Element):
        found: dict[str, Any] = {}
        try:
            attrs = literal(" ".join((element.get("attrs") or "{}").split()))
        except ExpressionError:
            attrs = {}
        if isinstance(attrs, dict):
            found.update(attrs)
        states = [state.strip() for state in (element.get("states") or "").split(",") if state.strip()]
        if states:
            hidden = [["state", "not in", states]]
            said = found.get("invisible")
            found["invisible"] = ["|", *_one(said), *hidden] if isinstance(said, list) and said else hidden
        for name in ("invisible", "readonly", "required"):
            if (element.get(name) or "").lower() in _TRUE:
                found[name] = True
        if found and element.tag in ("field", "button", "group", "page", "label", "div", "separator", "notebook"):
            element.set("modifiers", json.dumps(found, default=str))


def _one(domain: list[Any]) -> list[Any]:
    """A domain as one operand: its terms joined with "and"."""
    joined = 0
    for item in domain:
        joined += -1 if item in ("&", "|") else 0 if item == "!" else 1
    return ["&"] * (joined - 1) + domain
