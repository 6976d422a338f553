"""A month of records, day by day."""

from __future__ import annotations

from dataclasses import dataclass

from core.http.web.pages.listing import Heading
from core.http.web.pages.search import SearchBar


@dataclass(frozen=True, slots=True)
class Event:
    """A record on a day; `time` is empty for what fills the day, `hint` says more about it."""

    title: str
    url: str
    time: str = ""
    hint: str = ""
    hue: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its records; `more_url` leads to those that do not fit."""

    number: int
    date: str
    name: str
    events: tuple[Event, ...] = ()
    inside: bool = True
    today: bool = False
    more: int = 0
    more_url: str = ""
    create_url: str = ""


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """The whole month.

    Attributes:
        title: the month as people write it.
        cut: not all records are shown, there are too many.
    """

    heading: Heading
    search: SearchBar
    title: str
    weekdays: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[Day, ...], ...]
    previous_url: str
    next_url: str
    today_url: str
    date_label: str
    cut: bool = False
    pager: None = None
