"""Write a value of its own to each of many partners."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bench import floor
from bench.row import Row
from bench.sides import Core, Driver, Grial, Side

PAGE = 1000


def core(side: Core, count: int) -> Any:
    """UPDATE … FROM (VALUES …) in pages; on SQLite, which has few places for values, one UPDATE run for each row."""
    table = floor.partner
    values = [(i, f"X{i}") for i in range(1, count + 1)]
    stamps = {"write_uid": 1, "write_date": sa.func.now()}
    with side.clock(), side.engine.begin() as connection:
        if side.postgresql:
            for start in range(0, count, PAGE):
                given = sa.values(sa.column("id", sa.Integer), sa.column("ref", sa.String), name="given")
                given = given.data(values[start : start + PAGE])
                change = sa.update(table).where(table.c.id == given.c.id)
                connection.execute(change.values(ref=given.c.ref, **stamps))
        else:
            one = sa.update(table).where(table.c.id == sa.bindparam("given_id"))
            rows = [{"given_id": record, "given_ref": ref} for record, ref in values]
            connection.execute(one.values(ref=sa.bindparam("given_ref"), **stamps), rows)
    return _left(side, count)


def driver(side: Driver, count: int) -> Any:
    """UPDATE … FROM (VALUES …) in pages, as text."""
    from psycopg2.extras import execute_values

    values = [(i, f"X{i}") for i in range(1, count + 1)]
    change = (
        "UPDATE bench_partner p SET ref = v.ref, write_uid = 1, write_date = now() "
        "FROM (VALUES %s) AS v (id, ref) WHERE p.id = v.id"
    )
    with side.clock(), side.cursor() as cursor:
        execute_values(cursor, change, values, page_size=PAGE)
    return _left(side, count)


def grial(side: Grial, count: int) -> Any:
    """A loop that sets a field."""
    with side.clock(), side.transaction() as env:
        partners: Any = env["bench.partner"].browse(range(1, count + 1))
        for partner in partners:
            partner.ref = f"X{partner.id}"
    return _left(side, count)


def _left(side: Side, count: int) -> Any:
    found = side.ask("SELECT count(*), min(ref), max(ref) FROM bench_partner WHERE ref LIKE 'X%'")
    side.tell(f"UPDATE bench_partner SET ref = NULL, write_date = NULL WHERE id <= {count}")  # noqa: S608 - a number
    side.tidy("bench_partner")
    return [*found]


ROW = Row(
    "write-different", "write different values to {count}", "records", 5_000, core, driver, grial, 1.0,
    most_statements=6, grows=True,
)  # fmt: skip
