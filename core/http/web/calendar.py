"""A month of records, day by day: those whose dates fall into it, each a link, and a place to begin a new one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from babel.dates import format_skeleton, get_day_names

from core.errors import AccessError
from core.http.web.listing import heading
from core.http.web.pages.calendar import CalendarPage, Day, Event
from core.http.web.query import Query
from core.http.web.searchbar import bar
from core.http.web.searching import Search
from core.http.web.shown import Shower
from core.kernel.formats import format_date, format_time, locale_of
from core.kernel.zones import to_local, to_utc
from core.orm.domain import Domain, Leaf
from core.orm.edge import value_of
from core.view import nodes

if TYPE_CHECKING:
    from core.orm.model import Model
    from core.view.resolve import Resolved

MOST = 1000
A_DAY = 4
"""How many records a day shows before it says how many more there are."""
WORKDAY = dt.time(9)
"""When what is begun on a day of the calendar begins."""


class Calendar:
    """Draws one month."""

    def __init__(self, found: Search, resolved: Resolved) -> None:
        assert isinstance(resolved.view, nodes.CalendarView)
        self.found, self.view = found, resolved.view
        self.env, self.query, self.model = found.env, found.query, found.window.model
        self.info = self.env.registry[self.model]
        self.shower = Shower(self.env)
        self.start: Any = self.info.field(self.view.date_start)
        self.stop: Any = self.info.fields.get(self.view.date_stop)
        self.delay: Any = self.info.fields.get(self.view.date_delay)
        self.locale = locale_of(self.shower.lang)
        self.first = self._month()
        lead = (self.first.weekday() - self.locale.first_week_day) % 7
        self.begin = self.first - dt.timedelta(days=lead)
        self.after = _next_month(self.first)
        self.weeks = -(-(self.after - self.begin).days // 7)
        self.end = self.begin + dt.timedelta(days=7 * self.weeks)
        self.events: dict[dt.date, list[Event]] = {}

    def _month(self) -> dt.date:
        """The first day of the month that the address asks for, else of this one."""
        year, _, month = self.query.get("month").partition("-")
        if year.isdigit() and month.isdigit() and 1900 <= int(year) <= 2200 and 1 <= int(month) <= 12:
            return dt.date(int(year), int(month), 1)
        return self.env.today().replace(day=1)

    def page(self) -> CalendarPage:
        """The whole page. Call it inside `page.reading`."""
        records = self._records()
        for record in records:
            self._place(record)
        create = self.view.create and self.info.stored and self.env.may(self.model, "create")
        days = [self._day(self.begin + dt.timedelta(days=n), create) for n in range(7 * self.weeks)]
        weekdays = [self.begin + dt.timedelta(days=n) for n in range(7)]
        before = (self.first - dt.timedelta(days=1)).replace(day=1)
        return CalendarPage(
            heading=heading(self.found, "calendar", self.view.create),
            search=bar(self.found),
            title=self._written(self.first, "yMMMM"),
            weekdays=tuple((self._named(day, "wide"), self._named(day, "abbreviated")) for day in weekdays),
            weeks=tuple(tuple(days[n : n + 7]) for n in range(0, len(days), 7)),
            previous_url=self._url(before),
            next_url=self._url(self.after),
            today_url=self.query.without("month").url,
            date_label=self.shower.label(self.start),
            cut=len(records) == MOST,
        )

    def _url(self, month: dt.date) -> str:
        return self.query.with_(month=f"{month:%Y-%m}").url

    def _written(self, day: dt.date, parts: str) -> str:
        """Some parts of a date, in the order of the reader's language."""
        text = str(format_skeleton(parts, dt.datetime(day.year, day.month, day.day), locale=self.locale))
        return text[:1].upper() + text[1:]

    def _named(self, day: dt.date, width: Literal["wide", "abbreviated"]) -> str:
        text = str(get_day_names(width, locale=self.locale)[day.weekday()])
        return text[:1].upper() + text[1:]

    def _records(self) -> Model:
        """Those that begin before the weeks shown end, and end after they begin."""
        name, ends = self.start.name, self.stop.name if self.stop is not None else self.start.name
        begun = Leaf(name, "<", self._edge(self.end, self.start))
        over: Domain = Leaf(ends, ">=", self._edge(self.begin, self.stop or self.start))
        if self.stop is not None:
            over |= Leaf(ends, "=", False) & Leaf(name, ">=", self._edge(self.begin, self.start))
        elif self.delay is not None:
            # How long it lasts is known record by record: what began a month before may still go on.
            over = Leaf(name, ">=", self._edge(self.begin - dt.timedelta(days=31), self.start))
        return self.env[self.model].search(self.found.domain & begun & over, limit=MOST, order=f"{name} asc, id asc")

    def _edge(self, day: dt.date, field: Any) -> dt.date | dt.datetime:
        """The first moment of a day, as the field counts."""
        return to_utc(dt.datetime(day.year, day.month, day.day), self.shower.tz) if field.type == "datetime" else day

    def _place(self, record: Any) -> None:
        """Put a record on each of its days."""
        began = self._local(value_of(record, self.start.name))
        ended = self._local(value_of(record, self.stop.name)) if self.stop is not None else None
        if ended is None and self.delay is not None and isinstance(began, dt.datetime):
            ended = began + dt.timedelta(hours=float(value_of(record, self.delay.name) or 0))
        if began is None:
            return
        first, last = _day_of(began), max(_day_of(ended or began), _day_of(began))
        event = self._event(record)
        day = max(first, self.begin)
        while day <= last and day < self.end:
            time = format_time(began, self.shower.lang) if isinstance(began, dt.datetime) and day == first else ""
            self.events.setdefault(day, []).append(replace(event, time=time))
            day += dt.timedelta(days=1)

    def _local(self, value: dt.date | dt.datetime | None) -> dt.date | dt.datetime | None:
        return to_local(value, self.shower.tz) if isinstance(value, dt.datetime) else value

    def _event(self, record: Any) -> Event:
        lines: list[str] = []
        for node in self.view.fields:
            bound: Any = self.info.fields.get(node.name)
            if bound is None or node.name == self.info.rec_name:
                continue
            try:
                text = self.shower.view(bound, record, node).text
            except AccessError:
                continue
            if text:
                lines.append(text)
        query = self.query.without("page", "open", "view", "month").at(f"/web/{self.model}/{record.id}")
        url = query.with_(
            **{"from": self.found.window.reference, "view": str(self.found.window.view_id("form") or "") or None}
        ).url
        return Event(record.display_name, url, "", " · ".join(lines), self._hue(record))

    def _hue(self, record: Any) -> int:
        bound: Any = self.info.fields.get(self.view.color)
        if bound is None:
            return 0
        try:
            value = value_of(record, bound.name)
        except AccessError:
            return 0
        number = value.id if bound.type == "many2one" else value if isinstance(value, int) else 0
        return number % 11 + 1 if number else 0

    def _day(self, day: dt.date, create: bool) -> Day:
        events = self.events.get(day, [])
        shown = events if len(events) <= A_DAY else events[: A_DAY - 1]
        return Day(
            day.day,
            day.isoformat(),
            self._written(day, "MMMMEEEEd"),
            tuple(shown),
            day.month == self.first.month,
            day == self.env.today(),
            len(events) - len(shown),
            self._all_of(day) if len(events) > len(shown) else "",
            self._create_url(day) if create else "",
        )

    def _all_of(self, day: dt.date) -> str:
        """The list of the records of one day."""
        name, stop = self.start.name, self.stop.name if self.stop is not None else self.start.name
        written = format_date(day, self.shower.lang)
        query = self.query.without("month").plus("cond", f"{name}|<=|{written}").plus("cond", f"{stop}|>=|{written}")
        return query.with_(view="list").url

    def _create_url(self, day: dt.date) -> str:
        value = f"{day:%Y-%m-%d}"
        if self.start.type == "datetime":
            value = f"{to_utc(dt.datetime.combine(day, WORKDAY), self.shower.tz):%Y-%m-%d %H:%M:%S}"
        window = self.found.window
        return (
            Query(f"/web/{self.model}/new")
            .with_(
                **{
                    "from": window.reference,
                    "view": str(window.view_id("form") or "") or None,
                    **dict(window.kept),
                    f"default_{self.start.name}": value,
                }
            )
            .url
        )


def _day_of(moment: dt.date | dt.datetime) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def calendar_page(found: Search, resolved: Resolved) -> CalendarPage:
    """The whole page. Call it inside `page.reading`."""
    return Calendar(found, resolved).page()
