"""Records become a file: the values behind field paths, as CSV or XLSX, in a form that an import reads back."""

from __future__ import annotations

import csv
import datetime as dt
import io
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from core.data.external_ids import ExternalIds, Known
from core.data.sheets.cells import join_tags, unmistakable
from core.data.sheets.formulas import harmless
from core.data.sheets.ids import EXPORTED
from core.data.sheets.mapping import DATABASE_ID, XMLID
from core.errors import UserError
from core.orm.domain import Leaf
from core.orm.edge import readable_fields, value_of

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

Cell = str | int | float | bool | Decimal | dt.date | dt.datetime | None
Progress = Callable[[int, int], None]

BATCH = 1000


@dataclass(frozen=True)
class Table:
    """What a file holds: titles, and rows as long as the titles."""

    titles: tuple[str, ...]
    rows: list[list[Cell]]

    def csv(self) -> bytes:
        """The table as CSV that a spreadsheet opens without questions; no cell is taken for a formula."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(self.titles)
        writer.writerows([_plain(cell) for cell in row] for row in self.rows)
        return out.getvalue().encode("utf-8-sig")

    def xlsx(self) -> bytes:
        """The table as a workbook with one sheet; numbers and dates are numbers and dates."""
        import xlsxwriter  # late, so that a server starts quickly

        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for column, title in enumerate(self.titles):
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(self.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, dt.datetime):
                    sheet.write_datetime(number, column, cell, moment)
                elif isinstance(cell, dt.date):
                    sheet.write_datetime(number, column, cell, day)
                elif isinstance(cell, bool):
                    sheet.write_boolean(number, column, cell)
                elif isinstance(cell, (int, float, Decimal)):
                    if _fits(cell):
                        sheet.write_number(number, column, cell)
                    else:
                        sheet.write_string(number, column, unmistakable(cell))
                elif cell:
                    sheet.write_string(number, column, cell)
        sheet.freeze_panes(1, 0)
        book.close()
        return out.getvalue()


def _fits(number: float | Decimal) -> bool:
    """Does a workbook hold the number as it is? It keeps 16 digits of a double."""
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    return Decimal(f"{float(number):.16G}") == exact


def table(
    records: Model, paths: Sequence[str], labels: bool = False, progress: Progress | None = None, naming: bool = False
) -> Table:
    """The values of records, with the rights, the language and the zone of their reader.

    Args:
        records: of one model, in the order of the file.
        paths: field names, with `/` or a dot between the steps through links; `id` stands for the external id and `.id`
            for the number in this database. Values of several linked records share a cell, with commas.
        labels: title columns by the fields' labels instead of the paths.
        progress: called with rows done and rows in all.
        naming: give records without an external id one where `id` is asked for.

    Raises:
        UnknownName: a path names a field that does not exist.
        AccessError: the reader may not see a model or a field.
        UserError: no path, or a path that goes on behind a field that is no link.
    """
    if not paths:
        raise UserError("Name the fields to export.")
    steps = [_steps(path) for path in paths]
    titles = [_title(records, path, parts) for path, parts in zip(paths, steps, strict=True)]
    rows: list[list[Cell]] = []
    for start in range(0, len(records), BATCH):
        chunk = records[start : start + BATCH]
        columns = [_column(chunk, parts, naming) for parts in steps]
        rows += [list(row) for row in zip(*columns, strict=True)]
        if progress is not None:
            progress(len(rows), len(records))
    return Table(tuple(titles if labels else paths), rows)


def _steps(path: str) -> tuple[str, ...]:
    parts: list[str] = []
    for part in path.split("/"):
        parts += [part] if part == DATABASE_ID else part.split(".")
    return tuple(parts)


def _title(records: Model, path: str, parts: Sequence[str]) -> str:
    """The labels along a path, which is checked on the way."""
    env, model, found = records.env, records._name, []
    for position, name in enumerate(parts):
        if position and not model:
            raise UserError("{path} cannot be followed: {name} is no link.", path=path, name=parts[position - 1])
        if name in (XMLID, DATABASE_ID) and position == len(parts) - 1:
            found.append("ID" if name == DATABASE_ID else "External ID")
            break
        readable_fields(env[model], [name])  # also where no record leads there: what is shut has no title either
        field = env.registry[model].field(name)
        found.append(env.translate_term(field.string, field.addon))
        model = getattr(field, "comodel", "") or ""
    return " / ".join(found)


def _column(records: Model, parts: Sequence[str], naming: bool) -> list[Cell]:
    """The values of one path for all records, loaded set by set."""
    *links, last = parts
    reached: list[Any] = list(records)  # Any: records of the model that the path has come to
    for link in links:
        reached = [value_of(many, link) for many in reached]
    if not reached:
        return []
    if last == DATABASE_ID:
        return [_joined([one.id for one in many]) for many in reached]
    if last == XMLID:
        names = _external_ids(reached, naming)
        return [_joined([names.get(one.id, "") for one in many]) for many in reached]
    return [_joined([_cell(one, last) for one in many]) for many in reached]


def _joined(cells: list[Cell]) -> Cell:
    if len(cells) < 2:
        return cells[0] if cells else None
    return ", ".join(str(_plain(cell)) for cell in cells)


def _external_ids(reached: Sequence[Any], naming: bool) -> dict[int, str]:
    """External ids of all records that a path has come to, by number. Any: records.

    `naming` gives one to those without.
    """
    env: Env = reached[0].env
    ids = sorted({one for many in reached for one in many.ids})
    rows: Any = env.super_env["ir.model.data"].search(
        Leaf("model", "=", reached[0]._name) & Leaf("res_id", "in", ids), order="id desc"
    )
    names = {row.res_id: f"{row.module}.{row.name}" for row in rows}
    if not naming:
        return names
    external = ExternalIds(env, EXPORTED)
    table = reached[0]._name.replace(".", "_")
    for one in ids:
        if one not in names:  # with a random end, for other databases have a record of this number too
            names[one] = f"{EXPORTED}.{table}_{one}_{secrets.token_hex(4)}"
            external.add(names[one], Known(reached[0]._name, one))
    external.write()
    return names


def _cell(record: Any, name: str) -> Cell:
    """One value as a spreadsheet has it. Any: a record of some model."""
    field = record.env.registry[record._name].field(name)
    value: Any = value_of(record, name)
    if field.type in ("many2one", "one2many", "many2many", "reference"):
        titles = [one.display_name for one in value]
        return (join_tags(titles) if field.to_many else titles[0] if titles else "") or None
    if field.type == "selection":
        labels: dict[str, str] = field.labels(record.env)
        return str(labels.get(value, value or ""))
    if isinstance(value, dt.datetime):
        zone = ZoneInfo(record.env.tz or "UTC")
        return value.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None, microsecond=0)
    if isinstance(value, (bytes, dict, list)):
        raise UserError("{field} holds files or data that no cell can show.", field=field.string)
    if isinstance(value, (str, bool, int, float, Decimal, dt.date)) or value is None:
        cell: Cell = value
        return cell
    return str(value)


def _plain(cell: Cell) -> str | int:
    """A cell of a CSV file; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, (dt.date, dt.datetime)):
        return cell.isoformat(" ") if isinstance(cell, dt.datetime) else cell.isoformat()
    if isinstance(cell, (float, Decimal)):
        return unmistakable(cell)
    return harmless(cell) if isinstance(cell, str) else cell
