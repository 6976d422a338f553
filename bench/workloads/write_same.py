"""Write one value to many partners."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bench import floor
from bench.row import Row
from bench.sides import Core, Driver, Grial, Side


def core(side: Core, count: int) -> Any:
    """One UPDATE."""
    table = floor.partner
    with side.clock(), side.engine.begin() as connection:
        change = sa.update(table).where(table.c.id.in_(list(range(1, count + 1))))
        connection.execute(change.values(phone="the same", write_uid=1, write_date=sa.func.now()))
    return _left(side, count)


def driver(side: Driver, count: int) -> Any:
    """One UPDATE as text."""
    change = "UPDATE bench_partner SET phone = %s, write_uid = 1, write_date = now() WHERE id = ANY(%s)"
    with side.clock(), side.cursor() as cursor:
        cursor.execute(change, ("the same", list(range(1, count + 1))))
    return _left(side, count)


def grial(side: Grial, count: int) -> Any:
    """One `write`."""
    with side.clock(), side.transaction() as env:
        env["bench.partner"].browse(range(1, count + 1)).write({"phone": "the same"})
    return _left(side, count)


def _left(side: Side, count: int) -> Any:
    found = side.ask("SELECT count(*) FROM bench_partner WHERE phone = 'the same' AND write_date IS NOT NULL")
    side.tell(f"UPDATE bench_partner SET phone = NULL, write_date = NULL WHERE id <= {count}")  # noqa: S608 - a number
    side.tidy("bench_partner")
    return [*found]


ROW = Row(
    "write", "write one value to {count}", "records", 10_000, core, driver, grial, 0.65, most_statements=6, grows=True
)
