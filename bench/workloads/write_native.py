"""Write one field of partners of the address book, with its rules and checks."""

from __future__ import annotations

from typing import Any

from bench.row import Row
from bench.sides import Core, Grial
from bench.workloads import write_same


def core(side: Core, count: int) -> Any:
    """The same on plain ones: there is no more to it in a table."""
    return write_same.core(side, count)


def grial(side: Grial, count: int) -> Any:
    """One `write` of `res.partner`."""
    with side.registries.transaction(side.database, write=False) as env:
        ids = env["res.partner"].search([("ref", "like", "B")], limit=count, order="id").ids
    assert len(ids) == count
    with side.clock(), side.transaction() as env:
        env["res.partner"].browse(ids).write({"comment": "the same"})
    found = side.ask("SELECT count(*) FROM res_partner WHERE comment = 'the same' AND write_date IS NOT NULL")
    side.tell("UPDATE res_partner SET comment = NULL WHERE comment = 'the same'")
    side.tidy("res_partner")
    return [*found]


ROW = Row(
    "write-native", "write one field of {count} res.partner", "records", 10_000, core, None, grial, 0.3,
    most_statements=12, grows=True,
)  # fmt: skip
