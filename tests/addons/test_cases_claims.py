"""Cases of a document with lines, tried with claims: what somebody edits while somebody else closes."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from addons.claim_demo.models.claim import Claim
from core import Env
from core.testing.records import Database

pytestmark = pytest.mark.addons("claim_demo")


@pytest.mark.case("I04")
def test_what_is_made_of_the_lines_is_made_of_the_old_or_of_the_new_ones(database: Database) -> None:
    """Closing looks at the total; then somebody changes, adds and takes away lines; then closing copies the lines."""
    with database.transaction() as env:
        lines = [(0, 0, {"name": name, "amount": "10"}) for name in ("Chair", "Way")]
        claim = env[Claim].create({"name": "Broken chair", "resolution": "A new chair.", "line_ids": lines})
        claim.action_open()
        number = claim.id
    looked, edited = threading.Event(), threading.Event()

    def close(env: Env) -> None:
        claim = env[Claim].browse([number])
        total = claim.cost
        looked.set()
        edited.wait(1)  # on SQLite in vain: there is one writer
        env.tx.invalidate()
        copied = " ".join(f"{line.name}={line.amount:.2f}" for line in claim.line_ids)
        claim.action_close()
        claim.resolution = f"{copied} ({total:.2f})"

    def edit(env: Env) -> None:
        claim = env[Claim].browse([number])
        chair, way = claim.line_ids
        chair.amount = Decimal(30)
        claim.line_ids = [(2, way.id), (0, 0, {"name": "Table", "amount": "5"})]

    closing = threading.Thread(target=lambda: database.registry.run(close))
    closing.start()
    assert looked.wait(30)
    database.registry.run(edit)
    edited.set()
    closing.join(60)
    with database.transaction(write=False) as env:
        claim = env[Claim].browse([number])
        assert claim.state == "done"
        assert claim.resolution in ("Chair=10.00 Way=10.00 (20.00)", "Chair=30.00 Table=5.00 (35.00)")
        assert claim.cost == Decimal(35), "the total is that of the lines that stayed"
