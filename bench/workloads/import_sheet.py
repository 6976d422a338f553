"""Import a CSV file whose rows name their country."""

from __future__ import annotations

import csv
import io
from typing import Any

import sqlalchemy as sa

from bench import floor
from bench.data import SHEET, STAMP, sheet_rows
from bench.row import Row
from bench.sides import Core, Grial, Side


def core(side: Core, count: int) -> Any:
    """The csv module, a dictionary of names, and an INSERT."""
    content = _content(side, count).decode()
    c, table = floor.country, floor.partner
    with side.clock(), side.engine.begin() as connection:
        rows = list(csv.DictReader(io.StringIO(content)))
        names = {row["country_id"] for row in rows}
        countries = dict(map(tuple, connection.execute(sa.select(c.c.name, c.c.id).where(c.c.name.in_(names)))))
        values = [
            {**row, "country_id": countries[row["country_id"]], "active": True, "create_uid": 1, "create_date": STAMP}
            for row in rows
        ]
        connection.execute(sa.insert(table).returning(table.c.id, sort_by_parameter_order=True), values).all()
    return _left(side)


def grial(side: Grial, count: int) -> Any:
    """As a person imports it: rows are refused one by one, and the import can be undone."""
    from core.data.sheets.importing import Import
    from core.data.sheets.mapping import Columns
    from core.data.sheets.reader import read_sheet

    content = _content(side, count)
    columns: Columns = {number: (name,) for number, name in enumerate(SHEET)}
    with side.clock(), side.transaction() as env:
        outcome = Import(env, "bench.partner", read_sheet(content, "partners.csv"), columns).run()
    assert len(outcome.created) == count, outcome.refused[:3]
    side.tell("DELETE FROM ir_import_line", "DELETE FROM ir_import_batch")
    side.tidy("ir_import_line")
    return _left(side)


def _content(side: Side, count: int) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([SHEET, *sheet_rows(count, side.size)])
    return text.getvalue().encode()


def _left(side: Side) -> Any:
    found = side.created(side.size.partners)
    side.sweep("bench_partner", side.size.partners)
    return found


ROW = Row(
    "import", "import {count} rows with a many2one by name", "rows", 10_000, core, None, grial, 0.5, grows=True,
)  # fmt: skip
