"""The search bar: what is filtered and grouped now, and every link that changes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facet:
    """One part of the current search; `remove_url` is the page without it."""

    label: str
    values: tuple[str, ...]
    remove_url: str
    kind: str = "field"


@dataclass(frozen=True, slots=True)
class Toggle:
    """A filter, a grouping or a favourite in the menu; following `url` turns it on or off."""

    label: str
    url: str
    active: bool = False
    help: str = ""
    options: tuple[Toggle, ...] = ()
    separated: bool = False
    delete_url: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a typed text may mean: a value of this field, or a filter that has this name."""

    label: str
    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ConditionField:
    """A field that the custom filter offers, with the comparisons that fit it and the values to choose from."""

    name: str
    label: str
    kind: str
    operators: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class SearchBar:
    """The whole search bar of a list, a board or another view of many records."""

    url: str
    text: str = ""
    placeholder: str = ""
    facets: tuple[Facet, ...] = ()
    filters: tuple[Toggle, ...] = ()
    groups: tuple[Toggle, ...] = ()
    favourites: tuple[Toggle, ...] = ()
    fields: tuple[Suggestion, ...] = ()
    conditions: tuple[ConditionField, ...] = ()
    operators: tuple[tuple[str, str], ...] = ()
    group_fields: tuple[tuple[str, str], ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    save_url: str = ""
