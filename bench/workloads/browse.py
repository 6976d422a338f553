"""Read partners: the name, the name of the country, and how many contacts there are."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bench import floor
from bench.row import Row
from bench.sides import Core, Driver, Grial


def core(side: Core, count: int) -> Any:
    """Three SELECTs, put together by hand."""
    p, c = floor.partner, floor.country
    ids = list(range(1, count + 1))
    with side.clock(), side.engine.connect() as connection:
        partners = connection.execute(sa.select(p.c.id, p.c.name, p.c.country_id).where(p.c.id.in_(ids))).all()
        wanted = {row.country_id for row in partners}
        countries = dict(map(tuple, connection.execute(sa.select(c.c.id, c.c.name).where(c.c.id.in_(wanted)))))
        children: dict[int, list[int]] = {}
        for parent, child in connection.execute(
            sa.select(p.c.parent_id, p.c.id).where(p.c.parent_id.in_(ids), p.c.active)
        ):
            children.setdefault(parent, []).append(child)
        chars = found = 0
        for record, name, country in partners:
            chars += len(name) + len(countries[country])
            found += len(children.get(record, ()))
    return [chars, found]


def driver(side: Driver, count: int) -> Any:
    """The same three SELECTs as text."""
    ids = list(range(1, count + 1))
    with side.clock(), side.cursor() as cursor:
        cursor.execute("SELECT id, name, country_id FROM bench_partner WHERE id = ANY(%s)", (ids,))
        partners = cursor.fetchall()
        wanted = list({row[2] for row in partners})
        cursor.execute("SELECT id, name FROM bench_country WHERE id = ANY(%s)", (wanted,))
        countries = dict(cursor.fetchall())
        cursor.execute("SELECT parent_id, id FROM bench_partner WHERE parent_id = ANY(%s) AND active", (ids,))
        children: dict[int, list[int]] = {}
        for parent, child in cursor.fetchall():
            children.setdefault(parent, []).append(child)
        chars = found = 0
        for record, name, country in partners:
            chars += len(name) + len(countries[country])
            found += len(children.get(record, ()))
    return [chars, found]


def grial(side: Grial, count: int) -> Any:
    """A loop over records."""
    chars = found = 0
    with side.clock(), side.transaction(write=False) as env:
        partners: Any = env["bench.partner"].browse(range(1, count + 1))
        for partner in partners:
            chars += len(partner.name) + len(partner.country_id.name)
            found += len(partner.child_ids)
    return [chars, found]


ROW = Row(
    "browse", "browse {count}: a name, a many2one's name, the count of a one2many", "records", 10_000, core, driver,
    grial, 0.5, most_statements=5, grows=True,
)  # fmt: skip
