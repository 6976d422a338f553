"""Begin: a server's first answer from an existing database, and a new database with `base` and `crm`."""

from __future__ import annotations

import secrets
from typing import Any

from bench.row import Row
from bench.sides import Grial
from bench.web.served import grial_server


def first_answer(side: Grial, count: int) -> Any:
    """Start the server and ask it for the page to sign in, which needs the database."""
    seconds = 0.0
    for _ in range(count):
        with side.clock(), grial_server(side) as server:
            seconds += server.began
    side.clock.measured.seconds = seconds
    side.clock.measured.detail = {"seconds": seconds / count}
    return [count]


def new_database(side: Grial, count: int) -> Any:
    """Make databases, each with two addons."""
    from core.db import admin
    from core.module.create import create_database

    names = [f"{side.place.mark}_new_{secrets.token_hex(3)}" for _ in range(count)]
    with side.clock():
        for name in names:
            create_database(side.registries, name, addons=["crm"])
    side.clock.measured.detail = {"seconds": side.clock.measured.seconds / count}
    for name in names:
        side.registries.forget(name)
        admin.drop(side.server, name)
    return [count]


ROWS = (
    Row("first-answer", "the first answer of a server that starts", "starts", 1, None, None, first_answer, None,
        limits={"seconds": 1.0}),
    Row("new-database", "a new database with base and crm", "databases", 1, None, None, new_database, None,
        limits={"seconds": 5.0}),
)  # fmt: skip
