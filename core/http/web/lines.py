"""The lines of a record inside its form: a table to read, rows of inputs, or rows whose form opens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.http.web.cells import look
from core.http.web.choosing import context_of, field_nodes
from core.http.web.pages.field import FieldView, Line, LineColumn, Lines
from core.http.web.pages.form import Group
from core.http.web.render import say
from core.http.web.shown import NUMBERS
from core.orm.draft import DraftTransaction
from core.orm.edge import value_of
from core.view import nodes
from core.view.resolve import Resolved, resolve

if TYPE_CHECKING:
    from core.http.web.layout import Layout
    from core.orm.env import Env

MOST_LINES = 200


def line_views(env: Env, node: nodes.FieldNode, bound: Any) -> tuple[Resolved, Resolved]:
    """The list and the form of lines: those inside the field's node, else the model's own."""
    found: list[Resolved] = []
    for kind in ("list", "form"):
        inline = node.views.get(kind)
        if inline is not None:
            reads = tuple(sorted(name for name in inline.reads if name in env.registry[bound.comodel].fields))
            base = resolve(env, bound.comodel, kind) if env.may(bound.comodel, "read") else None
            arch: Any = base.arch if base is not None else None
            found.append(Resolved(bound.comodel, kind, 0, "", inline, arch, reads, ()))
        else:
            found.append(resolve(env, bound.comodel, kind))
    return found[0], found[1]


def line_columns(env: Env, view: nodes.View, bound: Any, names: Any) -> list[nodes.FieldNode]:
    """The columns of a table of lines; the link back to the record is none."""
    assert isinstance(view, nodes.ListView)
    fields = env.registry[bound.comodel].fields
    inverse = getattr(bound, "inverse_name", "")
    return [
        node
        for node in view.columns
        if isinstance(node, nodes.FieldNode)
        and node.name in fields
        and node.name != inverse
        and not node.modifiers.column_invisible.holds(names)
        and node.optional != "hide"
        and node.widget != "handle"
    ]


def lines_of(layout: Layout, node: nodes.FieldNode, bound: Any, readonly: bool) -> FieldView | None:
    """The field with its table."""
    env = layout.env
    if not env.may(bound.comodel, "read"):
        return None
    listed, formed = line_views(env, node, bound)
    view = listed.view
    assert isinstance(view, nodes.ListView)
    columns = line_columns(env, view, bound, {**layout.values, "parent": layout.values})
    records: Any = value_of(layout.record, bound.name)
    editing = layout.editing and not readonly
    inline = bool(view.editable) and bound.type == "one2many"
    rows: list[Line] = []
    name = layout.prefix + bound.name
    for record in records[:MOST_LINES]:
        key = layout.state.key(name, record.id)
        rows.append(_line(layout, listed, formed, columns, bound, record, key, editing, inline))
    gone = layout.state.removed.get(name, ())
    rows += [Line(layout.state.key(name, -(10**9) - one), str(one), removed=True) for one in gone]
    heads = tuple(
        LineColumn(
            column.name,
            layout.shower.label(env.registry[bound.comodel].fields[column.name], column),
            "right" if env.registry[bound.comodel].fields[column.name].type in NUMBERS else "left",
            env.registry[bound.comodel].fields[column.name].required and inline,
            _total(layout, column, bound, records),
            column.help,
        )
        for column in columns
    )
    creates = editing and bound.type == "one2many" and view.create and env.may(bound.comodel, "create")
    box = Lines(
        columns=heads,
        rows=tuple(rows),
        can_add=creates,
        can_remove=editing and (view.delete or bound.type == "many2many"),
        inline=inline,
        add_label=say("Add a line"),
        more=max(0, len(records) - MOST_LINES),
    )
    return FieldView(
        name,
        layout.shower.label(bound, node),
        "one2many",
        "edit" if editing else "read",
        lines=box,
        error=layout.state.errors.get(name, ""),
    )


def _total(layout: Layout, column: nodes.FieldNode, bound: Any, records: Any) -> str:
    """The sum or average that a column asks for."""
    inner: Any = layout.env.registry[bound.comodel].fields[column.name]
    if not column.aggregates or inner.type not in NUMBERS or not records:
        return ""
    values = [value_of(record, inner.name) for record in records]
    kind = next(iter(column.aggregates))
    total = min(values) if kind == "min" else max(values) if kind == "max" else sum(values)
    if kind == "avg":
        total = total / len(values)
    return layout.shower.number(inner, total, records[0], column.widget)


def origin_of(env: Env, record: Any) -> int:
    """The id of the stored record behind a line; 0 for a new one."""
    if record.id > 0:
        return int(record.id)
    tx = env.tx
    return tx.origins.get(record.id, 0) if isinstance(tx, DraftTransaction) else 0


def _line(
    layout: Layout,
    listed: Resolved,
    formed: Resolved,
    columns: list[nodes.FieldNode],
    bound: Any,
    record: Any,
    key: str,
    editing: bool,
    inline: bool,
) -> Line:
    env = layout.env
    origin = origin_of(env, record)
    prefix = f"{layout.prefix}{bound.name}.{key}."
    entered = frozenset(env.tx.set_fields.get(record.id, ())) if isinstance(env.tx, DraftTransaction) else frozenset()
    opened = editing and not inline and f"{layout.prefix}{bound.name}.{key}" in layout.state.opened
    inner = type(layout)(
        env=env,
        resolved=listed,
        record=record,
        state=layout.state,
        editing=editing and inline,
        record_id=origin,
        prefix=prefix,
        path=f"{bound.name}.",
        model=layout.model,
        view_id=layout.view_id,
        parent=layout.values,
        entered=entered,
    )
    cells: list[FieldView] = []
    for column in columns:
        shown = None if inner.hidden(column) else inner.field(column)
        cells.append((shown or FieldView(prefix + column.name, "")).using(nolabel=True))
    hidden: tuple[FieldView, ...] = ()
    pieces: tuple[Any, ...] = ()
    if editing:
        drawer = inner
        if opened:
            drawer = type(layout)(
                env=env,
                resolved=formed,
                record=record,
                state=layout.state,
                editing=True,
                record_id=origin,
                prefix=prefix,
                path=f"{bound.name}.",
                model=layout.model,
                view_id=layout.view_id,
                parent=layout.values,
                entered=entered,
            )
            pieces = form_pieces(drawer)
        known = set(field_nodes(formed.view)) | set(field_nodes(listed.view)) | set(entered)
        hidden = drawer.carried(known - {getattr(bound, "inverse_name", "")})
    view = listed.view
    assert isinstance(view, nodes.ListView)
    tone, _ = look(view.decorations, inner.values) if view.decorations else ("", False)
    return Line(
        key=key,
        id=str(origin or ""),
        cells=tuple(cells),
        hidden=hidden,
        opened=opened,
        title=layout.shower.name(record) if record.id > 0 or origin else "",
        url=f"/web/{bound.comodel}/{origin}" if origin and not editing else "",
        tone=tone,
        error=layout.state.errors.get(prefix.rstrip("."), ""),
        pieces=pieces,
    )


def form_pieces(layout: Layout) -> tuple[Any, ...]:
    """All pieces of a form, without its header."""
    view = layout.resolved.view
    assert isinstance(view, nodes.FormView)
    if view.columns:
        return (Group(layout.pieces(view.children, True), columns=max(1, min(2, view.columns // 2))),)
    return layout.pieces(view.children)


def new_line(env: Env, bound: Any, node: nodes.FieldNode | None, values: Any) -> dict[str, Any]:
    """The values that a new line starts with, from the `default_` keys of the field's context."""
    context = context_of(env, bound, node, values)
    fields = env.registry[bound.comodel].fields
    return {
        key.removeprefix("default_"): value
        for key, value in context.items()
        if key.startswith("default_") and key.removeprefix("default_") in fields
    }
