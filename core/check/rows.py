"""Checks the rows of a CSV data file: its columns, and every record that a cell names."""

from __future__ import annotations

from core.check.reading import Reading
from core.data.csv import ID, model_of, read_rows
from core.errors import DataFileError
from core.kernel.finding import suggestion


def check_rows(check: Reading) -> None:
    """Look at the header and at each row; every row gets a verdict."""
    try:
        columns, rows = read_rows(check.source.content, check.source.shown)
    except DataFileError as error:
        check.ledger.part(error.line, "csv file")
        check.note(error.line, "csv", str(error).partition(": ")[2])
        return
    if check.registry is None:
        return
    model = model_of(check.source.path.name)
    check.ledger.part(1, "csv header")
    info = check.model_at(1, model)
    for column in columns:
        if info is not None and column.name not in info.fields:
            check.note(1, "field", f"{model} has no field {column.name!r}.{suggestion(column.name, info.fields)}")
    for line, cells in rows:
        entry = check.ledger.part(line, f"csv row: {model}")
        for column, cell in zip(columns, cells, strict=True):
            if column.by == "xmlid" and column.line is None and info is not None:
                field = info.fields.get(column.name)
                for xmlid in filter(None, (part.strip() for part in cell.split(","))):
                    check.referred(line, xmlid, needed=field is not None and field.required)
        if info is None:
            entry.judge("dropped", "Its model is not known.")
        elif ID in columns and cells[columns.index(ID)].strip():
            name = check.ids.qualified(cells[columns.index(ID)], check.source.addon)
            if entry.kind == "ok" and check.ids.is_there(name, check.source):
                entry.judge("updated", "")
            check.ids.written.add(name)
