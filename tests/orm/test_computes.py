"""A stored value always equals a fresh computation."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.orm.sample import Badge, Country, Employee, Line, Order, Partner, PartnerLoyalty, Tag

if TYPE_CHECKING:
    from core.orm.env import Env


def stored(env: Env, partner: Partner) -> tuple[Decimal, int]:
    env.flush()
    env.tx.invalidate()
    return partner.total, partner.depth


@pytest.mark.case("I25")
def test_totals_follow_lines_that_come_change_move_and_go(env: Env) -> None:
    root, other = env[Partner].create([{"name": "root", "credit": 1}, {"name": "other"}])
    leaf = env[Partner].create({"name": "leaf", "credit": 5, "parent_id": root.id})
    twig = env[Partner].create({"name": "twig", "credit": 2, "parent_id": leaf.id})
    assert stored(env, root) == (Decimal(8), 0)
    assert stored(env, twig) == (Decimal(2), 2)
    twig.credit = Decimal(10)
    assert stored(env, root) == (Decimal(16), 0)
    leaf.parent_id = other
    assert stored(env, root) == (Decimal(1), 0)
    assert stored(env, other) == (Decimal(15), 0)
    twig.unlink()
    assert stored(env, other) == (Decimal(5), 0)
    leaf.parent_id = None
    assert stored(env, other) == (Decimal(0), 0)
    assert leaf.depth == 0


def test_a_value_two_links_away_is_kept_right(env: Env) -> None:
    ana = env[Partner].create({"name": "Ana"})
    order = env[Order].create({"ref": "1", "partner_id": ana.id, "line_ids": [(0, 0, {"price": 3, "quantity": 2})]})
    assert ana.ordered == 0
    order.state = "done"
    assert ana.ordered == Decimal(6)
    order.line_ids.quantity = 5
    assert ana.ordered == Decimal(15)
    env[Line].create({"order_id": order.id, "price": "0.5"})
    assert ana.ordered == Decimal("15.5")
    bea = env[Partner].create({"name": "Bea"})
    order.partner_id = bea
    env.flush()
    env.tx.invalidate()
    assert (ana.ordered, bea.ordered) == (Decimal(0), Decimal("15.5"))
    assert env[Partner].search([("ordered", ">", 15)]) == bea


def test_a_batch_is_computed_at_once(env: Env) -> None:
    ana = env[Partner].create({"name": "Ana"})
    orders = env[Order].create(
        [{"ref": str(i), "partner_id": ana.id, "line_ids": [(0, 0, {"price": i})]} for i in range(100)]
    )
    env.flush()
    before = env.tx.statements
    orders.line_ids.write({"quantity": 2})
    env.flush()
    assert env.tx.statements - before <= 6
    assert orders[3].amount == Decimal(6)


def test_values_that_are_not_stored_follow_what_they_depend_on(env: Env, spain: Country) -> None:
    ana = env[Partner].create({"name": "Ana", "country_id": spain.id})
    assert ana.label == "Ana (Spain)"
    spain.name = "Iberia"
    assert ana.label == "Ana (Iberia)"
    ana.shout_name = "BEA"
    assert ana.name == "bea"
    assert env[Partner].search([("label", "ilike", "iber")]) == ana


def test_delegation_shows_and_writes_the_parents_fields(env: Env) -> None:
    worker = env[Employee].create({"name": "Ana", "badge": "7", "credit": 3})
    assert worker.partner_id.name == "Ana"
    assert worker.partner_id.credit == 3
    worker.write({"name": "Bea", "badge": "8"})
    assert worker.partner_id.name == "Bea"
    assert worker.badge == "8"
    assert env[Employee].search([("name", "=", "Bea")]) == worker


def test_extensions_stack_with_super_and_prototypes_see_them(env: Env) -> None:
    ana = env[Partner].create({"name": "Ana"})
    assert ana.shout() == "NEW!"
    ana.rank = 3
    assert PartnerLoyalty.of(ana).points == 7
    badge = env[Badge].create({"name": "gold"})
    assert badge.read(["color"])[0]["color"] == 3
    assert not env[Tag].search([("name", "=", "gold")])
