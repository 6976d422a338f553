"""The views of one database: which there are, which one is meant, and what extends it; cached with the registry."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from core.errors import DataFileError
from core.kernel.finding import Finding
from core.orm import xmlids
from core.view.inherit import apply
from core.view.markup import Origin, parse_arch
from core.view.reader import view_type

if TYPE_CHECKING:
    from core.orm.env import Env

log = logging.getLogger(__name__)

CACHE = "views"
CHANGED = "caches announced"
"""The mark of a transaction that has written to models whose rows are kept in caches."""

DEEPEST = 30

_PLACE = re.compile(r"^(?P<file>.*?)(?::(?P<line>\d+))?$")


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a view without reading its arch."""

    id: int
    name: str
    model: str
    type: str
    parent: int
    primary: bool
    groups: frozenset[int]
    xmlid: str


@dataclass(frozen=True, slots=True)
class Combined:
    """A view with everything that extends it, and the extensions that could not be applied.

    Attributes:
        root: the whole arch.
        origin: of the view that is extended.
        findings: what is wrong with the extensions.
        left_out: the errors of those that could not be applied.
    """

    root: etree._Element
    origin: Origin
    findings: tuple[Finding, ...]
    left_out: tuple[DataFileError, ...] = ()


class Library:
    """All active views, in order of priority; those of addons that are not loaded are left out."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = {row.id: row for row in rows}
        self.extending: dict[int, list[Row]] = {}
        self.primary: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows.values():
            if row.primary:
                self.primary.setdefault((row.model, row.type), []).append(row)
            else:
                self.extending.setdefault(row.parent, []).append(row)

    def first(self, model: str, kind: str, groups: frozenset[int]) -> Row | None:
        """The view of a type to show when none is named: the first whose groups the reader is in."""
        rows = self.primary.get((model, kind), [])
        return next((row for row in rows if not row.groups or row.groups & groups), None)

    def base_of(self, view_id: int) -> Row | None:
        """The primary view that a view is, or extends."""
        row = self.rows.get(view_id)
        for _ in range(DEEPEST):
            if row is None or row.primary:
                return row
            row = self.rows.get(row.parent)
        return None

    def plan(self, row: Row, groups: frozenset[int], depth: int = 0) -> tuple[int, ...]:
        """The ids of the views that make up a primary view for a reader of these groups, in their order."""
        before: tuple[int, ...] = ()
        parent = self.base_of(row.parent) if row.parent and depth < DEEPEST else None
        if parent is not None and parent is not row:
            before = self.plan(parent, groups, depth + 1)
        return (*before, row.id, *self._extensions(row.id, groups, 0))

    def _extensions(self, view_id: int, groups: frozenset[int], depth: int) -> Iterator[int]:
        if depth > DEEPEST:
            return
        for row in self.extending.get(view_id, ()):
            if not row.groups or row.groups & groups:
                yield row.id
                yield from self._extensions(row.id, groups, depth + 1)


def cache_of(env: Env) -> dict[Any, Any]:
    """Where views are kept: shared by the process, or the transaction's own once it has changed views itself."""
    if CHANGED in env.tx.flags:
        own: dict[Any, Any] = env.tx.memo.setdefault(CACHE, {})
        return own
    return env.registry.cache(CACHE)


def forget(env: Env) -> None:
    """Forget every view that was worked out, for this transaction and for the process."""
    env.tx.memo.pop(CACHE, None)
    env.registry.cache(CACHE).clear()


def library_of(env: Env) -> Library:
    """The library of the database."""
    cache = cache_of(env)
    found = cache.get("library")
    if found is None:
        cache["library"] = found = Library(_read_rows(env))
    return found


def _read_rows(env: Env) -> Iterator[Row]:
    with env.elevated(
        "views are found whatever their reader may read", "ir.ui.view", "ir.model.data", "res.groups"
    ) as su_env:
        views: Any = su_env["ir.ui.view"].search([("active", "=", True)], order="priority, id")
        data: Any = su_env["ir.model.data"].search([("model", "=", "ir.ui.view")])
        names = {row.res_id: (row.module, row.name) for row in data}
        loaded = set(env.registry.addons)
        for view in views:
            module, name = names.get(view.id, ("", ""))
            # What people import may come from an older addon that is not here: its views show what there is to show.
            there = view.model in env.registry.models if module == xmlids.IMPORTED else module in loaded
            if module and not there:
                continue
            parent = view.inherit_id.id if view.inherit_id else 0
            yield Row(
                id=view.id,
                name=view.name,
                model=view.model,
                type=view_type(view.type or ""),
                parent=parent,
                primary=not parent or view.mode == "primary",
                groups=frozenset(view.groups_id.ids),
                xmlid=f"{module}.{name}" if module else "",
            )


def combined(env: Env, plan: tuple[int, ...]) -> Combined:
    """The arch of a plan's views, each applied to those before it.

    An extension that cannot be applied is left out, with a finding. Raises DataFileError only when the first view of
    the plan is not well-formed.
    """
    cache = cache_of(env)
    key = ("combined", plan)
    if key not in cache:
        cache[key] = _combine(env, plan)
    return cache[key]  # type: ignore[no-any-return]  # the cache holds anything


def _combine(env: Env, plan: tuple[int, ...]) -> Combined:
    library = library_of(env)
    with env.elevated("views are read whatever their reader may read", "ir.ui.view") as su_env:
        views: Any = su_env["ir.ui.view"].browse(list(plan))
        archs = {view.id: (view.arch, origin_of_view(view, library.rows.get(view.id))) for view in views}
    arch, origin = archs[plan[0]]
    root = parse_arch(arch, origin)
    findings: list[Finding] = []
    left_out: list[DataFileError] = []
    for view_id in plan[1:]:
        arch, place = archs[view_id]
        warnings: list[Finding] = []
        try:
            root = apply(copy.deepcopy(root), parse_arch(arch, place), place, warnings)
        except DataFileError as error:
            left_out.append(error)
            findings.append(Finding(error.file or place.view, error.line, "view-inherit", _without_place(error)))
        else:
            findings += warnings
    tell(env, left_out)
    return Combined(root, origin, tuple(findings), tuple(left_out))


def tell(env: Env, errors: Iterable[DataFileError]) -> None:
    """Write views that cannot be shown into the log, each once in the life of a registry."""
    for error in errors:
        if str(error) not in env.registry.told:
            env.registry.told.add(str(error))
            log.warning("database %s: left out of a view: %s", env.registry.name, error)


def origin_of_view(view: Any, row: Row | None = None) -> Origin:
    """Where a view stands: its external id or name, and the file and line that loaded it, where they are kept."""
    place = _PLACE.match(getattr(view, "arch_fs", "") or "")
    name = (row.xmlid if row else "") or view.name
    return Origin(name, place["file"] if place else "", int(place["line"] or 0) if place else 0)


def _without_place(error: DataFileError) -> str:
    text = str(error)
    return text.partition(": ")[2] if error.file and text.startswith(error.file) else text
