"""Works out what a search means: filters, texts, groupings, favourites and own conditions as one domain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import GrialError, UserError
from core.http.web.query import Query
from core.http.web.window import Window, names_of
from core.kernel.expression import evaluate
from core.kernel.formats import parse_date, parse_number
from core.kernel.text import fold
from core.kernel.zones import to_utc
from core.orm.domain import DATE_PARTS, FALSE, TRUE, Domain, Leaf, conjunction, disjunction
from core.view import nodes
from core.view.resolve import resolve

if TYPE_CHECKING:
    from core.orm.env import Env

DEFAULT = "search_default_"
OPERATORS = ("ilike", "not ilike", "=", "!=", ">", ">=", "<", "<=", "set", "unset")
_DATES = ("date", "datetime")
_NUMBERS = ("integer", "float", "decimal", "monetary")


@dataclass(frozen=True, slots=True)
class Favourite:
    """A saved search."""

    id: int
    name: str
    domain: str
    context: str
    sort: str
    is_default: bool
    shared: bool


@dataclass
class Search:
    """The search of one page.

    Attributes:
        query: the address with the defaults put in and texts put into fields: every link is made from it.
        groups: what the records are grouped by, outermost first.
        broken: filters that could not be worked out, for the reader to know.
    """

    env: Env
    window: Window
    view: nodes.SearchView
    query: Query
    domain: Domain = TRUE
    groups: tuple[str, ...] = ()
    context: dict[str, Any] = field(default_factory=dict)
    favourites: tuple[Favourite, ...] = ()
    broken: list[str] = field(default_factory=list)

    def filter(self, name: str) -> nodes.SearchFilter | None:
        """The filter of this name."""
        return next((item for item in self.view.filters if item.name == name), None)

    def text_field(self, name: str) -> nodes.SearchField | None:
        """The field to type into of this name."""
        return next((item for item in self.view.fields if item.name == name), None)

    @property
    def first(self) -> str:
        """The field that a text without more means."""
        chosen = next((item for item in self.view.fields if item.default_focus), None)
        found = chosen or next(iter(self.view.fields), None)
        return found.name if found else ""


def search(env: Env, window: Window, query: Query) -> Search:
    """The search that an address asks for, on a window."""
    view = resolve(env, window.model, "search", window.search_view or None).view
    assert isinstance(view, nodes.SearchView)
    found = Search(env, window, view, query, favourites=favourites(env, window))
    found.query = _complete(found)
    _apply(found)
    return found


def favourites(env: Env, window: Window) -> tuple[Favourite, ...]:
    """The saved searches that the reader may use here, their own first."""
    if "ir.filters" not in env:
        return ()
    with env.elevated("saved searches are chosen by user and list", "ir.filters") as su:
        rows: Any = su["ir.filters"].search(
            [
                ("model_id", "=", window.model),
                ("user_id", "in", [env.uid, False]),
                ("action_id", "in", [window.action, False] if window.action else [False]),
            ]
        )
        found = [Favourite(r.id, r.name, r.domain, r.context, r.sort, r.is_default, not r.user_id) for r in rows]
    return tuple(sorted(found, key=lambda one: (one.shared, fold(one.name))))


def _complete(found: Search) -> Query:
    """The address with defaults, and with what forms send in their own words."""
    query = found.query
    if not query.searched and not query.get("where"):
        query = _defaults(found, query)
    text = query.get("q").strip()
    if text:
        query = query.plus(f"f.{found.first}" if found.first else "f.display_name", text)
    if query.get("where") and (query.get("value") or query.get("is") in ("set", "unset")):
        query = query.plus("cond", f"{query.get('where')}|{query.get('is')}|{query.get('value')}")
    return query.without("q", "where", "is", "value", "s")


def _defaults(found: Search, query: Query) -> Query:
    chosen = next((one for one in found.favourites if one.is_default), None)
    if chosen is not None:
        return query.with_(fav=str(chosen.id))
    for key, value in found.window.context.items():
        if not key.startswith(DEFAULT) or value in (False, None, 0, "", []):
            continue
        name = key.removeprefix(DEFAULT)
        item = found.filter(name)
        if item is not None:
            for spec in item.group_by:
                query = query.plus("group", spec)
            if not item.group_by:
                query = query.plus("filter", name)
        elif found.text_field(name) is not None:
            for one in value if isinstance(value, (list, tuple)) else [value]:
                query = query.plus(f"f.{name}", f"@{one}" if isinstance(one, int) else str(one))
    group_by = found.window.context.get("group_by")
    if group_by and not query.all("group"):
        for spec in [group_by] if isinstance(group_by, str) else group_by:
            query = query.plus("group", str(spec))
    return query


def _apply(found: Search) -> None:
    env, query = found.env, found.query
    parts: list[Domain] = [Domain.parse(found.window.domain)]
    sections: dict[int, list[Domain]] = {}
    names = names_of(env)
    for value in query.all("filter"):
        name, _, period = value.partition("@")
        item = found.filter(name)
        if item is None:
            continue
        try:
            sections.setdefault(item.section, []).append(_filter_domain(env, found.window.model, item, period, names))
            found.context |= _context(item, names)
        except GrialError:
            found.broken.append(item.label or name)
            sections.setdefault(item.section, []).append(FALSE)
    parts += [disjunction(options) for options in sections.values()]
    texts: dict[str, list[Domain]] = {}
    for name, text in query.texts:
        try:
            texts.setdefault(name, []).append(text_domain(found, name, text, names))
        except GrialError:
            texts.setdefault(name, []).append(FALSE)
    parts += [disjunction(options) for options in texts.values()]
    for value in query.all("cond"):
        try:
            parts.append(condition(env, found.window.model, value))
        except GrialError:
            found.broken.append(value.replace("|", " "))
            parts.append(FALSE)
    groups = list(query.all("group"))
    favourite = next((one for one in found.favourites if str(one.id) == query.get("fav")), None)
    if favourite is not None:
        parts.append(_favourite_domain(found, favourite, names))
        groups = groups or _favourite_groups(favourite, names)
    found.domain = conjunction(parts)
    found.groups = tuple(spec for spec in groups if groupable(env, found.window.model, spec))


def _filter_domain(env: Env, model: str, item: nodes.SearchFilter, period: str, names: Mapping[str, Any]) -> Domain:
    domain = Domain.parse(item.domain.evaluate(names)) if item.domain is not None else TRUE
    if item.date_field and period:
        domain = domain & period_domain(env, model, item.date_field, period)
    return domain


def _context(item: nodes.SearchFilter, names: Mapping[str, Any]) -> dict[str, Any]:
    if item.context is None:
        return {}
    value = item.context.evaluate(names)
    return {k: v for k, v in value.items() if k != "group_by"} if isinstance(value, dict) else {}


def period_domain(env: Env, model: str, name: str, period: str) -> Domain:
    """The records whose date lies in a year (`2026`), quarter (`2026-Q1`) or month (`2026-11`)."""
    year, _, rest = period.partition("-")
    if not year.isdigit() or not (rest == "" or rest.lstrip("Q").isdigit()):
        return FALSE
    first, months = (1, 12) if not rest else (int(rest[1:]) * 3 - 2, 3) if rest.startswith("Q") else (int(rest), 1)
    if not 1 <= first <= 12 or not 1 <= int(year) <= 9998:
        return FALSE
    start = dt.date(int(year), first, 1)
    index = start.year * 12 + start.month - 1 + months
    end = dt.date(index // 12, index % 12 + 1, 1)
    if env.registry[model].field(name).type == "datetime":
        low, high = (to_utc(dt.datetime(d.year, d.month, d.day), env.tz) for d in (start, end))
        return Leaf(name, ">=", low) & Leaf(name, "<", high)
    return Leaf(name, ">=", start) & Leaf(name, "<", end)


def text_domain(found: Search, name: str, text: str, names: Mapping[str, Any]) -> Domain:
    """The records that a text in a field of the search means."""
    env, model = found.env, found.window.model
    item = found.text_field(name)
    bound: Any = env.registry[model].fields.get(name)
    if text.startswith("@") and text[1:].isdigit() and bound is not None and bound.relational:
        return Leaf(name, "child_of" if item is not None and item.operator == "child_of" else "=", int(text[1:]))
    if item is not None and item.filter_domain is not None:
        return Domain.parse(item.filter_domain.evaluate({**names, "self": text, "raw_value": text}))
    if bound is None:
        raise UserError("There is no field {name} to search.", name=name)
    operator = item.operator if item is not None else ""
    return _by_type(env, bound, name, operator, text)


def _by_type(env: Env, bound: Any, name: str, operator: str, text: str) -> Domain:
    lang = env.lang or "en_US"
    if bound.type == "selection":
        keys = [key for key, label in bound.labels(env).items() if fold(text) in fold(label) or key == text]
        return Leaf(name, "in", keys)
    if bound.type in _NUMBERS:
        return Leaf(name, operator or "=", parse_number(text, lang))
    if bound.type in _DATES:
        day = parse_date(text, lang)
        if bound.type == "date":
            return Leaf(name, operator or "=", day)
        start = dt.datetime(day.year, day.month, day.day)
        low, high = to_utc(start, env.tz), to_utc(start + dt.timedelta(days=1), env.tz)
        return Leaf(name, ">=", low) & Leaf(name, "<", high)
    if bound.type == "boolean":
        return Leaf(name, "=", fold(text) in ("1", "yes", "si", "true", "x"))
    return Leaf(name, operator or "ilike", text)


def condition(env: Env, model: str, value: str) -> Domain:
    """An own filter: `field|operator|text`.

    Raises:
        UserError: it cannot be read; ValidationError: the text does not fit the field.
    """
    name, _, rest = value.partition("|")
    operator, _, text = rest.partition("|")
    bound: Any = env.registry[model].fields.get(name)
    if bound is None or operator not in OPERATORS:
        raise UserError("This filter cannot be read: {filter}", filter=value)
    if operator in ("set", "unset"):
        return Leaf(name, "!=" if operator == "set" else "=", False)
    if operator in ("ilike", "not ilike") and bound.type in (
        "char",
        "text",
        "html",
        "many2one",
        "many2many",
        "one2many",
    ):
        return Leaf(name, operator, text)
    if operator in ("=", "!=") and bound.relational:
        return Leaf(name, operator, text)
    positive = {"ilike": "", "not ilike": ""}.get(operator, operator)
    if operator in ("!=", "not ilike"):
        return ~_by_type(env, bound, name, "", text)
    if bound.type == "datetime" and operator in (">", ">=", "<", "<="):
        day = parse_date(text, env.lang or "en_US")
        if operator in (">", "<="):
            day += dt.timedelta(days=1)
        moment = to_utc(dt.datetime(day.year, day.month, day.day), env.tz)
        return Leaf(name, {">": ">=", "<=": "<"}.get(operator, operator), moment)
    return _by_type(env, bound, name, positive, text)


def _favourite_domain(found: Search, favourite: Favourite, names: Mapping[str, Any]) -> Domain:
    try:
        domain = Domain.parse(evaluate(favourite.domain or "[]", names))
        if fits(found.env, found.window.model, domain):
            return domain
    except GrialError:
        pass
    found.broken.append(favourite.name)
    return FALSE


def fits(env: Env, model: str, domain: Domain) -> bool:
    """Is every field of a saved condition still there, and open to the reader?"""
    for leaf in domain.leaves():
        here = model
        for step in leaf.path.split("."):
            if not here:
                if step in DATE_PARTS:
                    continue
                return False
            bound: Any = env.registry[here].fields.get(step)
            if bound is None or not env.field_open(bound):
                return False
            here = getattr(bound, "comodel", "") or ""
        if leaf.operator in ("any", "not any") and here and not fits(env, here, Domain.parse(leaf.value)):
            return False
    return True


def _favourite_groups(favourite: Favourite, names: Mapping[str, Any]) -> list[str]:
    try:
        context = evaluate(favourite.context or "{}", names)
    except GrialError:
        return []
    groups = context.get("group_by") if isinstance(context, dict) else None
    return [groups] if isinstance(groups, str) else [str(one) for one in groups or ()]


def groupable(env: Env, model: str, spec: str) -> bool:
    """May records be grouped by this field, or path of links?"""
    path, _, unit = spec.partition(":")
    *links, last = path.split(".")
    info = env.registry[model]
    for name in links:
        link: Any = info.fields.get(name)
        if link is None or link.type != "many2one" or not env.field_open(link):
            return False
        info = env.registry[link.comodel]
    bound: Any = info.fields.get(last)
    if bound is None or not env.field_open(bound) or not bound.stored or bound.type == "one2many":
        return False
    return not unit or bound.type in _DATES


def ordered(env: Env, model: str, sort: str, default: str) -> str:
    """The order that `-date` or `name` asks for, in the ORM's words; the default for what cannot be sorted by."""
    name = sort.removeprefix("-")
    bound = env.registry[model].fields.get(name)
    if not name or bound is None or not bound.sortable or not env.field_open(bound):
        return default
    return f"{name} {'desc' if sort.startswith('-') else 'asc'}"
