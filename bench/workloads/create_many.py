"""Create partners in one call, and know their ids."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bench import floor
from bench.data import NEW, STAMP, new_partner
from bench.row import Row
from bench.sides import Core, Driver, Grial


def core(side: Core, count: int) -> Any:
    """INSERT … RETURNING in the pages that SQLAlchemy makes."""
    table = floor.partner
    values = [{**new_partner(i, side.size), "create_uid": 1, "create_date": STAMP} for i in range(count)]
    insert = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    with side.clock(), side.engine.begin() as connection:
        ids = connection.execute(insert, values).scalars().all()
    return _left(side, len(ids))


def driver(side: Driver, count: int) -> Any:
    """`execute_values` in pages of 1,000."""
    from psycopg2.extras import execute_values

    rows = [[*new_partner(i, side.size).values(), 1, STAMP] for i in range(count)]
    insert = f"INSERT INTO bench_partner ({', '.join(NEW)}, create_uid, create_date) VALUES %s RETURNING id"  # noqa: S608 - our own columns
    with side.clock(), side.cursor() as cursor:
        ids = execute_values(cursor, insert, rows, page_size=1000, fetch=True)
    return _left(side, len(ids))


def grial(side: Grial, count: int) -> Any:
    """One `create`."""
    values = [new_partner(i, side.size) for i in range(count)]
    with side.clock(), side.transaction() as env:
        ids = env["bench.partner"].create(values).ids
    return _left(side, len(ids))


def _left(side: Core | Grial, count: int) -> Any:
    found = [count, *side.created(side.size.partners)]
    side.sweep("bench_partner", side.size.partners)
    return found


ROW = Row(
    "create", "create {count} in one call", "records", 10_000, core, driver, grial, 0.9, most_statements=6, grows=True
)
