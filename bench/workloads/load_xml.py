"""Load an XML data file: countries, and partners that refer to them by external id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from lxml import etree

from bench import floor
from bench.data import STAMP, Size, new_partner
from bench.row import Row
from bench.sides import Core, Grial, Side

TEXTS = ("name", "email", "phone", "street", "city", "zip", "ref")


def core(side: Core, count: int) -> Any:
    """Elements to rows with a dictionary of ids, and two INSERTs."""
    path = _file(side, count)
    c, table = floor.country, floor.partner
    with side.clock(), side.engine.begin() as connection:
        rows: dict[str, list[dict[str, Any]]] = {"bench.country": [], "bench.partner": []}
        for record in etree.parse(path).getroot():
            values = {str(child.get("name")): child.text or child.get("ref") for child in record}
            rows[str(record.get("model"))].append({**values, "xmlid": record.get("id")})
        countries = [{"name": row["name"], "code": row["code"]} for row in rows["bench.country"]]
        ids = connection.execute(
            sa.insert(c).returning(c.c.id, sort_by_parameter_order=True), countries
        ).scalars().all()  # fmt: skip
        known = {row["xmlid"]: record for row, record in zip(rows["bench.country"], ids, strict=True)}
        fixed = {"is_company": True, "active": True, "create_uid": 1, "create_date": STAMP}
        partners = [
            {**{name: row[name] for name in TEXTS}, "country_id": known[row["country_id"]], **fixed}
            for row in rows["bench.partner"]
        ]
        connection.execute(sa.insert(table).returning(table.c.id, sort_by_parameter_order=True), partners).all()
    return _left(side)


def grial(side: Grial, count: int) -> Any:
    """As the data file of an addon is loaded when it is installed."""
    from core.data.loader import load_file

    path = _file(side, count)
    before = side.top("ir_model_data")
    with side.clock(), side.registries.transaction(side.database) as env:
        outcome = load_file(env, "bench_plain", path)
    assert len(outcome.verdicts) == count
    side.sweep("ir_model_data", before)
    return _left(side)


def _file(side: Side, count: int) -> Path:
    path = side.place.folder / f"data-{count}-{side.database}.xml"
    if not path.exists():
        path.write_text(_content(count, side.size))
    return path


def _content(count: int, size: Size) -> str:
    few = max(1, min(size.countries, count // 25))
    parts = [
        f'<record model="bench.country" id="c{i}"><field name="name">DC {i}</field>'
        f'<field name="code">D{i:03}</field></record>\n'
        for i in range(few)
    ]
    for i in range(count - few):
        values = new_partner(i, size)
        texts = "".join(f'<field name="{name}">{values[name]}</field>' for name in TEXTS)
        parts.append(
            f'<record model="bench.partner" id="p{i}">{texts}<field name="is_company" eval="True"/>'
            f'<field name="country_id" ref="c{i % few}"/></record>\n'
        )
    return "".join(["<data>\n", *parts, "</data>\n"])


def _left(side: Side) -> Any:
    found = side.created(side.size.partners)[:7]
    (countries,) = side.ask(f"SELECT count(*) FROM bench_country WHERE id > {side.size.countries}")  # noqa: S608 - a number
    side.sweep("bench_partner", side.size.partners)
    side.sweep("bench_country", side.size.countries)
    return [*found, countries]


ROW = Row(
    "xml", "load an XML data file of {count} records", "records", 5_000, core, None, grial, 0.25, grows=True,
)  # fmt: skip
