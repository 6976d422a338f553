"""Forms show unsaved records with their lines, on-changes and computed values."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.orm.domain import TRUE, Domain
from core.orm.draft import Draft, onchange
from core.orm.ports import OpenGate
from tests.orm.sample import Country, Order, Partner

if TYPE_CHECKING:
    from core.orm.env import Env


def test_on_changes_cascade_and_warn(env: Env, spain: Country) -> None:
    parent = env[Partner].create({"name": "p", "country_id": spain.id})
    answer = onchange(
        env[Partner], {"name": "x", "parent_id": parent.id}, ["parent_id"], ["country_id", "note", "name"]
    )
    assert answer == {"value": {"country_id": [spain.id, "Spain"], "note": "in Spain"}}
    ice = env[Country].create({"name": "Antarctica", "code": "AQ"})
    answer = onchange(env[Partner], {"name": "x", "country_id": ice.id}, "country_id", ["note"])
    assert answer["warning"]["message"] == "far away"


def test_unsaved_lines_count(env: Env) -> None:
    ana = env[Partner].create({"name": "Ana"})
    draft = Draft(env, "shop.order", 0, {"partner_id": ana.id, "line_ids": [(0, 0, {"price": 3, "quantity": 2})]})
    assert draft.record.amount == Decimal(6)
    draft.record.line_ids.quantity = 4
    assert draft.record.amount == Decimal(12)
    assert draft.record.state == "draft"
    assert env[Order].search_count([]) == 0


def test_a_draft_of_a_record_leaves_the_record_alone(env: Env) -> None:
    ana = env[Partner].create({"name": "Ana"})
    order = env[Order].create(
        {"ref": "1", "partner_id": ana.id, "line_ids": [(0, 0, {"price": 3}), (0, 0, {"price": 4})]}
    )
    first, second = order.line_ids
    draft = Draft(
        env,
        "shop.order",
        order.id,
        {"line_ids": [(1, first.id, {"price": 10}), (4, second.id, 0), (0, 0, {"price": 1})]},
    )
    assert draft.record.amount == Decimal(15)
    assert draft.record.ref == "1"
    assert order.amount == Decimal(7)
    commands = draft.values(["line_ids"])["line_ids"]
    assert commands[0][:2] == [1, first.id]
    assert commands[0][2]["price"] == Decimal(10)
    assert commands[1][:2] == [4, second.id]
    assert commands[2][0] == 0
    order.write({"line_ids": commands})
    assert order.amount == Decimal(15)
    assert len(order.line_ids) == 3


class _Gate(OpenGate):
    """Hides the partners that are called Hidden."""

    def rule_domain(self, model: str, operation: str) -> Domain:
        return Partner.name != "Hidden" if model == "shop.partner" else TRUE


@pytest.mark.case("B10")
def test_what_core_works_out_does_not_show_hidden_lines(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stored value is worked out of all lines; the form lists those that its reader may see."""
    monkeypatch.setattr(env.registry.ports, "gate", lambda _env: _Gate())
    above = env[Partner].create({"name": "Above", "credit": 1})
    for name in ("Shown", "Hidden"):
        env[Partner].create({"name": name, "parent_id": above.id, "credit": 10})
    shown = env[Partner].search([("name", "=", "Shown")]).id
    env.flush()
    reader = env.with_user(5)
    seen = above.with_env(reader)
    assert seen.child_ids.ids == [shown]
    for wanted in (["total", "child_ids"], ["child_ids", "total"]):
        answer = onchange(seen, {"credit": 5}, ["credit"], wanted)["value"]
        assert answer["child_ids"] == [[4, shown, False]]
    draft = Draft(reader, "shop.partner", 0, {"name": "New", "parent_id": above.id, "credit": 3})
    assert draft.record.parent_id.total
    assert draft.record.parent_id.child_ids.ids[:1] == [shown]
    assert all(i == shown or i < 0 for i in draft.record.parent_id.child_ids.ids)
