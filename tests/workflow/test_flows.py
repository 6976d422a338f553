"""Flows as rows: records on several branches at once, subflows, triggers, and what a move costs."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest

from core import Env
from core.errors import ConflictError, UserError
from core.testing.records import Database
from core.workflow import engine, explain, versions
from tests.workflow.conftest import Build, build_flow, places

BRANCHES = ["draft -confirm-> both", "both -> ship", "both -> bill", "ship -shipped-> done", "bill -paid-> done"]
SPLIT: dict[str, Any] = {"both": {"split_mode": "AND"}, "done": {"join_mode": "AND"}}


def test_two_branches_meet_again(env: Env, build: Build) -> None:
    build("order", BRANCHES, **SPLIT)
    partner: Any = env["res.partner"].create({"name": "Ana"})
    assert places(partner) == ["draft"]
    engine.send(partner, "confirm")
    assert places(partner) == ["ship", "bill"]
    with pytest.raises(UserError, match="Ana is ship, bill; “confirm” is not possible there"):
        engine.send(partner, "confirm")
    engine.send(partner, "paid")
    assert places(partner) == ["ship", "(done)"]
    engine.send(partner, "shipped")
    assert places(partner) == ["done"]
    assert env["workflow.instance"].search([("res_id", "=", partner.id)]).mapped("state") == ["complete"]


def test_an_action_runs_once_for_the_set(env: Env, build: Build) -> None:
    build("write", ["draft -ok-> done"], done={"kind": "function", "action": "write({'comment': 'checked'})"})
    partners: Any = env["res.partner"].create([{"name": f"P{n}"} for n in range(3)])
    engine.send(partners, "ok")
    assert partners.mapped("comment") == ["checked"] * 3


def test_a_write_opens_a_way_without_a_signal(env: Env, build: Build) -> None:
    build("city", ["open -[city == 'Vigo']-> seaside"])
    partner: Any = env["res.partner"].create({"name": "Ana"})
    partner.write({"city": "Lugo"})
    assert places(partner) == ["open"]
    partner.write({"city": "Vigo"})
    assert places(partner) == ["seaside"]


def test_a_new_record_follows_at_once_what_is_open(env: Env, build: Build) -> None:
    build("city", ["open -[city == 'Vigo']-> seaside"])
    assert places(env["res.partner"].create({"name": "Ana", "city": "Vigo"})) == ["seaside"]


def test_a_subflow_holds_its_parent_until_it_ends(env: Env, build: Build) -> None:
    inner = build("check", ["look -good-> fine", "look -bad-> refused"])
    inner.on_create = False
    build_flow(
        env, "outer", ["draft -ok-> inside", "inside -subflow.fine-> accepted", "inside -subflow.refused-> draft"],
        inside={"kind": "subflow", "subflow_id": inner.id},
    )  # fmt: skip
    versions.publish(env, [inner.id])
    ana, eva = (env["res.partner"].create({"name": name}) for name in ("Ana", "Eva"))
    for partner in (ana, eva):
        engine.send(partner, "ok")
        assert places(partner) == ["inside", "look"]
    engine.send(ana, "good")
    assert places(ana) == ["accepted", "fine"]
    engine.send(eva, "bad")
    assert places(eva) == ["draft", "refused"]


def test_a_change_of_another_record_wakes_who_waits_for_it(env: Env, build: Build) -> None:
    workflow = build("wait", ["draft -ok-> waiting", "waiting -[parent_id.comment == 'go']-> going"])
    way = workflow.activities.filtered(lambda a: a.name == "waiting").out_transitions
    way.write({"trigger_model": "res.partner", "trigger_expr_id": "parent_id.ids"})
    versions.publish(env, [workflow.id])
    firm: Any = env["res.partner"].create({"name": "Firm", "is_company": True})
    ana: Any = env["res.partner"].create({"name": "Ana", "parent_id": firm.id})
    engine.send(ana, "ok")
    firm.write({"comment": "stay"})
    assert places(ana) == ["waiting"]
    firm.write({"comment": "go"})
    assert places(ana) == ["going"]


def test_a_deleted_record_leaves_no_instance(env: Env, build: Build) -> None:
    build("order", BRANCHES, **SPLIT)
    partner = env["res.partner"].create({"name": "Ana"})
    number = partner.id
    partner.unlink()
    assert not env["workflow.workitem"].search([("res_id", "=", number)])


def test_a_copy_starts_afresh(env: Env, build: Build) -> None:
    build("order", BRANCHES, **SPLIT)
    partner = env["res.partner"].create({"name": "Ana"})
    engine.send(partner, "confirm")
    assert places(partner.copy()) == ["draft"]


def test_what_may_happen_is_told_with_who_may_do_it_and_why_not(env: Env, build: Build) -> None:
    build("steps", ["draft -ok[city == 'Vigo']-> open", "draft -cancel-> off", "draft -[ref == 'x']-> other"])
    partner: Any = env["res.partner"].create({"name": "Ana"})
    told = {step.signal: step for step in explain.steps(partner, automatic=True)}
    assert told["cancel"].why == ""
    assert "city == 'Vigo'" in told["ok"].why
    assert "ref == 'x'" in told[""].why
    assert told["ok"].target == "open"


@pytest.mark.parametrize("work", ["create", "confirm", "both"])
def test_the_statements_do_not_depend_on_the_number_of_records(env: Env, build: Build, work: str) -> None:
    build("order", BRANCHES, **SPLIT)
    env["res.partner"].create({"name": "First"})
    counts = []
    for size in (5, 50):
        env.flush()
        before = env.tx.statements
        partners: Any = env["res.partner"].create([{"name": f"P{n}"} for n in range(size)])
        if work != "create":
            env.flush()
            before = env.tx.statements
            engine.send(partners, "confirm")
        if work == "both":
            before = env.tx.statements
            engine.send(partners, "paid")
            engine.send(partners, "shipped")
        env.flush()
        counts.append(env.tx.statements - before)
    assert counts[0] == counts[1]


def test_twenty_who_confirm_at_once_confirm_once(database: Database) -> None:
    with database.transaction() as env:
        act = "write({'comment': comment + 'x'})"
        build_flow(env, "count", ["draft -confirm-> done"], done={"kind": "function", "action": act})
        number = env["res.partner"].create({"name": "Ana"}).id
    start, outcomes = Barrier(20), []

    def confirm() -> None:
        start.wait(30)
        try:
            database.databases.registries.run(
                database.name, lambda env: engine.send(env["res.partner"].browse(number), "confirm")
            )
        except (UserError, ConflictError):
            outcomes.append("refused")
        else:
            outcomes.append("confirmed")

    people = [Thread(target=confirm) for _ in range(20)]
    for one in people:
        one.start()
    for one in people:
        one.join(60)
    assert sorted(outcomes) == ["confirmed"] + ["refused"] * 19
    with database.transaction(write=False) as env:
        assert env["res.partner"].browse(number).comment == "x"  # type: ignore[attr-defined]  # base's field
