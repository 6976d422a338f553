"""Figures of many records: a cross table, worked out group by group in the database, and the chart drawn from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.http.web.listing import field_at, group_key, group_title, heading
from core.http.web.pages.analysis import AnalysisPage, Figure, Line
from core.http.web.pages.shell import Link
from core.http.web.query import TEXT_PREFIX
from core.http.web.render import say
from core.http.web.searchbar import bar, group_label
from core.http.web.searching import Search, groupable
from core.http.web.shown import NUMBERS, Shower
from core.kernel.formats import format_date, format_number
from core.kernel.i18n import mark
from core.kernel.zones import to_local
from core.view import nodes

if TYPE_CHECKING:
    from core.view.resolve import Resolved

MOST_ROWS = 500
MOST_COLUMNS = 40
COUNT = "__count"
NONE = "-"
_CHARTS = {
    "bar": (mark("Bars"), "bar-chart"),
    "line": (mark("Line"), "graph-up"),
    "pie": (mark("Pie"), "pie-chart"),
}
_COUNT_LABEL = mark("Number of records")

Path = tuple[str, ...]


class Analysis:
    """Draws one page of figures."""

    def __init__(self, found: Search, resolved: Resolved) -> None:
        view = resolved.view
        assert isinstance(view, (nodes.GraphView, nodes.PivotView))
        self.found, self.view = found, view
        self.env, self.query, self.model = found.env, found.query, found.window.model
        self.info = self.env.registry[self.model]
        self.table = self.env[self.model]
        self.shower = Shower(self.env)
        self.graph = view if isinstance(view, nodes.GraphView) else None
        axes = {role: [self._spec(a) for a in view.axes if a.role == role] for role in ("row", "col")}
        rows = list(found.groups) or axes["row"]
        self.rows = [spec for spec in rows if groupable(self.env, self.model, spec)][:3]
        self.column = self._column(axes["col"])
        if self.graph and len(self.rows) > 1:
            self.rows, self.column = self.rows[:1], self.rows[1]
        self.aggregates = self._aggregates()
        self.measures = self._measures()
        self.groups: dict[tuple[Path, str], Mapping[str, Any]] = {}
        self.labels: dict[tuple[str, str], str] = {}
        self.ways: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
        self.below: dict[Path, list[Path]] = {}
        self.heads: list[str] = []

    def _spec(self, axis: nodes.Axis) -> str:
        bound: Any = self.info.fields.get(axis.name)
        dated = bound is not None and bound.type in ("date", "datetime")
        return f"{axis.name}:{axis.interval or 'month'}" if dated else axis.name

    def _column(self, axes: Sequence[str]) -> str:
        wanted = self.query.get("col") or next(iter(axes), "")
        taken = {spec.partition(":")[0] for spec in self.rows}
        if wanted == NONE or wanted.partition(":")[0] in taken or not groupable(self.env, self.model, wanted):
            return ""
        return wanted

    def _aggregates(self) -> dict[str, str]:
        """What may be added up, and how: the fields of the view first."""
        found = {a.name: a.operator for a in self.view.axes if a.role == "measure" and a.name in self.info.fields}
        for name, field in self.info.fields.items():
            if (
                field.type in NUMBERS
                and field.stored
                and field.aggregate
                and name not in ("id", "row_version", "color")
            ):
                found.setdefault(name, field.aggregate)
        return {name: how for name, how in found.items() if self._countable(self.info.fields[name])}

    def _countable(self, field: Any) -> bool:
        return field.type in NUMBERS and bool(field.stored) and self.env.field_open(field)

    def _measures(self) -> tuple[str, ...]:
        known = (*self.aggregates, COUNT)
        wanted = [name for name in self.query.all("measure") if name in known]
        own = [a.name for a in self.view.axes if a.role == "measure" and a.name in self.aggregates]
        chosen = list(dict.fromkeys(wanted or own)) or [COUNT]
        return tuple(chosen[:1] if self.graph else chosen)

    def page(self) -> AnalysisPage:
        """The whole page. Call it inside `page.reading`."""
        for depth in range(len(self.rows) + 1):
            self._read(depth, False)
            if self.column:
                self._read(depth, True)
        heads = self.heads[:MOST_COLUMNS]
        shown = [*heads, ""]
        lines = list(self._lines((), shown))
        return AnalysisPage(
            heading=heading(self.found, self.view.type, False),
            search=bar(self.found),
            rows_label=" › ".join(group_label(self.env, self.model, spec) for spec in self.rows),
            columns_label=group_label(self.env, self.model, self.column) if self.column else "",
            columns=(*(self.labels[self.column, key] for key in heads), say("Total")),
            measures=tuple(self._label(name) for name in self.measures),
            lines=tuple(lines[:MOST_ROWS]),
            totals=self._figures((), shown),
            chart=self._chart(),
            stacked=bool(self.graph and self.graph.stacked),
            horizontal=bool(self.graph and self.graph.horizontal),
            charts=self._chart_links(),
            choices=self._choices(),
            column_choices=self._column_choices(),
            help="" if self.query.narrowed else self.found.window.help,
            more=max(0, len(lines) - MOST_ROWS) + len(self.heads) - len(heads),
        )

    def _read(self, depth: int, across: bool) -> None:
        """Take in the groups of so many levels of rows, each as a whole or for every column."""
        rows = self.rows[:depth]
        specs = [*rows, *([self.column] if across else [])]
        sums = [f"{name}:{self.aggregates[name]}" for name in self.measures if name != COUNT]
        for group in self.table.read_group(self.found.domain.as_list(), sums, specs, lazy=False):
            keys = tuple(group_key(group, spec) for spec in specs)
            for spec, key in zip(specs, keys, strict=True):
                if (spec, key) not in self.labels:
                    self.labels[spec, key] = group_title(self.shower, self.model, group, spec)
                    self.ways[spec, key] = self._way(group, spec)
            self.groups[keys[:depth], keys[-1] if across else ""] = group
            if across and not depth:
                self.heads.append(keys[-1])
            elif depth and not across:
                self.below.setdefault(keys[:-1], []).append(keys)

    def _lines(self, above: Path, heads: Sequence[str]) -> Iterator[Line]:
        for path in self.below.get(above, ()):
            yield Line(
                self.labels[self.rows[len(path) - 1], path[-1]],
                self._figures(path, heads),
                len(path) - 1,
                len(path) == len(self.rows),
            )
            yield from self._lines(path, heads)

    def _figures(self, path: Path, heads: Sequence[str]) -> tuple[Figure, ...]:
        """The figures of a row: for every column one a measure."""
        return tuple(self._figure(path, head, name) for head in heads for name in self.measures)

    def _figure(self, path: Path, head: str, name: str) -> Figure:
        group = self.groups.get((path, head))
        if group is None or not group[COUNT]:
            return Figure(total=not head)
        value = group[COUNT] if name == COUNT else group.get(name) or 0
        if name == COUNT:
            text = format_number(value, 0, self.shower.lang)
        else:
            text = self.shower.number(self.info.fields[name], value, None)
        return Figure(text, str(value), self._url(path, head), not head)

    def _url(self, path: Path, head: str) -> str:
        """The list of the records behind a figure."""
        if not any(kind == "list" for kind, _ in self.found.window.views):
            return ""
        query = self.query.without("group", "col", "measure", "chart", "page", "open")
        named = [*zip(self.rows, path, strict=False), *([(self.column, head)] if head else [])]
        for place in named:
            way = self.ways[place]
            if not way:
                return ""
            for name, value in way:
                query = (query.without(name) if name.startswith(TEXT_PREFIX) else query).plus(name, value)
        return (query if query.searched else query.plus("filter", "")).with_(view="list").url

    def _way(self, group: Mapping[str, Any], spec: str) -> tuple[tuple[str, str], ...]:
        """The parameters of a search that finds the records of one group; none where no search can say it."""
        path, _, unit = spec.partition(":")
        value = group[spec]
        bound = field_at(self.env, self.model, path)
        if "." in path:
            return ()
        if isinstance(value, (list, tuple)):
            return ((f"{TEXT_PREFIX}{path}", f"@{value[0]}"),)
        if bound.type == "boolean":
            return (("cond", f"{path}|=|{'1' if value else '0'}"),)
        if value in (False, None, ""):
            return (("cond", f"{path}|unset|"),)
        if not unit:
            return (("cond", f"{path}|=|{value}"),)
        edges = [part for part in group["__domain"] if isinstance(part, (list, tuple)) and part[0] == path]
        return tuple(("cond", f"{path}|{part[1]}|{self._day(part[2], bound)}") for part in edges[-2:])

    def _day(self, text: str, bound: Any) -> str:
        moment = dt.datetime.fromisoformat(text)
        day = to_local(moment, self.shower.tz).date() if bound.type == "datetime" else moment.date()
        return format_date(day, self.shower.lang)

    def _label(self, name: str) -> str:
        if name == COUNT:
            return say(_COUNT_LABEL)
        own = next((axis.label for axis in self.view.axes if axis.name == name and axis.role == "measure"), "")
        return own or self.shower.label(self.info.fields[name])

    # What a reader may choose.

    def _chart(self) -> str:
        if self.graph is None:
            return ""
        wanted = self.query.get("chart")
        return wanted if wanted in _CHARTS else self.graph.chart

    def _chart_links(self) -> tuple[Link, ...]:
        if self.graph is None:
            return ()
        now = self._chart()
        return tuple(
            Link(say(label), self.query.with_(chart=kind).url, icon, kind == now or (kind, now) == ("line", "area"))
            for kind, (label, icon) in _CHARTS.items()
        )

    def _choices(self) -> tuple[Link, ...]:
        """Every measure; a chart has one, a table any number."""
        found: list[Link] = []
        for name in (*self.aggregates, COUNT):
            now = name in self.measures
            if self.graph:
                kept = [name]
            else:
                kept = [one for one in self.measures if one != name] if now else [*self.measures, name]
            found.append(Link(self._label(name), self.query.with_(measure=kept or [name]).url, current=now))
        return tuple(found)

    def _column_choices(self) -> tuple[Link, ...]:
        """What may stand above the columns: nothing, or one of the groupings of the search."""
        specs = [spec for item in self.found.view.filters for spec in item.group_by[:1]]
        specs += [
            spec for spec in [self.column, *(self._spec(a) for a in self.view.axes if a.role != "measure")] if spec
        ]
        taken = {spec.partition(":")[0] for spec in self.rows}
        found = [Link(say("None"), self.query.with_(col=NONE).url, current=not self.column)]
        for spec in dict.fromkeys(specs):
            if spec.partition(":")[0] not in taken and groupable(self.env, self.model, spec):
                label = group_label(self.env, self.model, spec)
                found.append(Link(label, self.query.with_(col=spec).url, current=spec == self.column))
        return tuple(found)


def analysis_page(found: Search, resolved: Resolved) -> AnalysisPage:
    """The whole page. Call it inside `page.reading`."""
    return Analysis(found, resolved).page()
