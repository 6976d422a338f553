"""`grial bench`: how fast records are created, read, found, written and summed, in a database made for it."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.options import json_option, registries, settings, settings_options
from core.cli.output import show_rows

if TYPE_CHECKING:
    from core.module.registries import Registries
    from core.orm.env import Env

MODEL = "res.partner"


@dataclass(frozen=True)
class Figure:
    """One measurement: how many a second, and how many statements in all."""

    backend: str
    work: str
    count: int
    per_second: int
    statements: int


@click.command(short_help="Measure creating, reading, searching and writing.")
@click.option(
    "--rows", type=click.IntRange(100), default=5000, show_default=True, help="How many records to work with."
)
@json_option
@settings_options
def command(rows: int, as_json: bool) -> None:
    """Measure the work with records, in a scratch database on SQLite, and on PostgreSQL with --database-url."""
    given = settings()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="grial-bench-") as folder:
        for url in dict.fromkeys(["", given.database_url]):
            found = registries(replace(given, data_dir=Path(folder), database_url=url))
            with scratch(found) as name:
                figures += measure(found, name, rows)
    show_rows([asdict(one) for one in figures], list(Figure.__dataclass_fields__), as_json, "")


@contextmanager
def scratch(found: Registries) -> Iterator[str]:
    """A new database with `base`, dropped afterwards."""
    from core.db import admin
    from core.module.create import create_database

    name = f"bench_{secrets.token_hex(4)}"
    create_database(found, name)
    try:
        yield name
    finally:
        found.forget(name)
        admin.drop(found.server, name)


def measure(found: Registries, database: str, rows: int) -> Iterator[Figure]:
    """Do each work once, in a transaction of its own with an empty cache."""
    countries = found.run(database, lambda env: env["res.country"].search([], limit=50).ids, write=False)
    values = [_partner(countries, number) for number in range(rows)]
    works: list[tuple[str, int, Callable[[Env], Any]]] = [  # Any: nobody reads what a work gives
        ("create in one call", rows, lambda env: env[MODEL].create(values)),
        ("create one by one", rows // 10, lambda env: [env[MODEL].create(one) for one in values[: rows // 10]]),
        ("read with a link's name", rows, _read),
        ("search, 80 of them, and count", 100, lambda env: [_search(env, i) for i in range(100)]),
        ("write the same value", rows, lambda env: _all(env).write({"comment": "the same"})),
        ("write different values", rows, _write_each),
        ("count by country", 10, lambda env: [env[MODEL].read_group([], ["id"], ["country_id"]) for _ in range(10)]),
        ("delete", rows, lambda env: _all(env).unlink()),
    ]
    for title, count, work in works:
        with found.transaction(database) as env:
            before = env.tx.statements
            started = time.perf_counter()
            work(env)
            env.flush()
            seconds = time.perf_counter() - started
            statements = env.tx.statements - before
        yield Figure(found.server.backend, title, count, round(count / seconds), statements)


def _partner(countries: list[int], number: int) -> dict[str, Any]:  # Any: field values
    return {
        "name": f"Partner {number}",
        "email": f"partner{number}@bench.example",
        "city": f"City {number % 97}",
        "country_id": countries[number % len(countries)],
    }


def _all(env: Env) -> Any:  # Any: declared by an addon
    return env[MODEL].search([("email", "like", "@bench.example")])


def _read(env: Env) -> list[tuple[str, str]]:
    return [(one.name, one.country_id.name) for one in _all(env)]


def _search(env: Env, number: int) -> int:
    domain = ["|", ("city", "=", f"City {number % 97}"), ("country_id.code", "=", "ES")]
    table = env[MODEL]
    return len(table.search(domain, limit=80, order="name")) + table.search_count(domain)


def _write_each(env: Env) -> None:
    for number, one in enumerate(_all(env)):
        one.write({"comment": f"Comment {number}"})
