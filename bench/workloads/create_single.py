"""Create partners one by one in one transaction, each known by its id before the next one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bench import floor
from bench.data import NEW, STAMP, new_partner
from bench.row import Row
from bench.sides import Core, Driver, Grial


def core(side: Core, count: int) -> Any:
    """One INSERT each."""
    values = [{**new_partner(i, side.size), "create_uid": 1, "create_date": STAMP} for i in range(count)]
    with side.clock(), side.engine.begin() as connection:
        ids = [connection.execute(sa.insert(floor.partner), row).inserted_primary_key for row in values]
    return _left(side, len(ids))


def driver(side: Driver, count: int) -> Any:
    """One INSERT each."""
    rows = [[*new_partner(i, side.size).values(), 1, STAMP] for i in range(count)]
    places = ", ".join(["%s"] * len(rows[0]))
    insert = f"INSERT INTO bench_partner ({', '.join(NEW)}, create_uid, create_date) VALUES ({places}) RETURNING id"  # noqa: S608 - our own columns
    ids = []
    with side.clock(), side.cursor() as cursor:
        for row in rows:
            cursor.execute(insert, row)
            ids.append(cursor.fetchone())
    return _left(side, len(ids))


def grial(side: Grial, count: int) -> Any:
    """One `create` each."""
    values = [new_partner(i, side.size) for i in range(count)]
    with side.clock(), side.transaction() as env:
        partners = env["bench.partner"]
        ids = [partners.create(row).id for row in values]
    return _left(side, len(ids))


def _left(side: Core | Grial, count: int) -> Any:
    found = [count, *side.created(side.size.partners)]
    side.sweep("bench_partner", side.size.partners)
    return found


ROW = Row("create-single", "create {count} one by one in one transaction", "records", 1_000, core, driver, grial, 0.6)
