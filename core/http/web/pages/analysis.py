"""A cross table of figures, and the chart that is drawn from it."""

from __future__ import annotations

from dataclasses import dataclass

from core.http.web.pages.listing import Heading
from core.http.web.pages.search import SearchBar
from core.http.web.pages.shell import Link


@dataclass(frozen=True, slots=True)
class Figure:
    """A value of the table: as it reads, as a chart takes it, and where its records are."""

    text: str = ""
    value: str = ""
    url: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table; `level` says how many groups it stands below."""

    label: str
    figures: tuple[Figure, ...]
    level: int = 0
    deepest: bool = True
    url: str = ""


@dataclass(frozen=True, slots=True)
class AnalysisPage:
    """Figures by rows and columns, as a table or as a chart.

    Attributes:
        columns: what stands above the figures, each over one figure a measure; the last is the total of the row.
        measures: what is added up, in the order of the figures.
        chart: bar, line, area or pie; empty for the table alone.
        more: rows and columns that are left out.
    """

    heading: Heading
    search: SearchBar
    rows_label: str
    columns: tuple[str, ...]
    measures: tuple[str, ...]
    lines: tuple[Line, ...]
    totals: tuple[Figure, ...]
    columns_label: str = ""
    chart: str = ""
    stacked: bool = False
    horizontal: bool = False
    charts: tuple[Link, ...] = ()
    choices: tuple[Link, ...] = ()
    column_choices: tuple[Link, ...] = ()
    help: str = ""
    more: int = 0
    pager: None = None
