"""The data that every side works on, and the values it writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

Value = str | int | bool | dt.date | dt.datetime | None
Values = dict[str, Value]

STAMP = dt.datetime(2025, 1, 1)
START = dt.date(2025, 1, 1)


@dataclass(frozen=True)
class Size:
    """How many of each there are before anything is measured."""

    partners: int = 100_000
    companies: int = 40_000
    parents: int = 10_000
    countries: int = 200
    salespersons: int = 10
    orders: int = 20_000
    lines: int = 100_000
    native: int = 10_000


def countries(size: Size) -> Iterator[Values]:
    """Countries with a code of their own."""
    for i in range(1, size.countries + 1):
        yield {"id": i, "name": f"Country {i}", "code": f"C{i:03}"}


def salespersons(size: Size) -> Iterator[Values]:
    """Salespersons."""
    for i in range(1, size.salespersons + 1):
        yield {"id": i, "name": f"Sales {i}"}


def partners(size: Size) -> Iterator[Values]:
    """Partners: companies first, then contacts of the first companies."""
    for i in range(1, size.partners + 1):
        yield {
            "id": i, "name": f"Partner {i:06}", "email": f"p{i}@example.com", "phone": f"+32 2 {i:07}",
            "street": f"{i} Main Street", "city": f"City {i % 500:03}", "zip": f"{i % 90000:05}", "ref": f"R{i:06}",
            "is_company": i <= size.companies, "active": i % 20 != 0, "credit_limit": i % 1000,
            "country_id": i * 7 % size.countries + 1, "salesperson_id": i % size.salespersons + 1,
            "parent_id": i % size.parents + 1 if i > size.companies else None,
        }  # fmt: skip


def orders(size: Size) -> Iterator[Values]:
    """Orders over a year."""
    for i in range(1, size.orders + 1):
        yield {
            "id": i, "number": f"SO{i}", "date": START + dt.timedelta(i % 365),
            "salesperson_id": i % size.salespersons + 1, "partner_id": i % size.parents + 1,
        }  # fmt: skip


def lines(size: Size) -> Iterator[Values]:
    """The lines of the orders, the same number for each."""
    each = size.lines // size.orders
    for i in range(1, size.lines + 1):
        yield {
            "id": i, "order_id": (i - 1) // each + 1, "product": f"Product {i % 100}", "quantity": i % 7 + 1,
            "price": i % 50 + 1, "amount": (i % 7 + 1) * (i % 50 + 1),
        }  # fmt: skip


TABLES = {
    "bench_country": countries,
    "bench_salesperson": salespersons,
    "bench_partner": partners,
    "bench_order": orders,
    "bench_line": lines,
}


def new_partner(i: int, size: Size) -> Values:
    """The values of the i-th partner to create."""
    return {
        "name": f"New partner {i:06}", "email": f"n{i:06}@example.com", "phone": f"+32 2 {i:07}",
        "street": f"{i} Main Street", "city": f"City {i % 500:03}", "zip": f"{i % 90000:05}", "ref": f"N{i:06}",
        "is_company": True, "active": True, "credit_limit": i % 1000,
        "country_id": i % size.countries + 1, "salesperson_id": i % size.salespersons + 1,
    }  # fmt: skip


NEW = tuple(new_partner(0, Size()))
"""The columns of a new partner."""

SHEET = ("name", "email", "city", "zip", "ref", "country_id")
"""The columns of the file to import; the country comes by its name."""


def sheet_rows(count: int, size: Size) -> list[list[str]]:
    """The rows to import, as texts."""
    made = (new_partner(i, size) for i in range(count))
    return [[str(v[c]) for c in SHEET[:-1]] + [f"Country {v['country_id']}"] for v in made]


def search_terms(number: int, size: Size) -> tuple[str, str, str]:
    """What the search of this number looks for: a country's code, a city, a part of a name."""
    return f"C{number * 7 % size.countries + 1:03}", f"City {number % 500:03}", f"{number % 1000:03}"
