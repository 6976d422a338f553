"""CSV data files: the file is named after its model, the header names fields, each row is a record."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from core.data.values import NO_VALUE, TO_MANY, from_text
from core.errors import DataFileError, GrialError, UnknownName, UserError
from core.kernel.finding import suggestion
from core.kernel.text import fold

if TYPE_CHECKING:
    from core.data.session import Session
    from core.orm.registry import ModelInfo

By = Literal["value", "xmlid", "id"]

YES = frozenset({"1", "true", "yes", "t", "y", "x", "si", "verdadero"})
NO = frozenset({"0", "false", "no", "f", "n", "falso"})
KEEPS_DEFAULT = frozenset({"boolean", "integer", "float", "decimal", "monetary", "selection"})
"""An empty cell of one of these types says nothing; of the others it says "empty"."""

_HEADER = re.compile(r"^(?P<name>[A-Za-z_]\w*)(?:(?P<xmlid>:id|/id)|(?P<id>\.id|/\.id))?$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field, how its cells name a link, and for a field of lines the column of the line."""

    name: str
    by: By = "value"
    line: Column | None = None


ID = Column("id")
"""The column of external ids."""


@dataclass(slots=True)
class Row:
    """One record of the file with the rows of its lines."""

    number: int
    cells: dict[Column, str]
    lines: dict[str, list[dict[Column, str]]] = field(default_factory=dict)


def load_rows(session: Session, name: str, content: bytes) -> None:
    """Load every row. Raises DataFileError for a file that cannot be read at all."""
    model = model_of(name)
    info = session.env.registry.models.get(model)
    if info is None:
        known = session.env.registry.models
        raise session.placed(UnknownName("There is no model {name}.", name=model, known=known), 1)
    session.legacy = False
    columns, rows = read_rows(content, session.file_name)
    _check_columns(session, info, columns)
    if session.mode == "update" and not any(column.name == "id" for column in columns):
        session.reject(1, UserError("The header needs the column id, so that an upgrade recognises the rows."))
        return
    records = list(_grouped(columns, rows))
    links = _Links(session, info, records)
    for row in records:
        try:
            _load_row(session, info, row, links)
        except GrialError as error:
            xmlid = next((text for column, text in row.cells.items() if column.name == "id"), "")
            session.reject(row.number, error, xmlid, model)
    session.flush()


def model_of(name: str) -> str:
    """The model a file is for: its name up to the first dash, without `.csv`."""
    return name.rsplit("/", 1)[-1].removesuffix(".csv").split("-", 1)[0]


def read_rows(content: bytes, file: str) -> tuple[list[Column], list[tuple[int, list[str]]]]:
    """The columns, and each row that is not blank with its line. Raises DataFileError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataFileError("The file is not UTF-8.", file=file, line=line) from None
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        start = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataFileError(
            "The row cannot be read: {reason}.", file=file, line=reader.line_num, reason=error
        ) from None
    if not rows:
        raise DataFileError("The file has no header.", file=file, line=1)
    number, header = rows[0]
    columns = [_column(cell.strip(), file, number) for cell in header]
    lines = {column.name for column in columns if column.line is not None}
    # Beside other columns of the line, `lines/id` is the line's own external id, not a link to it.
    columns = [Column(c.name, line=ID) if c.name in lines and c.by == "xmlid" else c for c in columns]
    for line, cells in rows[1:]:
        if len(cells) != len(columns):
            raise DataFileError(
                "The row has {found} cells, the header {wanted}.", file=file, line=line, found=len(cells),
                wanted=len(columns),
            )  # fmt: skip
    return columns, rows[1:]


def _column(text: str, file: str, line: int) -> Column:
    if text == ".id":
        return Column("id", "id")
    head, slash, rest = text.partition("/")
    if slash and rest not in ("id", ".id"):
        return Column(head, line=_column(rest, file, line))
    match = _HEADER.match(text)
    if match is None:
        raise DataFileError("{name} is no column.", file=file, line=line, name=repr(text))
    return Column(match["name"], "xmlid" if match["xmlid"] else "id" if match["id"] else "value")


def _check_columns(session: Session, info: ModelInfo, columns: list[Column]) -> None:
    for column in columns:
        bound = info.fields.get(column.name)
        if bound is None:
            hint = suggestion(column.name, info.fields)
            error = UserError("{model} has no field {name}.{hint}", model=info.name, name=repr(column.name), hint=hint)
            raise session.placed(error, 1)
        if column.line is not None:
            comodel = str(getattr(bound, "comodel", ""))
            if not comodel:
                raise session.placed(UserError("{name} is no field of lines.", name=column.name), 1)
            _check_columns(session, session.env.registry[comodel], [column.line])


def _grouped(columns: list[Column], rows: list[tuple[int, list[str]]]) -> Iterator[Row]:
    """The records; a row whose own cells are all empty adds a line to the record before it."""
    current: Row | None = None
    for number, cells in rows:
        own = {column: cell for column, cell in zip(columns, cells, strict=True) if column.line is None}
        if current is None or any(cell.strip() for cell in own.values()):
            if current is not None:
                yield current
            current = Row(number, own)
        for name in {column.name for column in columns if column.line is not None}:
            line = {
                column.line: cell
                for column, cell in zip(columns, cells, strict=True)
                if column.line is not None and column.name == name
            }
            if any(cell.strip() for cell in line.values()):
                current.lines.setdefault(name, []).append(line)
    if current is not None:
        yield current


class _Links:
    """Finds the targets of links: external ids in one statement for the file, names in one for each model."""

    def __init__(self, session: Session, info: ModelInfo, rows: list[Row]) -> None:
        self.session = session
        self._wanted: dict[str, set[str]] = {}
        self._found: dict[str, dict[str, list[int]]] = {}
        own: set[str] = set()
        xmlids: set[str] = set()
        for model, cells in _all_cells(session, info, rows):
            for column, cell in cells.items():
                parts = {part.strip() for part in cell.split(",") if part.strip()}
                comodel = str(getattr(model.fields[column.name], "comodel", "") or "")
                if column == ID:
                    own |= parts
                elif column.by == "xmlid":
                    xmlids |= parts
                elif column.by == "value" and comodel:
                    self._wanted.setdefault(comodel, set()).update(parts | {cell.strip()})
        session.ids.preload(sorted(own | xmlids))
        if session.mode == "update":
            session.ids.forget_missing(own)

    def by_name(self, model: str, name: str) -> int:
        """The one record called `name`. Raises UserError when there is none, or several."""
        if model not in self._found:
            self._found[model] = self._look_up(model)
        ids = self._found[model].get(name)
        if ids is None:
            ids = [record for record, _ in self.session.env[model].name_search(name, operator="=", limit=2)]
            self._found[model][name] = ids
        if len(ids) != 1:
            raise UserError(
                "Several {model} are called {name}." if ids else "There is no {model} called {name}.",
                model=model, name=repr(name),
            )  # fmt: skip
        return ids[0]

    def _look_up(self, model: str) -> dict[str, list[int]]:
        self.session.flush()
        name = self.session.env.registry[model].rec_name
        found: dict[str, list[int]] = {}
        for record in self.session.env[model].search([(name, "in", sorted(self._wanted.get(model, ())))]):
            found.setdefault(str(record.mapped(name)[0]), []).append(record.id)
        return found


def _all_cells(session: Session, info: ModelInfo, rows: list[Row]) -> Iterator[tuple[ModelInfo, Mapping[Column, str]]]:
    """The cells of every record and every line, with the model they are of."""
    for row in rows:
        yield info, row.cells
        for name, lines in row.lines.items():
            target = session.env.registry[str(getattr(info.fields[name], "comodel", ""))]
            for line in lines:
                yield target, line


def _load_row(session: Session, info: ModelInfo, row: Row, links: _Links) -> None:
    if any(column.name == "id" and column != ID for column in row.cells):
        raise UserError("A data file knows records by external ids, not by the column .id.")
    xmlid = row.cells.get(ID, "").strip()
    values = _line_values(session, info, row.cells, links)
    named: list[tuple[str, str, str, dict[str, Any]]] = []
    for name, lines in row.lines.items():
        bound: Any = info.fields[name]
        target = session.env.registry[bound.comodel]
        for line in lines:
            line_values = _line_values(session, target, line, links)
            line_id = line.get(ID, "").strip()
            if line_id and bound.type == "one2many":
                named.append((bound.comodel, line_id, bound.inverse_name, line_values))
            elif session.mode == "init":
                values.setdefault(name, []).append((0, 0, line_values))

    def load_lines(record: int) -> None:
        for model, line_id, inverse, line_values in named:
            session.put(row.number, model, line_id, {**line_values, inverse: record})

    session.put(row.number, info.name, xmlid, values, created=load_lines if named else None)


def _line_values(session: Session, info: ModelInfo, line: Mapping[Column, str], links: _Links) -> dict[str, Any]:
    found = {
        column.name: _value(session, info, column, cell, links) for column, cell in line.items() if column.name != "id"
    }
    return {name: value for name, value in found.items() if value is not NO_VALUE}


def _value(session: Session, info: ModelInfo, column: Column, cell: str, links: _Links) -> Any:
    bound: Any = info.fields[column.name]
    text = cell.strip()
    if not text:
        return NO_VALUE if bound.type in KEEPS_DEFAULT else [(6, 0, [])] if bound.type in TO_MANY else False
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if column.by == "xmlid":
        if bound.type in TO_MANY:
            return [(6, 0, [session.id_of(part) for part in parts])]
        known = session.known(text)
        return f"{known.model},{known.id}" if bound.type == "reference" else known.id
    if column.by == "id":
        return [(6, 0, [int(part) for part in parts])] if bound.type in TO_MANY else int(text)
    if bound.type in TO_MANY:
        return [(6, 0, [links.by_name(bound.comodel, part) for part in parts])]
    if bound.type == "many2one":
        return links.by_name(bound.comodel, text)
    if bound.type == "boolean":
        return _truth(text)
    if bound.type == "selection":
        return _choice(session, bound, text)
    return from_text(cell, bound)


def _truth(text: str) -> bool:
    word = fold(text)
    if word in YES or word in NO:
        return word in YES
    raise UserError("{text} is neither yes nor no.", text=repr(text))


def _choice(session: Session, bound: Any, text: str) -> str:
    options = {str(key): str(label) for key, label in bound.selection(session.env).items()}
    if text in options:
        return text
    for key, label in options.items():
        if fold(label) == fold(text):
            return key
    raise UserError("{text} is none of {known}.", text=repr(text), known=", ".join(options))
