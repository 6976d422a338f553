"""Moving records in and out: the steps of the import wizard and the export page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.http.web.pages.field import Choice, FieldView

Step = Literal["upload", "mapping", "check", "run", "outcome"]


@dataclass(frozen=True, slots=True)
class FieldOption:
    """A field that a column may feed, in the reader's words."""

    path: str
    label: str
    required: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of the file: its heading, a few of its values and the fields it feeds."""

    index: int
    heading: str
    samples: tuple[str, ...]
    targets: tuple[str, ...] = ()
    guessed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class UnknownText:
    """A text that is not known, or that the person said the meaning of; `field` is the input for that."""

    text: str
    rows: str
    name: str
    field: FieldView | None = None


@dataclass(frozen=True, slots=True)
class UnknownColumn:
    """What a column says and Grial does not know, what can be done about it, and the most frequent texts."""

    name: str
    column: str
    sentence: str
    choices: tuple[Choice, ...] = ()
    texts: tuple[UnknownText, ...] = ()
    more: int = 0
    opened: bool = False


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that cannot come in."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the dry run or the outcome."""

    label: str
    value: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The import wizard at one of its steps."""

    step: Step
    model: str
    title: str
    url: str
    back_url: str = ""
    filename: str = ""
    encodings: tuple[tuple[str, str], ...] = ()
    encoding: str = ""
    separators: tuple[tuple[str, str], ...] = ()
    separator: str = ""
    has_header: bool = True
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    columns: tuple[SheetColumn, ...] = ()
    options: tuple[FieldOption, ...] = ()
    keys: tuple[str, ...] = ()
    on_error: str = "stop"
    empty: str = "keep"
    row_count: int = 0
    figures: tuple[Figure, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    problem_count: int = 0
    unknown: tuple[UnknownColumn, ...] = ()
    notes: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    remaining: str = ""
    running: bool = False
    cancel_url: str = ""
    records_url: str = ""
    problems_url: str = ""
    undo_url: str = ""
    undo_question: str = ""
    undone: bool = False
    error: str = ""
    recent: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ExportField:
    """A field that can be exported; a link to other records can be opened for theirs."""

    path: str
    label: str
    selected: bool = False
    level: int = 0
    expand_url: str = ""


@dataclass(frozen=True, slots=True)
class ExportPage:
    """The export page."""

    model: str
    title: str
    url: str
    scope: str
    fields: tuple[ExportField, ...]
    chosen: tuple[ExportField, ...]
    hidden: tuple[tuple[str, str], ...] = ()
    count: int = 0
    back_url: str = ""
