"""The tables of the floors: as Grial makes them for the same models, without what only Grial needs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.db.columns import id_column

metadata = sa.MetaData()


def _link(name: str, table: str) -> sa.Column[int]:
    return sa.Column(
        name, sa.Integer(), sa.ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED"), index=True
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text()) for name in names]


def _amount(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Numeric(16, 4, asdecimal=False))


def _stamps() -> list[sa.Column[Any]]:  # Any: numbers and dates
    stamps: list[sa.Column[Any]] = []
    for what in ("create", "write"):
        stamps += [sa.Column(f"{what}_uid", sa.Integer()), sa.Column(f"{what}_date", sa.DateTime())]
    return stamps


country = sa.Table("bench_country", metadata, id_column(), *_texts("name", "code"))
salesperson = sa.Table("bench_salesperson", metadata, id_column(), *_texts("name"))
partner = sa.Table(
    "bench_partner",
    metadata,
    id_column(),
    *_texts("name", "email", "phone", "street", "city", "zip", "ref"),
    sa.Column("is_company", sa.Boolean()),
    sa.Column("active", sa.Boolean()),
    _amount("credit_limit"),
    _link("country_id", "bench_country"),
    _link("salesperson_id", "bench_salesperson"),
    _link("parent_id", "bench_partner"),
    *_stamps(),
)
order = sa.Table(
    "bench_order",
    metadata,
    id_column(),
    *_texts("number"),
    sa.Column("date", sa.Date()),
    _link("salesperson_id", "bench_salesperson"),
    _link("partner_id", "bench_partner"),
)
line = sa.Table(
    "bench_line",
    metadata,
    id_column(),
    _link("order_id", "bench_order"),
    *_texts("product"),
    _amount("quantity"),
    _amount("price"),
    _amount("amount"),
)
