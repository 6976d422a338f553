"""The workflow of an addon: what may happen, who may do it, and why not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from addons.base.models.partner import Partner
from addons.claim_demo.models.claim import Claim, ClaimLine
from core import Env
from core.errors import AccessError, ConflictError, UserError, ValidationError
from core.testing.records import AsUser, Database
from core.workflow import engine, explain, versions, walk

pytestmark = pytest.mark.addons("claim_demo")


@pytest.fixture
def claim(env: Env) -> Claim:
    return env[Claim].create({"name": "Broken chair", "resolution": "A new chair."})


def test_a_claim_is_taken_up_answered_and_closed(claim: Claim) -> None:
    assert claim.state == "draft"
    claim.action_open()
    assert claim.state == "open"
    assert claim.user_id == claim.env.user
    claim.action_close()
    assert claim.state == "done"


def test_closing_needs_a_resolution(claim: Claim) -> None:
    claim.action_open()
    claim.resolution = ""
    with pytest.raises(UserError, match="Say how you resolved Broken chair"):
        claim.action_close()
    assert claim.state == "open"


def test_a_refusal_names_the_state(claim: Claim) -> None:
    with pytest.raises(UserError, match=r"Broken chair is New; “Close” is not possible there"):
        claim.action_close()


def test_a_second_closing_is_refused(claim: Claim) -> None:
    claim.action_open()
    claim.action_close()
    with pytest.raises(UserError, match="Broken chair is Closed"):
        claim.action_close()
    assert claim.resolution == "A new chair."


@pytest.mark.case("B24")
def test_a_refusal_names_the_group(claim: Claim, as_user: AsUser) -> None:
    mine = as_user()[Claim].browse([claim.id])
    with pytest.raises(UserError, match=r"only members of .*Claims Manager may do this"):
        engine.press(mine, "action_refuse")
    assert claim.state == "draft"
    engine.press(as_user("claim_demo.group_manager")[Claim].browse([claim.id]), "action_refuse")
    assert claim.state == "cancel"


def test_a_refusal_names_the_condition(claim: Claim) -> None:
    claim.action_open()
    with pytest.raises(UserError, match=r"its condition email_from != '' does not hold"):
        engine.press(claim, "action_wait")
    claim.email_from = "ana@example.com"
    engine.press(claim, "action_wait")
    assert claim.state == "pending"


def test_of_several_records_all_move_or_none(env: Env, claim: Claim) -> None:
    other = env[Claim].create({"name": "Late delivery"})
    claim.action_open()
    with pytest.raises(UserError, match="Broken chair is In Progress"):
        (other | claim).action_open()
    assert other.state == "draft"


def test_the_statusbar_says_what_may_happen_next_and_why_not(claim: Claim, as_user: AsUser) -> None:
    claim.action_open()
    steps = {step.signal: step for step in explain.steps(as_user()[Claim].browse([claim.id]))}
    assert set(steps) == {"action_wait", "action_close", "action_refuse"}
    assert steps["action_close"].why == ""
    assert steps["action_close"].target == "Closed"
    assert "email_from" in steps["action_wait"].why
    assert "Claims Manager" in steps["action_refuse"].why


def test_the_statusbar_speaks_the_readers_language(claim: Claim, as_user: AsUser) -> None:
    steps = explain.steps(as_user(lang="es_ES")[Claim].browse([claim.id]))
    assert [(step.label, step.source, step.target) for step in steps] == [
        ("Atender", "Nueva", "En curso"),
        ("Rechazar", "Nueva", "Rechazada"),
    ]
    assert "Responsable de reclamaciones" in steps[1].why


@pytest.mark.case("I03")
def test_a_record_that_somebody_else_moved_meanwhile_is_a_conflict(claim: Claim) -> None:
    claim.action_open()
    definition = versions.definitions(claim.env, "demo.claim")[0]
    way = next(way for way in definition.transitions if way.signal == "action_close")
    [(_instance, _own, [token])] = walk.places(claim, definition)
    claim.compare_and_set("state", "open", "pending")
    with pytest.raises(ConflictError, match="Broken chair"):
        walk.carry(claim, definition, [(token, (way,))])


@pytest.mark.case("I03")
def test_two_who_close_at_the_same_time_close_once(database: Database) -> None:
    from threading import Barrier, Thread

    with database.transaction() as env:
        claim = env[Claim].create({"name": "Broken chair", "resolution": "A new chair."})
        claim.action_open()
        number = claim.id
    both = Barrier(2)
    outcomes: list[str] = []

    def close() -> None:
        both.wait(10)
        try:
            database.databases.registries.run(database.name, lambda env: env[Claim].browse([number]).action_close())
        except (UserError, ConflictError) as error:
            outcomes.append(str(error))
        else:
            outcomes.append("closed")

    people = [Thread(target=close) for _ in range(2)]
    for one in people:
        one.start()
    for one in people:
        one.join(30)
    assert sorted(outcome == "closed" for outcome in outcomes) == [False, True], outcomes
    with database.transaction(write=False) as env:
        assert env[Claim].browse([number]).state == "done"


def test_the_cost_follows_the_lines(env: Env, claim: Claim) -> None:
    claim.line_ids = [(0, 0, {"name": "Chair", "amount": "10.10"}), (0, 0, {"name": "Way", "amount": "5.05"})]
    assert claim.cost == Decimal("15.15")
    claim.line_ids[0].amount = Decimal(20)
    assert claim.cost == Decimal("25.05")
    claim.line_ids[0].unlink()
    assert claim.cost == Decimal("5.05")
    assert env[ClaimLine].search_count([]) == 1
    assert claim.line_ids.currency_id == claim.currency_id


def test_a_deadline_before_the_claim_is_refused_with_the_addons_message(env: Env) -> None:
    with pytest.raises(ValidationError, match="The deadline lies before the claim"):
        env[Claim].create({"name": "Broken chair", "date": "2026-02-01", "date_deadline": "2026-01-31"}).env.flush()


def test_choosing_the_customer_fills_in_the_address(env: Env) -> None:
    partner = env[Partner].create({"name": "Ana Ruiz", "email": "ana@example.com"})
    answer = env[Claim].onchange({"partner_id": partner.id}, ["partner_id"], ["email_from"])
    assert answer["value"] == {"email_from": "ana@example.com"}
    assert not env[Claim].search([])


def test_the_cost_of_an_unsaved_claim_follows_its_unsaved_lines(env: Env) -> None:
    lines = [(0, 0, {"name": "Chair", "amount": 10.1}), (0, 0, {"name": "Way", "amount": 5.05})]
    answer = env[Claim].onchange({"line_ids": lines}, ["line_ids"], ["cost"])
    assert answer["value"]["cost"] == Decimal("15.15")


def test_employees_do_not_delete_claims(claim: Claim, as_user: AsUser) -> None:
    with pytest.raises(AccessError, match="Claim"):
        as_user()[Claim].browse([claim.id]).unlink()
    assert as_user("claim_demo.group_manager")[Claim].browse([claim.id]).unlink()


def test_an_installation_publishes_its_workflow_once(env: Env) -> None:
    assert versions.definitions(env, "demo.claim")[0].number == 1
