"""One field as a form, a list cell or a card shows it: its text for the reader, and what its input needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Literal

Mode = Literal["read", "edit", "hidden"]


_above: ContextVar[bool] = ContextVar("above", default=False)


@contextmanager
def above() -> Iterator[None]:
    """Draw a form that stands above another one: its ids must not be those of the form below."""
    token = _above.set(True)
    try:
        yield
    finally:
        _above.reset(token)


def own_id(name: str) -> str:
    """An id of the form that is being drawn."""
    return f"d-{name}" if _above.get() else name


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a selection, a step of a status bar or a record that may be picked."""

    value: str
    label: str
    selected: bool = False
    hue: int = 0
    url: str = ""
    hint: str = ""
    fold: bool = False


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field with its value.

    `name` is the name of the input (`partner_id`, `line_ids.2.price`), `widget` picks the macro that draws it, `text`
    is the value in the reader's format, `raw` what a hidden or a native input carries. `posted` keeps a value that is
    only read in the form; a click on an `editable` one starts editing. The rest serves only some widgets.
    """

    name: str
    label: str
    widget: str = "char"
    mode: Mode = "read"
    text: str = ""
    raw: str = ""
    required: bool = False
    help: str = ""
    placeholder: str = ""
    error: str = ""
    tone: str = ""
    url: str = ""
    source: str = ""
    needs: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    size: int = 0
    rows: int = 0
    nolabel: bool = False
    classes: str = ""
    autofocus: bool = False
    lines: Lines | None = None
    unit: str = ""
    format: str = ""
    image: str = ""
    hue: int = -1
    icon_only: bool = False
    editable: bool = False
    posted: bool = False

    @property
    def id(self) -> str:
        """The id of the input: stable, so that a morphing swap finds it again."""
        return own_id(f"i-{self.name}")

    @property
    def empty(self) -> bool:
        """Whether there is nothing to read."""
        return not (self.text or self.choices or self.lines or self.url)

    def using(self, **changes: Any) -> FieldView:  # the names are checked by `replace`
        """The same field with something changed; itself where that changes nothing."""
        real = {name: value for name, value in changes.items() if getattr(self, name) != value}
        return replace(self, **real) if real else self


@dataclass(frozen=True, slots=True)
class LineColumn:
    """A column of a table of lines inside a form."""

    name: str
    label: str
    align: Literal["left", "right", "center"] = "left"
    required: bool = False
    total: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of lines: `key` is its place in the names of its inputs, `id` the record's id or empty for a new one.

    An `opened` row shows its whole form, `pieces`, below itself or in a dialog.
    """

    key: str
    id: str = ""
    cells: tuple[FieldView, ...] = ()
    hidden: tuple[FieldView, ...] = ()
    removed: bool = False
    opened: bool = False
    title: str = ""
    url: str = ""
    tone: str = ""
    error: str = ""
    pieces: tuple[Any, ...] = ()  # pieces of pages.form, which imports this module


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a one2many, or the rows of a many2many shown as a table."""

    columns: tuple[LineColumn, ...]
    rows: tuple[Line, ...] = ()
    can_add: bool = False
    can_remove: bool = False
    inline: bool = False
    add_label: str = ""
    more: int = 0
