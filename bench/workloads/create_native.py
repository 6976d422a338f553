"""Create partners of the address book, with its rules, checks and computed fields, in one call."""

from __future__ import annotations

from typing import Any

from bench.prepare import native_partner
from bench.row import Row
from bench.sides import Core, Grial
from bench.workloads import create_many


def core(side: Core, count: int) -> Any:
    """As many plain ones: there is no more to it in a table."""
    create_many.core(side, count)
    return [count]


def grial(side: Grial, count: int) -> Any:
    """One `create` of `res.partner`."""
    values = [native_partner(side.size.native + i) for i in range(count)]
    before = side.top("res_partner")
    with side.clock(), side.transaction() as env:
        ids = env["res.partner"].create(values).ids
    side.sweep("res_partner", before)
    return [len(ids)]


ROW = Row(
    "create-native", "create {count} res.partner in one call", "records", 2_000, core, None, grial, 0.11, grows=True,
    most_statements=12,
)  # fmt: skip
