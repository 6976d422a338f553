"""Cases of a document with lines, tried with claims: what somebody edits while somebody else closes."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest

from addons.claim_demo.models.claim import Claim
from core import Env
from core.testing.records import Database

pytestmark = pytest.mark.addons("claim_demo")


@pytest.mark.case("I04")
def test_what_is_made_of_the_lines_is_made_of_the_old_or_of_the_new_ones(database: Database) -> None:
    """Closing copies the lines into the answer while somebody changes both, adds one and takes one away."""
    outcomes: list[tuple[str, Decimal]] = []
    for _ in range(10):
        with database.transaction() as env:
            lines = [(0, 0, {"name": name, "amount": "10"}) for name in ("Chair", "Way")]
            claim = env[Claim].create({"name": "Broken chair", "resolution": "A new chair.", "line_ids": lines})
            claim.action_open()
            number = claim.id
        together = threading.Barrier(2)

        def close(env: Env, number: int = number) -> None:
            claim = env[Claim].browse([number])
            claim.action_close()
            claim.resolution = (
                " ".join(f"{line.name}={line.amount:.2f}" for line in claim.line_ids) + f" ({claim.cost:.2f})"
            )

        def edit(env: Env, number: int = number) -> None:
            claim = env[Claim].browse([number])
            chair, way = claim.line_ids
            chair.amount = Decimal(30)
            claim.line_ids = [(2, way.id), (0, 0, {"name": "Table", "amount": "5"})]

        def at_once(work: Any, together: threading.Barrier = together) -> None:
            together.wait(30)
            database.registry.run(work)

        people = [threading.Thread(target=at_once, args=(work,)) for work in (close, edit)]
        for one in people:
            one.start()
        for one in people:
            one.join(60)
        with database.transaction(write=False) as env:
            claim = env[Claim].browse([number])
            assert claim.state == "done"
            outcomes.append((claim.resolution, claim.cost))
    old, new = "Chair=10.00 Way=10.00 (20.00)", "Chair=30.00 Table=5.00 (35.00)"
    assert {text for text, _ in outcomes} <= {old, new}
    assert {cost for _, cost in outcomes} == {Decimal(35)}, "the total is that of the lines that stayed"
