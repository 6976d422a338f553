"""The old `load`: rows of texts become records, all of them or none, with what is wrong told row by row.

Columns are field names; `id` is an external id, `.id` a database id, `link/id` and `link/.id` name a link's record that
way, `link` names it by what people call it, and `lines/name` fills the lines of a record. A row whose own columns are
empty adds lines to the record above it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.data.sheets.cells import converter, split_tags
from core.data.sheets.mapping import DATABASE_ID, XMLID
from core.data.sheets.names import Names
from core.errors import GrialError, UnknownName, UserError, ValidationError
from core.orm import xmlids

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.registry import ModelInfo


@dataclass(frozen=True, slots=True)
class _Column:
    """A path of at most three steps, as in `lines/product_id/id`."""

    title: str
    steps: tuple[str, ...]


@dataclass
class _Record:
    first: int
    last: int
    cells: dict[_Column, str]
    lines: dict[str, list[dict[_Column, str]]] = field(default_factory=dict)


class _BadCell(Exception):
    """What is wrong with one cell."""

    def __init__(self, column: _Column, error: GrialError) -> None:
        super().__init__(column.title)
        self.column, self.error = column, error


class _Undo(Exception):
    """Takes back all rows."""


def load(model: Any, titles: Sequence[str], rows: Any) -> dict[str, Any]:
    """Create and update records: {ids: list or False, messages}.

    Args:
        model: the empty recordset; its user's rights decide.
        titles: the columns.
        rows: lists of texts, each as long as `titles`.

    Raises:
        UnknownName: a column names no field.
        ValidationError: the rows are no table.
    """
    columns = [_Column(title, _steps(title)) for title in titles]
    for column in columns:
        _check(model.env, model._info, column.steps, column.title)
    table = [_texts(row, len(columns)) for row in _listed(rows)]
    loader = _Loader(model.env)
    ids: list[int] = []
    messages: list[dict[str, Any]] = []
    try:
        with model.env.savepoint():
            for number, record in enumerate(_grouped(model._info, columns, table)):
                try:
                    with model.env.savepoint():
                        ids.append(loader.save(model, record))
                except _BadCell as bad:
                    messages.append(_message(model.env, bad.error, number, record, bad.column.title))
                except GrialError as error:
                    messages.append(_message(model.env, error, number, record, ""))
            if messages:
                raise _Undo
    except _Undo:
        return {"ids": False, "messages": messages}
    return {"ids": ids, "messages": []}


class _Loader:
    """Turns cells into values and records; looks each name up once."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._plain = env.with_context(lang="en_US")
        self._names: dict[str, Names] = {}

    def save(self, model: Any, record: _Record) -> int:
        """Create the record, or update the one that its ids name; gives its id."""
        xmlid = next((text for column, text in record.cells.items() if column.steps == (XMLID,)), "")
        target = self._target(model, record, xmlid)
        values = self._values(model._info, record.cells, keep_empty=bool(target))
        for name, lines in record.lines.items():
            comodel = self._env.registry[model._info.field(name).comodel]
            made = [(0, 0, self._values(comodel, line, keep_empty=False)) for line in lines]
            values[name] = [(5,), *made] if target else made
        if target:
            target.write(values)
            return int(target.id)
        named = _named(self._env, xmlid) if xmlid else ""
        created = model.create(values)
        if named:
            xmlids.assign(self._env, named, model._name, created.id)
        return int(created.id)

    def _target(self, model: Any, record: _Record, xmlid: str) -> Any:
        for column, text in record.cells.items():
            if column.steps == (DATABASE_ID,) and text:
                found = model.browse(_number(column, text)).exists()
                if not found:
                    raise _BadCell(column, UserError("There is no record {id}.", id=text))
                return found
        if xmlid:
            known = xmlids.resolve_visible(self._env, _qualified(xmlid))
            if known is not None:
                if known[0] != model._name:
                    raise UserError("{xmlid} is a record of {model}.", xmlid=xmlid, model=known[0])
                return model.browse(known[1])
        return None

    def _values(self, info: ModelInfo, cells: dict[_Column, str], keep_empty: bool) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column, text in cells.items():
            if column.steps in ((XMLID,), (DATABASE_ID,)) or not (text or keep_empty):
                continue
            name = column.steps[-2] if column.steps[-1] in (XMLID, DATABASE_ID) else column.steps[-1]
            try:
                values[name] = self._value(info, name, column, text)
            except GrialError as error:
                raise _BadCell(column, error) from None
        return values

    def _value(self, info: ModelInfo, name: str, column: _Column, text: str) -> Any:
        bound: Any = info.field(name)
        if column.steps[-1] in (XMLID, DATABASE_ID):
            by_xmlid = column.steps[-1] == XMLID
            parts = split_tags(text)
            ids = [self._by_xmlid(bound.comodel, p) if by_xmlid else _number(column, p) for p in parts]
            if bound.to_many:
                return [(6, 0, ids)]
            return ids[0] if ids else None
        names = None
        if bound.type in ("many2one", "many2many"):
            names = self._names.setdefault(bound.comodel, Names(self._env, bound.comodel))
            names.prepare(split_tags(text) if bound.to_many else [text])
        return converter(self._plain, bound, names)(text)

    def _by_xmlid(self, model: str, xmlid: str) -> int:
        found = xmlids.resolve_visible(self._env, _qualified(xmlid))
        if found is None or found[0] != model:
            raise UserError("There is no {model} with the external id {xmlid}.", model=model, xmlid=xmlid)
        return found[1]


def _steps(title: str) -> tuple[str, ...]:
    path = title.strip().replace(":id", "/id")
    if path.endswith(".id") and path != DATABASE_ID and not path.endswith("/.id"):
        path = path.removesuffix(".id") + "/.id"
    return tuple(path.split("/"))


def _check(env: Env, info: ModelInfo, steps: tuple[str, ...], title: str) -> None:
    """Raise unless the steps lead over lines to a field of the models."""
    if steps[0] in (XMLID, DATABASE_ID):
        if len(steps) > 1:
            raise UnknownName("The column {name} names no field.", name=title)
        return
    bound: Any = info.field(steps[0])
    if len(steps) == 1:
        return
    if not bound.relational or (bound.type != "one2many" and steps[1:] not in ((XMLID,), (DATABASE_ID,))):
        raise UnknownName("The column {name} names no field.", name=title)
    if bound.type == "one2many":
        _check(env, env.registry[bound.comodel], steps[1:], title)


def _grouped(info: ModelInfo, columns: Sequence[_Column], table: list[list[str]]) -> list[_Record]:
    """The rows as records with their lines."""
    lined = {c: c.steps[0] for c in columns if c.steps[0] in info.fields and info.fields[c.steps[0]].type == "one2many"}
    records: list[_Record] = []
    for number, row in enumerate(table):
        cells = dict(zip(columns, row, strict=True))
        own = {column: text for column, text in cells.items() if column not in lined}
        if not records or not lined or any(own.values()):
            records.append(_Record(number, number, own))
        record = records[-1]
        record.last = number
        lines: dict[str, dict[_Column, str]] = {}
        for column, name in lined.items():
            if cells[column]:
                lines.setdefault(name, {})[_Column(column.title, column.steps[1:])] = cells[column]
        for name, line in lines.items():
            record.lines.setdefault(name, []).append(line)
    return records


def _listed(rows: Any) -> list[Any]:
    if not isinstance(rows, (list, tuple)):
        raise ValidationError("The rows to load are a list of lists.")
    return list(rows)


def _texts(row: Any, width: int) -> list[str]:
    if not isinstance(row, (list, tuple)) or len(row) != width:
        raise ValidationError("Each row to load has a cell for each of the {count} columns.", count=width)
    return [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    if cell is None or cell is False:
        return ""
    if cell is True:
        return "1"
    if not isinstance(cell, (str, int, float)):
        raise ValidationError("A cell to load is a text or a number, not {value}.", value=repr(cell)[:80])
    return str(cell).strip()


def _number(column: _Column, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise _BadCell(column, ValidationError("{value} is not the id of a record.", value=repr(text)[:80]))
    return int(text)


def _qualified(xmlid: str) -> str:
    return xmlid if "." in xmlid else f"{xmlids.IMPORTED}.{xmlid}"


def _named(env: Env, xmlid: str) -> str:
    """The external id for a new record; the names of installed addons are theirs, and one that is taken stays."""
    named = _qualified(xmlid)
    module = named.partition(".")[0]
    if xmlids.resolve(env, named) is not None:
        raise UserError("{xmlid} is the id of another record: choose another name.", xmlid=xmlid)
    if module in env.registry.addons:
        raise UserError("{xmlid} would belong to the addon {addon}: choose another name.", xmlid=xmlid, addon=module)
    return named


def _message(env: Env, error: GrialError, number: int, record: _Record, column: str) -> dict[str, Any]:
    message: dict[str, Any] = {
        "type": "error",
        "message": error.translated(lambda text: env.translate_term(text, "")),
        "rows": {"from": record.first, "to": record.last},
        "record": number,
    }
    if column:
        message["field"] = column
    return message
