"""A claim from its form to its answer, as an addon's own tests read."""

from __future__ import annotations

from addons.claim_demo.models.claim import Claim
from core import Env


def test_a_claim_is_new_and_of_today(env: Env) -> None:
    claim = env[Claim].create({"name": "Scratched table"})
    assert claim.state == "draft"
    assert claim.date == env.today()
    assert claim.currency_id == env.company.currency_id
