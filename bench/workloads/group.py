"""Sums of the lines by salesperson and month."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from bench import floor
from bench.row import Row
from bench.sides import Core, Driver, Grial


def core(side: Core, count: int) -> Any:
    """One statement."""
    o, s, li = floor.order, floor.salesperson, floor.line
    month: Any = sa.func.date_trunc("month", o.c.date) if side.postgresql else sa.func.strftime("%Y-%m-01", o.c.date)
    tables = li.join(o, o.c.id == li.c.order_id).join(s, s.c.id == o.c.salesperson_id)
    with side.clock(), side.engine.connect() as connection:
        query = sa.select(s.c.name, month.label("month"), sa.func.sum(li.c.amount), sa.func.count())
        rows = connection.execute(query.select_from(tables).group_by(s.c.name, sa.text("month"))).all()
    return _told(rows)


def driver(side: Driver, count: int) -> Any:
    """One statement as text."""
    with side.clock(), side.cursor() as cursor:
        cursor.execute(
            "SELECT s.name, date_trunc('month', o.date) AS month, sum(l.amount), count(*) FROM bench_line l "
            "JOIN bench_order o ON o.id = l.order_id JOIN bench_salesperson s ON s.id = o.salesperson_id "
            "GROUP BY s.name, month"
        )
        rows = cursor.fetchall()
    return _told(rows)


def grial(side: Grial, count: int) -> Any:
    """`grouped`, along the links."""
    by, sums = ["order_id.salesperson_id", "order_id.date:month"], ["amount:sum", "__count"]
    with side.clock(), side.transaction(write=False) as env:
        rows = env["bench.line"].grouped([], by, sums)
    return _told([(f"Sales {row[0]}", *row[1:]) for row in rows])


def _told(rows: Any) -> Any:
    return sorted([name, _day(month), float(total), many] for name, month, total, many in rows)


def _day(month: Any) -> str:
    return month[:10] if isinstance(month, str) else f"{month:%Y-%m-%d}" if isinstance(month, dt.date) else str(month)


ROW = Row(
    "group", "sums of {count} lines by salesperson and month", "lines", 100_000, core, driver, grial, 0.8,
    most_statements=3,
)  # fmt: skip
