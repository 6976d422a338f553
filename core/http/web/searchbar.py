"""Draws a search as the search bar: facets, suggestions, and the menu in which every entry is a link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.http.web.pages.search import ConditionField, Facet, SearchBar, Suggestion, Toggle
from core.http.web.query import SEARCH_KEYS, TEXT_PREFIX, link
from core.http.web.render import say
from core.http.web.searching import OPERATORS, Search, groupable
from core.kernel.formats import locale_of
from core.kernel.i18n import mark
from core.view import nodes
from core.view.resolve import group_ids

if TYPE_CHECKING:
    from core.orm.env import Env

_OPERATOR_LABELS = {
    "ilike": mark("contains"),
    "not ilike": mark("does not contain"),
    "=": mark("is"),
    "!=": mark("is not"),
    ">": mark("is greater than"),
    ">=": mark("is at least"),
    "<": mark("is less than"),
    "<=": mark("is at most"),
    "set": mark("is filled in"),
    "unset": mark("is empty"),
}
_FITTING = {
    **dict.fromkeys(("char", "text", "many2one", "many2many"), ("ilike", "not ilike", "=", "!=", "set", "unset")),
    "selection": ("=", "!=", "set", "unset"),
    "boolean": ("=",),
}
_ORDERED = ("=", "!=", ">", ">=", "<", "<=", "set", "unset")
_UNITS = {
    "day": mark("Day"),
    "week": mark("Week"),
    "month": mark("Month"),
    "quarter": mark("Quarter"),
    "year": mark("Year"),
}
_PLAIN = (
    "char",
    "text",
    "many2one",
    "many2many",
    "selection",
    "integer",
    "float",
    "decimal",
    "monetary",
    "date",
    "datetime",
    "boolean",
)


def bar(found: Search) -> SearchBar:
    """The search bar of a page. Draw it inside `page.reading`."""
    query, env, model = found.query, found.env, found.window.model
    fields, groups = _own_search(env, model)
    return SearchBar(
        url=query.path,
        facets=tuple(_facets(found)),
        filters=tuple(_filters(found)),
        groups=tuple(_groupings(found)),
        favourites=tuple(_favourites(found)),
        fields=tuple(_suggestions(found)),
        conditions=fields,
        operators=tuple((name, say(_OPERATOR_LABELS[name])) for name in OPERATORS),
        group_fields=groups,
        kept=query.without("page", "at", "open").items,
        save_url=link(f"/web/{model}/favourite", **{"from": found.window.reference}),
    )


def _own_search(env: Env, model: str) -> tuple[tuple[ConditionField, ...], tuple[tuple[str, str], ...]]:
    """The fields of own filters and of own groupings; kept for the readers who may use the same fields."""
    info = env.registry[model]
    opened: list[Any] = [f for f in info.fields.values() if f.type in _PLAIN and f.name != "id" and env.field_open(f)]
    cache = env.registry.cache("web.own search")
    key = (model, env.lang, group_ids(env), env.uid == env.registry.superuser_id)
    if key not in cache:
        by_label = sorted(
            ((env.translate_term(f.string, f.addon), f) for f in opened if f.searchable),
            key=lambda pair: pair[0].casefold(),
        )
        cache[key] = (
            tuple(_condition_field(env, f, label, f.name == info.rec_name) for label, f in by_label),
            tuple((f.name, label) for label, f in by_label if groupable(env, model, f.name)),
        )
    fields: tuple[ConditionField, ...]
    groups: tuple[tuple[str, str], ...]
    fields, groups = cache[key]
    # What may be chosen is worked out anew where records decide it, such as the languages.
    changing = {f.name: f for f in opened if f.type == "selection" and callable(f.options)}
    if changing:
        fields = tuple(
            replace(one, choices=tuple(changing[one.name].labels(env).values())) if one.name in changing else one
            for one in fields
        )
    return fields, groups


def _condition_field(env: Env, field: Any, label: str, first: bool) -> ConditionField:
    """A field of an own filter: the comparisons that mean something for it, and the values it may have."""
    choices: tuple[str, ...] = ()
    if field.type == "boolean":
        choices = (say("Yes"), say("No"))
    elif field.type == "selection" and not callable(field.options):
        choices = tuple(field.labels(env).values())
    return ConditionField(field.name, label, field.type, _FITTING.get(field.type, _ORDERED), choices, first)


def _field_label(env: Env, model: str, path: str) -> str:
    info = env.registry[model]
    labels: list[str] = []
    for name in path.split("."):
        bound: Any = info.fields.get(name)
        if bound is None:
            return path
        labels.append(env.translate_term(bound.string, bound.addon))
        if bound.type == "many2one":
            info = env.registry[bound.comodel]
    return " › ".join(labels)


def group_label(env: Env, model: str, spec: str) -> str:
    """What a grouping is called: the field, and the unit of a date."""
    path, _, unit = spec.partition(":")
    label = _field_label(env, model, path)
    return f"{label}: {say(_UNITS[unit]).lower()}" if unit in _UNITS else label


def _facets(found: Search) -> Iterable[Facet]:
    env, query, model = found.env, found.query, found.window.model
    favourite = next((one for one in found.favourites if str(one.id) == query.get("fav")), None)
    if favourite is not None:
        yield Facet("", (favourite.name,), query.without("fav").settled().url, "favourite")
    sections: dict[int, list[tuple[str, str]]] = {}
    for value in query.all("filter"):
        name, _, period = value.partition("@")
        item = found.filter(name)
        if item is not None:
            label = (item.label or name) + (f": {period_label(env, period)}" if period else "")
            sections.setdefault(item.section, []).append((label, value))
    for chosen in sections.values():
        rest = query
        for _, value in chosen:
            rest = rest.minus("filter", value)
        yield Facet("", tuple(label for label, _ in chosen), rest.settled().url, "filter")
    texts: dict[str, list[str]] = {}
    for name, text in query.texts:
        texts.setdefault(name, []).append(text)
    for name, values in texts.items():
        text_field = found.text_field(name)
        label = (text_field.label if text_field else "") or _field_label(env, model, name)
        shown = tuple(_named(env, model, name, value) for value in values)
        yield Facet(label, shown, query.without(f"{TEXT_PREFIX}{name}").settled().url, "text")
    for value in query.all("cond"):
        name, _, rest_text = value.partition("|")
        operator, _, text = rest_text.partition("|")
        shown_operator = say(_OPERATOR_LABELS[operator]) if operator in _OPERATOR_LABELS else operator
        yield Facet(
            _field_label(env, model, name),
            (f"{shown_operator} {text}".strip(),),
            query.minus("cond", value).settled().url,
            "own",
        )
    if found.groups:
        labels = tuple(group_label(env, model, spec) for spec in found.groups)
        yield Facet(say("Group by"), labels, query.without("group").settled().url, "group")


def _named(env: Env, model: str, name: str, value: str) -> str:
    """The name of the record that `@12` stands for."""
    bound: Any = env.registry[model].fields.get(name)
    if bound is None or not bound.relational or not value.startswith("@") or not value[1:].isdigit():
        return value
    found: Any = env[bound.comodel].browse(int(value[1:])).exists()
    return found.display_name if found else value


def _filters(found: Search) -> Iterable[Toggle]:
    query = found.query
    section = -1
    for item in found.view.filters:
        if item.group_by or (item.domain is None and not item.date_field and item.context is None):
            continue
        if item.modifiers.invisible.holds({}):
            continue
        separated = section not in (-1, item.section)
        section = item.section
        if item.date_field:
            options = tuple(
                Toggle(
                    label,
                    query.toggled("filter", f"{item.name}@{period}").url,
                    ("filter", f"{item.name}@{period}") in query.items,
                )
                for period, label in periods(found.env)
            )
            yield Toggle(item.label or item.name, "", any(o.active for o in options), item.help, options, separated)
        else:
            active = ("filter", item.name) in query.items
            yield Toggle(
                item.label or item.name, query.toggled("filter", item.name).url, active, item.help, (), separated
            )


def periods(env: Env) -> list[tuple[str, str]]:
    """The months, quarters and years that a date filter offers."""
    today = env.today()
    found: list[tuple[str, str]] = []
    index = today.year * 12 + today.month - 1
    for back in range(3):
        year, month = divmod(index - back, 12)
        found.append((f"{year}-{month + 1:02}", ""))
    quarter = (today.month - 1) // 3
    found += [(f"{today.year}-Q{number + 1}", "") for number in range(quarter, -1, -1)]
    found += [(str(today.year - back), "") for back in range(3)]
    return [(period, period_label(env, period)) for period, _ in found]


def period_label(env: Env, period: str) -> str:
    """What people call `2026-11`, `2026-Q4` or `2026`."""
    year, _, rest = period.partition("-")
    if not rest.isdigit() or not year.isdigit():
        return f"{rest} {year}".strip()
    from babel.dates import format_date

    return str(
        format_date(
            dt.date(int(year), max(1, min(12, int(rest))), 1), "MMMM yyyy", locale=locale_of(env.lang or "en_US")
        )
    )


def _groupings(found: Search) -> Iterable[Toggle]:
    env, query, model = found.env, found.query, found.window.model
    fields = env.registry[model].fields
    seen: set[str] = set()
    for item in found.view.filters:
        if not item.group_by or item.modifiers.invisible.holds({}):
            continue
        spec = item.group_by[0]
        if not groupable(env, model, spec):
            continue
        seen.add(spec)
        path, _, unit = spec.partition(":")
        bound = fields.get(path)
        label = item.label or group_label(env, model, spec)
        if bound is not None and bound.type in ("date", "datetime"):
            seen |= {f"{path}:{one}" for one in _UNITS}
            units = tuple(
                Toggle(say(text), query.toggled("group", f"{path}:{one}").url, _grouped(found, f"{path}:{one}", unit))
                for one, text in _UNITS.items()
            )
            yield Toggle(label, "", any(one.active for one in units), item.help, units)
        else:
            yield Toggle(label, query.toggled("group", spec).url, spec in found.groups, item.help)
    for spec in found.groups:
        if spec not in seen:
            yield Toggle(group_label(env, model, spec), query.minus("group", spec).settled().url, True)


def _grouped(found: Search, spec: str, _own: str) -> bool:
    path, _, unit = spec.partition(":")
    return spec in found.groups or (unit == "month" and path in found.groups)


def _favourites(found: Search) -> Iterable[Toggle]:
    query, model = found.query, found.window.model
    for one in found.favourites:
        active = query.get("fav") == str(one.id)
        clean = query.without(*SEARCH_KEYS).without(*(key for key, _ in query.items if key.startswith(TEXT_PREFIX)))
        url = (
            query.without("fav").settled().url
            if active
            else clean.settled().without("filter").with_(fav=str(one.id)).url
        )
        yield Toggle(one.name, url, active, delete_url=f"/web/{model}/favourite/{one.id}/delete", shared=one.shared)


def _suggestions(found: Search) -> Iterable[Suggestion]:
    env, model = found.env, found.window.model
    fields: tuple[nodes.SearchField, ...] = found.view.fields
    chosen = sorted(fields, key=lambda item: item.name != found.first)
    for item in chosen:
        yield Suggestion(item.label or _field_label(env, model, item.name), f"{TEXT_PREFIX}{item.name}")
    if not chosen:
        yield Suggestion(_field_label(env, model, "display_name"), f"{TEXT_PREFIX}display_name")
    for entry in found.view.filters:
        if entry.group_by:
            label = f"{say('Group by')}: {entry.label or entry.group_by[0]}"
            if groupable(env, model, entry.group_by[0]):
                yield Suggestion(label, "group", entry.group_by[0])
        elif entry.domain is not None and (entry.label or entry.help):
            yield Suggestion(entry.label or entry.help, "filter", entry.name)
