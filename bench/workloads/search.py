"""Search partners by four terms, one of them through a link and two with OR; the first 80, and how many there are."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bench import floor
from bench.data import search_terms
from bench.row import Row
from bench.sides import Core, Driver, Grial

LIMIT = 80
_FROM = """
FROM bench_partner p JOIN bench_country c ON c.id = p.country_id
WHERE p.active AND c.code = %s AND p.is_company AND (p.city = %s OR p.name ILIKE %s)
"""


def core(side: Core, count: int) -> Any:
    """Two statements a search, built each time."""
    p, c = floor.partner, floor.country
    found = total = 0
    with side.clock(), side.engine.connect() as connection:
        for number in range(count):
            code, city, part = search_terms(number, side.size)
            join = p.join(c, c.c.id == p.c.country_id)
            named = p.c.name.ilike(f"%{part}%")
            where = sa.and_(p.c.active, c.c.code == code, p.c.is_company, sa.or_(p.c.city == city, named))
            first = sa.select(p.c.id).select_from(join).where(where).order_by(p.c.name, p.c.id).limit(LIMIT)
            found += sum(connection.execute(first).scalars())
            total += connection.execute(sa.select(sa.func.count()).select_from(join).where(where)).scalar_one()
    return [found, total]


def driver(side: Driver, count: int) -> Any:
    """Two statements a search, as text."""
    first = f"SELECT p.id {_FROM} ORDER BY p.name, p.id LIMIT {LIMIT}"
    found = total = 0
    with side.clock(), side.cursor() as cursor:
        for number in range(count):
            code, city, part = search_terms(number, side.size)
            values = (code, city, f"%{part}%")
            cursor.execute(first, values)
            found += sum(row[0] for row in cursor.fetchall())
            cursor.execute(f"SELECT count(*) {_FROM}", values)
            total += cursor.fetchone()[0]
    return [found, total]


def grial(side: Grial, count: int) -> Any:
    """`search` and `search_count` with a domain in list form."""
    found = total = 0
    with side.clock(), side.transaction(write=False) as env:
        partners = env["bench.partner"]
        for number in range(count):
            code, city, part = search_terms(number, side.size)
            domain = [
                ("country_id.code", "=", code), ("is_company", "=", True),
                "|", ("city", "=", city), ("name", "ilike", part),
            ]  # fmt: skip
            found += sum(partners.search(domain, limit=LIMIT, order="name, id").ids)
            total += partners.search_count(domain)
    return [found, total]


ROW = Row("search", "{count} searches of four terms, limit 80, with count", "searches", 200, core, driver, grial, 0.8)
