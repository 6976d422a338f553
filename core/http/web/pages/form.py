"""One record: the tree of groups, pages and fields of its form, its buttons, its status and its past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.http.web.pages.field import Choice, FieldView
from core.http.web.pages.listing import Pager
from core.http.web.pages.shell import Link


@dataclass(frozen=True, slots=True)
class Cell:
    """A field in its place, with its label."""

    field: FieldView
    span: int = 1
    kind: str = "cell"


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the view itself: a label, a heading, a paragraph; `field_id` ties a label to an input."""

    text: str
    tag: str = "p"
    field_id: str = ""
    classes: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Button:
    """A button of the form; `url` is where it posts to, or where it leads when `link` is set."""

    label: str
    url: str
    name: str = ""
    primary: bool = False
    link: bool = False
    icon: str = ""
    confirm: str = ""
    help: str = ""
    hotkey: str = ""
    count: str = ""
    disabled_reason: str = ""
    kind: str = "button"


@dataclass(frozen=True, slots=True)
class Box:
    """Free markup of the view: a div or a heading around other pieces."""

    items: tuple[Piece, ...]
    tag: str = "div"
    classes: str = ""
    kind: str = "box"


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under each other in `columns` pairs of label and value, or other groups side by side."""

    items: tuple[Piece, ...]
    label: str = ""
    columns: int = 1
    nests: bool = False
    span: int = 1
    classes: str = ""
    kind: str = "group"


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of a notebook; `errors` counts refused fields on it."""

    label: str
    items: tuple[Piece, ...]
    active: bool = False
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Notebook:
    """Pages one of which is seen; `name` groups their radio inputs."""

    name: str
    tabs: tuple[Tab, ...]
    kind: str = "notebook"


@dataclass(frozen=True, slots=True)
class Separator:
    """A line with or without words."""

    label: str = ""
    kind: str = "separator"


Piece = Cell | Text | Button | Box | Group | Notebook | Separator


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else changed meanwhile, with both values as the reader writes them."""

    name: str
    label: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the record's past: who did what, when, and how long it had stood before."""

    when: str
    who: str
    text: str
    before: str = ""
    after: str = ""
    lasted: str = ""
    body: str = ""
    when_iso: str = ""
    icon: str = "pencil"


@dataclass(frozen=True, slots=True)
class Status:
    """The steps of the status bar; `url` takes a click on a step, `why` explains what holds the record where it is."""

    name: str
    label: str
    steps: tuple[Choice, ...]
    url: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class FormPage:
    """The whole form of a record, to read or to edit."""

    model: str
    title: str
    pieces: tuple[Piece, ...]
    editing: bool = False
    id: str = ""
    url: str = ""
    save_url: str = ""
    onchange_url: str = ""
    cancel_url: str = ""
    edit_url: str = ""
    create_url: str = ""
    row_version: str = ""
    original: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    header: tuple[Button, ...] = ()
    footer: tuple[Piece, ...] = ()
    shortcuts: tuple[Button, ...] = ()
    status: Status | None = None
    pager: Pager | None = None
    menu: tuple[Link, ...] = ()
    prints: tuple[Link, ...] = ()
    copy_url: str = ""
    delete_url: str = ""
    archive_url: str = ""
    archived: bool = False
    error: str = ""
    errors: tuple[str, ...] = ()
    warning: str = ""
    conflicts: tuple[Conflict, ...] = ()
    history: tuple[Change, ...] = ()
    history_title: str = ""
    mode: Literal["page", "dialog"] = "page"
    hidden: tuple[FieldView, ...] = ()
    reacts: str = "*"
    multipart: bool = False
    dirty: bool = False

    @property
    def enter_url(self) -> str:
        """Where the form goes without a click on a button: to the first button of a wizard, else it is saved."""
        return next((item.url for item in self.footer if isinstance(item, Button)), self.save_url)
