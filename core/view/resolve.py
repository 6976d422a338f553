"""Finds the view to show, extended by the addons of this database and fitted to its reader."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lxml import etree

from core.errors import DataFileError, MissingError
from core.kernel.finding import Finding
from core.orm import xmlids
from core.security import rights
from core.view import library as views
from core.view.arch import parse
from core.view.defaults import default_arch
from core.view.library import Library, Row, library_of
from core.view.markup import Origin
from core.view.nodes import View
from core.view.reader import view_type
from core.view.tailor import groups_named, keep_fields, keep_for_groups, translate

if TYPE_CHECKING:
    from core.orm.env import Env


LEFT_OUT = "left out of views"
"""Under this name a transaction keeps the errors of views that it could not show whole."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A view as one reader sees it.

    Attributes:
        model: the model shown.
        type: form, list, search …
        view_id: id of the primary view; 0 for a default view, which nobody wrote.
        name: its name.
        view: the typed parts, for renderers.
        arch: the same as a tree; shared, never to be changed.
        reads: the fields of the model that have to be read to show it.
        findings: extensions that could not be applied, fields that do not exist: for developers and admins.
        left_out: the errors of the views that could not be applied, in words for people.
    """

    model: str
    type: str
    view_id: int
    name: str
    view: View
    arch: etree._Element
    reads: tuple[str, ...]
    findings: tuple[Finding, ...]
    left_out: tuple[DataFileError, ...] = ()

    def fields(self, env: Env) -> dict[str, dict[str, Any]]:
        """What `fields_get` says of the fields that the view reads."""
        return env[self.model].fields_get(list(self.reads)) if self.reads else {}


def resolve(env: Env, model: str, kind: str = "form", view_id: int | str | None = None) -> Resolved:
    """The view of a model as this reader sees it.

    Args:
        env: whose language, groups and rights count; its context may name the view (`form_view_ref`).
        model: the model shown.
        kind: the type of view; `tree` is `list`.
        view_id: id or external id of a view, primary or extending; the first by priority when None.

    Raises:
        UnknownName: no such model.
        MissingError: the view named does not exist, or is one of another model.
        AccessError: the reader may not read the model.
    """
    info = env.registry[model]
    kind = view_type(kind)
    groups = group_ids(env)
    shelf = library_of(env)
    row = _chosen(env, shelf, model, kind, view_id, groups)
    if row is not None and row.type:
        kind = row.type
    env.check(model, "read")
    closed = frozenset(name for name, field in info.fields.items() if field.groups and not env.field_open(field))
    key = (row.id if row else 0, model, kind, env.lang, closed, groups)
    cache = views.cache_of(env)
    found = cache.get(key)
    if found is None:
        found = cache[key] = _fitted(env, shelf, row, model, kind, groups)
    env.tx.memo.setdefault(LEFT_OUT, {}).update({str(error): error for error in found.left_out})
    return _with_rights(env, found)


def left_out_of(env: Env) -> list[DataFileError]:
    """Of the views that were resolved in this transaction, what had to be left out."""
    return list(env.tx.memo.get(LEFT_OUT, {}).values())


def _chosen(
    env: Env, shelf: Library, model: str, kind: str, view_id: int | str | None, groups: frozenset[int]
) -> Row | None:
    """The primary view to show: the one named, the one the context names, or the first; None for a default view."""
    if isinstance(view_id, str) and not view_id.isdigit():
        view_id = _id_of(env, view_id)
    if view_id:
        row = shelf.base_of(int(view_id))
        if row is None or (row.model and row.model != model):
            raise MissingError("There is no view {id} of {model}.", id=view_id, model=model)
        return row
    for key in (f"{kind}_view_ref", *(("tree_view_ref",) if kind == "list" else ())):
        named = env.context.get(key)
        # A reference without an addon has always been ignored; screens rely on it.
        if isinstance(named, str) and "." in named:
            row = shelf.base_of(_id_of(env, named))
            if row is not None and row.model == model and row.type == kind:
                return row
    return shelf.first(model, kind, groups)


def _id_of(env: Env, xmlid: str) -> int:
    found = xmlids.resolve(env, xmlid)
    return found[1] if found is not None and found[0] == "ir.ui.view" else 0


def group_ids(env: Env) -> frozenset[int]:
    """The ids of all groups the reader is in, by implication too."""
    return rights.groups_of(env, env.uid) if "res.groups" in env.registry else frozenset()


def _fitted(env: Env, shelf: Library, row: Row | None, model: str, kind: str, groups: frozenset[int]) -> Resolved:
    findings: list[Finding] = []
    left_out: tuple[DataFileError, ...] = ()
    root: etree._Element | None = None
    origin = Origin(row.xmlid or row.name) if row else Origin()
    if row is not None:
        try:
            whole = views.combined(env, shelf.plan(row, groups))
        except DataFileError as error:
            findings.append(Finding(error.file or origin.view, error.line, "view-arch", str(error)))
            left_out = (error,)
            views.tell(env, left_out)
        else:
            root, origin = copy.deepcopy(whole.root), whole.origin
            findings += whole.findings
            left_out = whole.left_out
    if root is None:
        root = _default(env, model, kind)
    if env.lang:
        translate(root, env.translate_term, origin)
    keep_for_groups(root, _held(env, groups_named(root, origin), groups), origin)
    if kind != "qweb":
        findings += keep_fields(root, model, lambda name: _fields_of(env, name), origin)
    parsed = parse(root, origin)
    known = env.registry[model].fields
    return Resolved(
        model=model,
        type=kind,
        view_id=row.id if row else 0,
        name=row.name if row else "",
        view=parsed.view,
        arch=root,
        reads=tuple(sorted(name for name in parsed.view.reads if name in known)),
        findings=(*findings, *parsed.findings),
        left_out=left_out,
    )


def _default(env: Env, model: str, kind: str) -> etree._Element:
    info = env.registry[model]
    root = default_arch(kind, env[model].fields_get(), info.rec_name, env.translate_term(info.description, info.addon))
    if root is None:
        raise MissingError("{model} has no {kind} view.", model=model, kind=kind)
    return root


def _held(env: Env, names: Iterable[str], groups: frozenset[int]) -> frozenset[str]:
    """Those of the named groups that the reader is in; the superuser is in every group."""
    if env.uid == env.registry.superuser_id:
        return frozenset(names)
    return frozenset(name for name in names if groups & rights.group_ids(env, name))


def _fields_of(env: Env, model: str) -> tuple[Iterable[str], dict[str, str]] | None:
    if model not in env.registry:
        return None
    fields = env.registry[model].fields
    seen = {name: str(getattr(field, "comodel", "") or "") for name, field in fields.items() if env.field_open(field)}
    return fields, seen


def _with_rights(env: Env, found: Resolved) -> Resolved:
    """The view with create, edit and delete switched off where the reader has no right to them."""
    model = found.model
    view = found.view
    create, edit, delete = (
        wanted and env.may(model, operation)
        for wanted, operation in ((view.create, "create"), (view.edit, "write"), (view.delete, "unlink"))
    )
    if (create, edit, delete) == (view.create, view.edit, view.delete):
        return found
    return replace(found, view=replace(view, create=create, edit=edit, delete=delete))
