"""A list of records: columns, rows or groups of rows, paging, totals and what may be done with the ticked ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from core.http.web.pages.field import FieldView
from core.http.web.pages.search import SearchBar
from core.http.web.pages.shell import Link

_FIRST, _NONE = Markup(" data-first"), Markup("")


@dataclass(frozen=True, slots=True)
class Column:
    """A column with the link that sorts by it; `sorted` says which way it sorts now, `first` that it names the rows."""

    name: str
    label: str
    align: Literal["left", "right", "center"] = "left"
    sort_url: str = ""
    sorted: Literal["", "asc", "desc"] = ""
    total: str = ""
    rank: int = 1
    help: str = ""
    first: bool = False

    @property
    def look(self) -> str:
        """The classes of its cells."""
        return f"{self.align} rank-{self.rank}"

    @property
    def marks(self) -> Markup:
        """The attributes of its cells: the one that names the row, or the label that narrow screens show."""
        if self.first or self.align != "right":
            return _FIRST if self.first else _NONE
        return Markup(' data-label="{}"').format(self.label)


@dataclass(frozen=True, slots=True)
class RowButton:
    """A button inside a row."""

    name: str
    label: str
    url: str
    icon: str = ""
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record; `tone` and `strong` come from the view's decorations."""

    id: int
    url: str
    title: str
    cells: tuple[FieldView, ...]
    tone: str = ""
    strong: bool = False
    buttons: tuple[RowButton, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The records that share a value; closed groups know only their count and totals."""

    key: str
    label: str
    count: int
    toggle_url: str
    is_open: bool = False
    level: int = 0
    totals: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    rows: tuple[Row, ...] = ()
    more_url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Pager:
    """Where the reader is among the records, with links to the neighbours."""

    first: int
    last: int
    total: int
    previous_url: str = ""
    next_url: str = ""
    total_known: bool = True


@dataclass(frozen=True, slots=True)
class Bulk:
    """What the bar over ticked rows offers."""

    url: str
    query: str = ""
    can_edit: bool = False
    can_delete: bool = False
    can_export: bool = True
    can_archive: bool = False
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a page of many records: title, new, views."""

    title: str
    create_url: str = ""
    create_label: str = ""
    import_url: str = ""
    export_url: str = ""
    views: tuple[Link, ...] = ()
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class ListPage:
    """The whole list."""

    heading: Heading
    search: SearchBar
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    groups: tuple[Group, ...] = ()
    pager: Pager | None = None
    bulk: Bulk | None = None
    help: str = ""
    has_buttons: bool = False
    hidden: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """Setting fields of many records at once; only ticked fields are set."""

    url: str
    title: str
    fields: tuple[FieldView, ...]
    kept: tuple[tuple[str, str], ...] = ()
    cancel_url: str = ""
    error: str = ""
