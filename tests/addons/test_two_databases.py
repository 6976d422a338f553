"""One process, two databases: the addon is installed in one of them, and the other knows nothing of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from addons.base.models.partner import Partner
from addons.claim_demo.models.claim import Claim
from addons.claim_demo.models.partner import ClaimPartner
from core import Env
from core.errors import AddonNotInstalled, UnknownName
from core.testing.databases import rolled_back
from core.testing.records import Installed


@pytest.fixture
def with_claims(installed: Installed) -> Iterator[Env]:
    with rolled_back(installed("claim_demo")) as env:
        yield env


@pytest.fixture
def without(installed: Installed) -> Iterator[Env]:
    with rolled_back(installed()) as env:
        yield env


def test_the_addon_works_where_it_is_installed(with_claims: Env) -> None:
    partner = with_claims[Partner].create({"name": "Ana Ruiz", "email": "ana@example.com"})
    claim = with_claims[Claim].create({"name": "Broken chair", "partner_id": partner.id})
    assert ClaimPartner.of(partner).claim_ids == claim
    assert ClaimPartner.of(partner).claim_count == 1
    assert with_claims[Partner].search([("claim_ids.name", "=", "Broken chair")]) == partner
    assert partner.address_get()["claim"] == partner.id


def test_the_other_database_says_that_it_is_not_installed(with_claims: Env, without: Env) -> None:
    with pytest.raises(AddonNotInstalled, match="addon claim_demo, which is not installed"):
        without[Claim]
    with pytest.raises(AddonNotInstalled, match="ClaimPartner"):
        without[ClaimPartner]
    with pytest.raises(AddonNotInstalled):
        ClaimPartner.of(without[Partner].search([], limit=1))
    with pytest.raises(UnknownName, match=r"demo\.claim"):
        without["demo.claim"]
    assert Claim not in without
    assert Claim in with_claims


def test_the_other_database_has_none_of_its_fields_methods_and_views(with_claims: Env, without: Env) -> None:
    partner = without[Partner].create({"name": "Ana Ruiz"})
    assert "claim_ids" not in without.registry["res.partner"].fields
    assert "claim_ids" not in partner.fields_get()
    assert not hasattr(partner, "claim_ids")
    assert "claim" not in partner.address_get()
    with pytest.raises(UnknownName, match="claim_ids"):
        without[Partner].search([("claim_ids", "!=", False)])
    assert with_claims.ref("claim_demo.menu_claims_root").name == "Claims"
    assert not without.ref("claim_demo.menu_claims_root", raise_missing=False)


def test_both_work_side_by_side(with_claims: Env, without: Env) -> None:
    for number in range(3):
        here = with_claims[Partner].create({"name": f"Partner {number}"})
        there = without[Partner].create({"name": f"Partner {number}"})
        with_claims[Claim].create({"name": "Claim", "partner_id": here.id})
        assert [here.name, there.name] == [f"Partner {number}"] * 2
    assert with_claims[Claim].search_count([]) == 3
    assert type(here) is not type(there)
    assert isinstance(there, Partner)
    assert not isinstance(there, ClaimPartner)
