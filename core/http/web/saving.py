"""Saves a form: only what the person changed, with everything refused at once and told where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import Busy, ConflictError, GrialError
from core.http.web.choosing import field_nodes
from core.http.web.drafting import entered, react, values_set
from core.http.web.inputs import original_of
from core.http.web.layout import Layout
from core.http.web.opened import Opened
from core.http.web.pages.form import Conflict
from core.http.web.posted import Posted, changes, commands, same, set_links
from core.http.web.record import conflicts_of
from core.http.web.render import say
from core.http.web.shown import Shower

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.orm.draft import Draft


@dataclass
class Saved:
    """What came of it: the id of the record, or a draft with what was refused."""

    record_id: int = 0
    draft: Draft | None = None
    error: str = ""
    errors: tuple[str, ...] = ()
    warning: str = ""
    conflicts: tuple[Conflict, ...] = ()
    changed: bool = False
    gone: list[str] = field(default_factory=list)


def save(
    opened: Opened,
    posted: Posted,
    translate: Callable[[str], str],
    write: Callable[[Opened, dict[str, Any]], int] | None = None,
) -> Saved:
    """Save a posted form.

    Args:
        opened: the record, or a new one.
        posted: what the form sent.
        translate: gives core's texts in the reader's language.
        write: saves the values and gives the id, where that is not done as usual.
    """
    draft = entered(opened, posted)
    waiting = posted.changed if posted.script else _unasked(opened, posted)
    if waiting:
        react(draft, posted, waiting)
    layout = Layout(draft.env, opened.resolved, draft.record, posted.state, editing=True, record_id=opened.record_id)
    _missing(opened, posted, layout)
    if posted.refused:
        return Saved(draft=draft, error=say("Not saved yet: look at the fields in red."))
    values = _values(opened, posted, draft, layout, bool(waiting))
    conflicts = _conflicts(opened, posted, values) if opened.record_id else ()
    if conflicts:
        posted.version = int(getattr(opened.record(), "row_version", 0) or 0)
        return Saved(draft=draft, conflicts=conflicts)
    try:
        with opened.env.savepoint():
            _make_tags(opened, posted, values)
            record_id = (write or _write)(opened, values)
            opened.env.flush()
    except (Busy, ConflictError):
        raise
    except GrialError as error:
        return _refused(opened, posted, draft, error, translate)
    return Saved(record_id=record_id, changed=bool(values), warning=" ".join(draft.warnings))


def _unasked(opened: Opened, posted: Posted) -> tuple[str, ...]:
    """Without our script nobody asked for on-changes: every changed field that has one counts as just changed."""
    found = list(changes(opened.env, opened.model, posted.values, posted.original))
    known = opened.env.registry[opened.model].on_changes
    names = [name for name in found if name in known]
    for name, lines in posted.lines.items():
        bound: Any = opened.env.registry[opened.model].fields[name]
        inner = opened.env.registry[bound.comodel].on_changes
        for line in lines:
            original = posted.line_original.get(name, {}).get(str(line.id), {})
            found_inside = changes(opened.env, bound.comodel, line.values, original) if not line.removed else {}
            names += [f"{name}.{line.key}.{changed}" for changed in found_inside if changed in inner]
    return tuple(names)


def _missing(opened: Opened, posted: Posted, layout: Layout) -> None:
    """Note the required fields that are empty."""
    for name, node in field_nodes(opened.view).items():
        bound: Any = layout.info.fields.get(name)
        if bound is None or name not in posted.values or name in posted.state.errors:
            continue
        if layout.readonly(node, bound) or not layout.required(node, bound):
            continue
        if bound.type in ("boolean", "integer", "float", "decimal", "monetary"):
            continue
        value: Any = bound.__get__(layout.record, None)
        if value is None or value == "" or (bound.relational and not value):
            posted.state.errors[name] = say("Fill this in.")


def _values(opened: Opened, posted: Posted, draft: Draft, layout: Layout, reacted: bool) -> dict[str, Any]:
    """What is to be written: changed fields that may be changed, lines as commands, and what on-changes have set."""
    env, model = opened.env, opened.model
    fields = env.registry[model].fields
    shown = field_nodes(opened.view)
    kept = {name for name, choice in posted.keep.items() if choice == "theirs"}

    def open_(name: str) -> bool:
        node = shown.get(name)
        if node is None or name not in fields or name in kept:
            return False
        return not layout.readonly(node, fields[name]) or bool(
            node.options.get("force_save") or node.extra.get("force_save")
        )

    values = changes(env, model, posted.values, posted.original) if opened.record_id else dict(posted.values)
    values = {name: value for name, value in values.items() if open_(name)}
    if reacted:
        plain = frozenset(name for name in shown if name in fields and open_(name))
        for name, value in values_set(draft, plain).items():
            if fields[name].type != "one2many":
                if (
                    not opened.record_id
                    or name not in posted.original
                    or not same(env, fields[name], value, posted.original[name])
                ):
                    values[name] = value
            elif any(command[0] != 4 for command in value):
                removed = [[2, line.id, False] for line in posted.lines.get(name, []) if line.removed and line.id]
                values[name] = [*removed, *(command for command in value if command[0] != 4)]
    values = set_links(env, model, values)
    for name, lines in posted.lines.items():
        if name in values or not open_(name):
            continue
        bound: Any = fields[name]
        found = commands(env, bound.comodel, lines, posted.line_original.get(name, {}))
        if found:
            values[name] = found
    return values


def _conflicts(opened: Opened, posted: Posted, values: dict[str, Any]) -> tuple[Conflict, ...]:
    """Fields that both this person and somebody else have changed, differently, since the form was opened."""
    record: Any = opened.record()
    if not posted.version or getattr(record, "row_version", 0) == posted.version:
        return ()
    shower = Shower(opened.env)
    found: dict[str, tuple[Any, Any]] = {}
    for name in values:
        bound: Any = record._info.fields[name]
        if bound.type in ("one2many", "binary", "image") or name not in posted.original or name in posted.keep:
            continue
        theirs = original_of(bound, record)
        mine = posted.values.get(name)
        if same(opened.env, bound, theirs, posted.original[name]) or same(opened.env, bound, mine, theirs):
            continue
        draft = entered(opened, posted)
        found[name] = (shower.text(bound, draft.record), shower.text(bound, record))
    return conflicts_of(opened.env, record, found)


def _make_tags(opened: Opened, posted: Posted, values: dict[str, Any]) -> None:
    """Make the tags that were typed and that there are not yet."""
    for name, texts in posted.fresh.items():
        bound: Any = opened.env.registry[opened.model].fields[name]
        made = [opened.env[bound.comodel].name_create(text)[0] for text in texts]
        values[name] = [(6, 0, [*posted.values.get(name, ()), *made])]


def _write(opened: Opened, values: dict[str, Any]) -> int:
    if opened.record_id:
        if values:
            opened.record().write(values)
        return opened.record_id
    return int(opened.env[opened.model].create(values).id)


def _refused(opened: Opened, posted: Posted, draft: Draft, error: GrialError, translate: Callable[[str], str]) -> Saved:
    """A refusal, told beside the fields it is about where it names them."""
    text = error.translated(translate)
    named = [name for name in getattr(error, "fields", ()) or () if name in posted.values]
    for name in named[1:]:
        posted.state.errors.setdefault(name, "")
    for name in named[:1]:
        posted.state.errors[name] = text
    return Saved(draft=draft, error=text)
