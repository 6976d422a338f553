"""Fills the page of one record: form, buttons, steps, past; as it is stored, or as a draft is being edited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import AccessError
from core.http.web import access, flow
from core.http.web.choosing import all_nodes, domain_of, field_nodes
from core.http.web.inputs import State, original_of
from core.http.web.layout import Layout
from core.http.web.lines import MOST_LINES, form_pieces, line_views
from core.http.web.opened import QUERY_FIELD, Opened
from core.http.web.pages.field import Choice
from core.http.web.pages.form import Button, Change, Conflict, FormPage, Piece, Status
from core.http.web.pages.listing import Pager
from core.http.web.pages.shell import Link
from core.http.web.posted import Posted
from core.http.web.query import link
from core.http.web.render import say
from core.http.web.searching import ordered, search
from core.http.web.shown import Shower
from core.http.web.window import bindings
from core.kernel.formats import format_datetime
from core.kernel.i18n import mark
from core.orm.edge import value_of
from core.view import nodes
from core.view.resolve import resolve
from core.workflow.explain import steps as workflow_steps

if TYPE_CHECKING:
    from core.orm.draft import Draft
    from core.orm.env import Env
    from core.orm.model import Model

MOST_CHANGES = 40
MOST_STEPS = 40
_NEW = mark("New: {model}")


def stored_page(opened: Opened) -> FormPage:
    """The record as it is, to read. Call it inside `page.reading`."""
    record = opened.record()
    layout = Layout(opened.env, opened.resolved, record, State(), record_id=record.id, heading=record.display_name)
    layout.writable = layout.may_edit()
    page = _page(opened, layout, record.display_name)
    info = layout.info
    archived = "active" in info.fields and not getattr(record, "active", True)
    base = f"/web/{opened.model}/{record.id}"
    bound = (
        bindings(opened.env, opened.model) if opened.model in opened.env else {"action": [], "print": [], "relate": []}
    )
    creatable = info.stored and opened.view.create and opened.env.may(opened.model, "create")
    return replace(
        page,
        edit_url=opened.address(record.id, edit="1") if layout.writable else "",
        create_url=opened.query.without("at").at(f"/web/{opened.model}/new").url if creatable else "",
        copy_url=f"{base}/copy" if creatable else "",
        delete_url=f"{base}/delete"
        if info.stored and opened.view.delete and opened.env.may(opened.model, "unlink")
        else "",
        archive_url=f"{base}/archive" if layout.writable and "active" in info.fields else "",
        archived=archived,
        pager=_pager(opened),
        menu=(
            *(
                Link(
                    str(a["name"]),
                    link(
                        f"/web/action/{a['type'].removeprefix('ir.actions.')},{a['id']}",
                        active_id=record.id,
                        active_model=opened.model,
                    ),
                )
                for slot in ("action", "relate")
                for a in bound[slot]
            ),
            *flow.links_of(opened.env, opened.model, record.id),
            *access.links_of(opened.env, opened.model, record.id),
        ),
        prints=tuple(Link(str(a["name"]), f"/web/report/{a['report_name']}/{record.id}") for a in bound["print"]),
        history=_history(opened.env, opened.model, record.id),
        history_title=say("History"),
        url=base,
    )


def draft_page(opened: Opened, draft: Draft, posted: Posted | None = None, *, focus: str = "", **more: Any) -> FormPage:
    """The record as it is being edited.

    Args:
        posted: what was typed so far; None for a form just opened.
        focus: the input that gets the cursor in a form just opened.
        more: further attributes of the page, such as what was refused.
    """
    state = posted.state if posted is not None else State(focus=focus)
    entered = frozenset(draft.tx.set_fields.get(draft.id, ()))
    layout = Layout(
        draft.env, opened.resolved, draft.record, state, editing=True, record_id=opened.record_id, entered=entered
    )
    stored = opened.record() if opened.record_id else None
    info = layout.info
    if stored is not None and not info.transient:
        title = stored.display_name
    elif info.transient:
        title = opened.view.title or opened.env.translate_term(info.description, info.addon)
    else:
        title = say(_NEW, model=opened.env.translate_term(info.description, info.addon))
    page = _page(opened, layout, title)
    carried = layout.carried(field_nodes(opened.view))
    base = f"/web/{opened.model}/{opened.record_id or 'new'}"
    original = {**posted.original, "_lines": posted.line_original} if posted is not None else originals(opened, stored)
    version = posted.version if posted is not None else (getattr(stored, "row_version", 0) if stored is not None else 0)
    multipart = any(bound.type in ("binary", "image") for bound in _bound_fields(opened))
    changes: dict[str, Any] = {
        "editing": True,
        "url": base,
        "save_url": base,
        "onchange_url": f"/web/{opened.model}/onchange",
        "cancel_url": opened.query.url if opened.record_id else opened.list_url,
        "row_version": str(version or ""),
        "original": json.dumps(original, separators=(",", ":")),
        "hidden": carried,
        "reacts": reacting(opened),
        "multipart": multipart,
        "dirty": posted is not None,
    }
    if page.status is not None:
        changes["status"] = Status(page.status.name, page.status.label, page.status.steps)
    return replace(page, **{**changes, **more})


def _page(opened: Opened, layout: Layout, title: str) -> FormPage:
    """What reading and editing share."""
    view = opened.view
    header, status = _header(opened, layout)
    pieces = form_pieces(layout)
    footer: tuple[Piece, ...] = layout.pieces(view.footer.children) if view.footer is not None else ()
    kept: list[tuple[str, str]] = [(QUERY_FIELD, opened.query.text), ("_id", str(opened.record_id or ""))]
    if opened.dialog:
        kept.append(("_dialog", "1"))
    return FormPage(
        model=opened.model,
        title=title,
        pieces=pieces,
        id=str(opened.record_id or ""),
        header=header,
        footer=footer,
        shortcuts=tuple(layout.shortcuts) if opened.record_id else (),
        status=status,
        kept=tuple(kept),
        mode="dialog" if opened.dialog else "page",
    )


def _header(opened: Opened, layout: Layout) -> tuple[tuple[Button, ...], Status | None]:
    """The buttons above the form, and the steps the record goes through."""
    header = opened.view.header
    buttons: list[Button] = []
    status: Status | None = None
    for node in header.children if header is not None else ():
        if layout.hidden(node):
            continue
        if isinstance(node, nodes.ButtonNode):
            buttons.append(layout.button(node))
        elif isinstance(node, nodes.FieldNode) and node.name in layout.info.fields:
            status = _status(opened, layout, node) or status
        else:
            buttons += [item for item in layout.piece(node, False) if isinstance(item, Button)]
    return tuple(buttons), status


def _status(opened: Opened, layout: Layout, node: nodes.FieldNode) -> Status | None:
    bound: Any = layout.info.fields[node.name]
    value: Any = value_of(layout.record, bound.name)
    shower = layout.shower
    if bound.type == "selection":
        shown = node.statusbar_visible
        steps = [
            Choice(key, label, key == value)
            for key, label in shower.options(bound).items()
            if not shown or key in shown or key == value
        ]
    elif bound.type == "many2one":
        steps = _record_steps(opened, layout, node, bound, value)
    else:
        return None
    clickable = node.extra.get("clickable", "") or node.options.get("clickable")
    may_click = bool(clickable) and bool(opened.record_id) and layout.may_edit() and not layout.readonly(node, bound)
    url = link(f"/web/{opened.model}/{opened.record_id}/set/{node.name}") if may_click and not layout.editing else ""
    why = ""
    if not layout.editing and opened.record_id:
        held = [step for step in workflow_steps(layout.record) if step.why]
        why = " ".join(dict.fromkeys(f"{step.label}: {step.why}" for step in held[:3]))
    return Status(node.name, shower.label(bound, node), tuple(steps), url, why)


def _record_steps(opened: Opened, layout: Layout, node: nodes.FieldNode, bound: Any, value: Any) -> list[Choice]:
    domain = domain_of(opened.env, bound, node, layout.values, layout.parent)
    found: Any = opened.env[bound.comodel].search(domain, limit=MOST_STEPS)
    folds = "fold" in found._info.fields
    chosen = value.id if value else 0
    steps = [Choice(str(one.id), one.display_name, one.id == chosen, fold=bool(folds and one.fold)) for one in found]
    if chosen and chosen not in found.ids:
        steps.append(Choice(str(chosen), layout.shower.name(value), True))
    return steps


def _pager(opened: Opened) -> Pager | None:
    """The neighbours of the record in the list it was opened from."""
    place = opened.args.get("at", "")
    if not place.isdigit() or not 0 < int(place) < 10**7:
        return None
    here = int(place)
    found = search(opened.env, opened.window, opened.query.without("from", "at", "view"))
    env = opened.env.with_context(**found.context)
    table = env[opened.model]
    order = ordered(env, opened.model, opened.args.get("sort", ""), _list_order(opened))
    first = max(here - 2, 0)
    around = table.search(found.domain, offset=first, limit=3, order=order).ids
    if opened.record_id not in around:
        return None
    total = table.search_count(found.domain)
    at = around.index(opened.record_id)
    now = first + at + 1
    previous = opened.address(around[at - 1], at=str(now - 1)) if at > 0 else ""
    following = opened.address(around[at + 1], at=str(now + 1)) if at + 1 < len(around) else ""
    return Pager(now, now, total, previous, following)


def _list_order(opened: Opened) -> str:
    view = resolve(opened.env, opened.model, "list", opened.window.view_id("list") or None).view
    assert isinstance(view, nodes.ListView)
    return view.default_order or opened.env.registry[opened.model].order


def _history(env: Env, model: str, record_id: int) -> tuple[Change, ...]:
    """What became of the record: the changes of the fields that are tracked."""
    info = env.registry[model]
    if "ir.change" not in env or not any(field.tracking for field in info.fields.values()):
        return ()
    opened = {name for name, field in info.fields.items() if env.field_open(field)}
    lang, tz = env.lang or "en_US", env.tz
    with env.elevated("who may read a record may read what became of it", "ir.change") as su:
        rows: Any = su["ir.change"].search([("model", "=", model), ("res_id", "=", record_id)], limit=MOST_CHANGES)
        changes = [
            Change(
                format_datetime(row.date, lang, tz),
                row.user_id.with_env(env).readable().name,
                row.field_label,
                _told(env, info.fields[row.field], row.old, row.old_link),
                _told(env, info.fields[row.field], row.new, row.new_link),
                when_iso=row.date.isoformat() + "Z",
                icon="arrow-right" if row.field in ("stage_id", "state") else "pencil",
            )
            for row in rows
            if row.field in opened
        ]
    return tuple(changes)


def _told(env: Env, bound: Any, text: str, link: str) -> str:
    """A value of the log of changes; the name of a linked record only for whom it is."""
    if bound.relational or bound.type == "reference":
        target, _, number = link.partition(",")
        if target not in env.registry or env.hidden(target, (int(number),)):
            return ""
    return text or ""


def _bound_fields(opened: Opened) -> list[Any]:
    fields = opened.env.registry[opened.model].fields
    return [fields[name] for name in field_nodes(opened.view) if name in fields]


def originals(opened: Opened, record: Model | None) -> dict[str, Any]:
    """The values that the form is opened with; a new record has none."""
    if record is None:
        return {}
    values: dict[str, Any] = {}
    lines: dict[str, dict[str, dict[str, Any]]] = {}
    for name, node in field_nodes(opened.view).items():
        bound: Any = record._info.fields.get(name)
        if bound is None or bound.type in ("binary", "image"):
            continue
        try:
            if bound.type == "one2many":
                lines[name] = _line_originals(opened.env, node, bound, record)
            else:
                values[name] = original_of(bound, record)
        except AccessError:
            continue
    return {**values, "_lines": lines}


def _line_originals(env: Env, node: nodes.FieldNode, bound: Any, record: Model) -> dict[str, dict[str, Any]]:
    if not env.may(bound.comodel, "read"):
        return {}
    listed, formed = line_views(env, node, bound)
    names = set(field_nodes(listed.view)) | set(field_nodes(formed.view))
    fields = env.registry[bound.comodel].fields
    kept = [
        fields[name]
        for name in names
        if name in fields
        and fields[name].type not in ("binary", "image", "one2many")
        and name != getattr(bound, "inverse_name", "")
    ]
    return {
        str(line.id): {field.name: original_of(field, line) for field in kept}
        for line in value_of(record, bound.name)[:MOST_LINES]
    }


def reacting(opened: Opened) -> str:
    """The inputs after whose change the server has something to say: names, those of lines with a dot."""
    env = opened.env
    info = env.registry[opened.model]
    found: set[str] = set(info.on_changes)
    shown = field_nodes(opened.view)
    for node in all_nodes(opened.view):
        found |= node.modifiers.reads
        if isinstance(node, nodes.FieldNode):
            for decoration in node.decorations:
                found |= decoration.when.reads
    _depending(info, shown, found, "")
    for name, node in shown.items():
        bound: Any = info.fields.get(name)
        if bound is None or bound.type != "one2many" or not env.may(bound.comodel, "read"):
            continue
        inner = env.registry[bound.comodel]
        listed, formed = line_views(env, node, bound)
        found |= {f"{name}.{one}" for one in inner.on_changes}
        for view in (listed.view, formed.view):
            for part in all_nodes(view):
                found |= {f"{name}.{one}" for one in part.modifiers.reads}
        _depending(inner, {**field_nodes(listed.view), **field_nodes(formed.view)}, found, f"{name}.")
    return " ".join(sorted(found))


def _depending(info: Any, shown: Mapping[str, nodes.FieldNode], found: set[str], prefix: str) -> None:
    """Add what the computed fields on the screen are worked out from."""
    for name in shown:
        field = info.fields.get(name)
        if field is None:
            continue
        for path in (*field.depends, ".".join(field.related)):
            if path:
                parts = path.split(".")
                found.add(prefix + parts[0])
                if len(parts) > 1 and not prefix:
                    found.add(f"{parts[0]}.{parts[1]}")


def conflicts_of(env: Env, record: Model, names: Mapping[str, tuple[Any, Any]]) -> tuple[Conflict, ...]:
    """Fields that somebody else has changed meanwhile, with both values as the reader writes them."""
    shower = Shower(env)
    found: list[Conflict] = []
    for name, (mine, theirs) in names.items():
        bound: Any = record._info.fields[name]
        found.append(Conflict(name, shower.label(bound), str(mine), str(theirs)))
    return tuple(found)
