"""Turns a posted form into a draft: values and lines entered, on-changes run, lines added, opened and taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.http.web.choosing import field_nodes
from core.http.web.lines import line_columns, line_views, new_line, origin_of
from core.http.web.opened import Opened
from core.http.web.posted import Line, Posted, changes, commands, set_links
from core.orm.draft import Draft
from core.orm.edge import value_of
from core.view import nodes

if TYPE_CHECKING:
    from core.orm.env import Env


def fresh(opened: Opened) -> Draft:
    """The draft of a form just opened."""
    draft = Draft(opened.env, opened.model, opened.record_id)
    if not opened.record_id:
        draft.change([])
    return draft


def entered(opened: Opened, posted: Posted) -> Draft:
    """The draft of what a person has typed so far; gives the lines of the form their places."""
    env, model = opened.env, opened.model
    values = changes(env, model, posted.values, posted.original) if opened.record_id else dict(posted.values)
    fields = env.registry[model].fields
    values = {n: v for n, v in values.items() if fields[n].type not in ("binary", "image")}
    values = set_links(env, model, values)
    for name, lines in posted.lines.items():
        found = commands(env, fields[name].comodel, lines, posted.line_original.get(name, {}))  # type: ignore[attr-defined]  # a one2many
        if found:
            values[name] = found
    draft = Draft(env, model, opened.record_id, values)
    for name, lines in posted.lines.items():
        posted.state.keys[name] = _places(draft, name, lines)
        posted.state.removed[name] = [line.id for line in lines if line.removed and line.id]
    return draft


def _places(draft: Draft, name: str, lines: list[Line]) -> dict[int, str]:
    """Which line of the draft has which place in the form: stored ones by their id, new ones in their order."""
    stored = {line.id: line.key for line in lines if line.id}
    new = iter([line.key for line in lines if not line.id and not line.removed])
    places: dict[int, str] = {}
    for record in getattr(draft.record, name):
        origin = origin_of(draft.env, record)
        key = stored.get(origin) if origin else next(new, None)
        if key is not None:
            places[record.id] = key
    # The places of removed lines stay taken, so that nobody else's inputs get their names.
    for line in lines:
        if line.removed:
            places[-(10**9) - (line.id or int(line.key))] = line.key
    return places


def react(draft: Draft, posted: Posted, names: tuple[str, ...]) -> None:
    """Run the on-changes of the named inputs: fields, and fields of one line (`line_ids.2.product_id`)."""
    own: list[str] = []
    for name in names:
        field, _, rest = name.partition(".")
        if field not in draft.info.fields:
            continue
        if not rest:
            own.append(field)
            continue
        key, _, inner = rest.partition(".")
        line = _line(draft, posted, field, key)
        if line is not None:
            _react_line(draft, line, inner)
            own.append(field)
    draft.change(list(dict.fromkeys(own)))


def _line(draft: Draft, posted: Posted, field: str, key: str) -> Any:
    places = posted.state.keys.get(field, {})
    return next((record for record in getattr(draft.record, field) if places.get(record.id) == key), None)


def _react_line(draft: Draft, line: Any, name: str) -> None:
    """The on-changes of one field of one line; the other lines stay as they are."""
    for method in line._info.on_changes.get(name, ()):
        answer = getattr(line, method)()
        if isinstance(answer, Mapping):
            for key, value in (answer.get("value") or {}).items():
                setattr(line, key, value)
            warning = answer.get("warning")
            if warning:
                draft.warnings.append(str(warning.get("message", "")) if isinstance(warning, Mapping) else str(warning))


def obey(opened: Opened, posted: Posted, order: str) -> None:
    """Do what a button of a table of lines says, before the draft is made: add, open, close or remove a line."""
    verb, _, target = order.partition(":")
    field, _, key = target.partition(".")
    bound: Any = opened.env.registry[opened.model].fields.get(field)
    if bound is None or bound.type != "one2many":
        return
    lines = posted.lines.setdefault(field, [])
    if verb == "add":
        taken = [int(line.key) for line in lines]
        key = str(1 + max(taken, default=-1))
        node = field_nodes(opened.view).get(field)
        values = new_line(
            opened.env, bound, node, {**posted.values, "id": opened.record_id, "active_id": opened.record_id}
        )
        lines.append(Line(key, 0, values))
        _show_new(opened, posted, bound, node, field, key)
    elif verb == "remove":
        for line in lines:
            if line.key == key:
                line.removed = True
        posted.state.errors = {k: v for k, v in posted.state.errors.items() if not k.startswith(f"{target}.")}
    elif verb == "open":
        posted.state.opened.add(target)
    elif verb == "close":
        posted.state.opened.discard(target)


def _show_new(opened: Opened, posted: Posted, bound: Any, node: nodes.FieldNode | None, field: str, key: str) -> None:
    """Put the cursor into the new line, or open its form."""
    listed, formed = line_views(opened.env, node or nodes.FieldNode(name=field), bound)
    fields = opened.env.registry[bound.comodel].fields
    assert isinstance(listed.view, nodes.ListView)
    if listed.view.editable:
        names = [column.name for column in line_columns(opened.env, listed.view, bound, {})]
    else:
        posted.state.opened.add(f"{field}.{key}")
        names = list(field_nodes(formed.view))
    first = next(
        (name for name in names if not fields[name].readonly and fields[name].type not in ("one2many", "boolean")), ""
    )
    posted.state.focus = f"{field}.{key}.{first}" if first else ""


def values_set(draft: Draft, names: frozenset[str]) -> dict[str, Any]:
    """What on-changes have set in a draft, in the form in which it is written; lines as commands."""
    env: Env = draft.env
    found: dict[str, Any] = {}
    touched = draft.tx.set_fields.get(draft.id, set())
    for name in names & (touched | {n for n in names if draft.info.fields[n].type == "one2many"}):
        bound: Any = draft.info.fields[name]
        if bound.computed and not bound.inverse_method and bound.readonly:
            continue
        value: Any = value_of(draft.record, bound.name)
        if bound.type == "one2many":
            found[name] = draft.values([name])[name]
        elif bound.type == "many2many":
            found[name] = list(value.ids)
        elif bound.type == "many2one":
            found[name] = value.id or False
        elif bound.type in ("binary", "image"):
            continue
        elif bound.type == "reference":
            found[name] = f"{value._name},{value.id}" if value else False
        else:
            found[name] = value if value is not None else False
    del env
    return found
