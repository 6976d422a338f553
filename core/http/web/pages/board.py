"""The pipeline board: columns of cards that can be dragged from one stage to the next."""

from __future__ import annotations

from dataclasses import dataclass

from core.http.web.pages.field import FieldView
from core.http.web.pages.listing import Heading, Pager
from core.http.web.pages.search import SearchBar


@dataclass(frozen=True, slots=True)
class Card:
    """One record: the title, the lines below it, and what stands in the corners."""

    id: int
    url: str
    title: str
    lines: tuple[FieldView, ...] = ()
    tags: FieldView | None = None
    footer: tuple[FieldView, ...] = ()
    corner: tuple[FieldView, ...] = ()
    hue: int = 0
    tone: str = ""


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """One stage with its cards; `value` is what a card dropped here gets."""

    value: str
    label: str
    count: int
    cards: tuple[Card, ...] = ()
    total: str = ""
    folded: bool = False
    more_url: str = ""
    create_url: str = ""
    toggle_url: str = ""
    shares: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The whole board."""

    heading: Heading
    search: SearchBar
    columns: tuple[BoardColumn, ...]
    move_url: str = ""
    group_field: str = ""
    group_label: str = ""
    draggable: bool = True
    help: str = ""
    pager: Pager | None = None
