"""A signal changes a record: it takes the right to, by every door, also where no method of the addon asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from addons.claim_demo.models.claim import Claim
from core import Env
from core.errors import AccessError, MissingError, ValidationError
from core.rpc.dispatch import plan_signal
from core.testing.clients import Refused, WebClient
from core.testing.records import AsUser, Database
from core.testing.users import new_user
from core.workflow import engine
from tests.security.doors import rpc

pytestmark = pytest.mark.addons("claim_demo")


def read_only(env: Env) -> None:
    """Take the right to change claims from employees."""
    env["ir.model.access"].search([("name", "=", "demo.claim user")]).write({"perm_write": False})


@pytest.fixture
def claim(env: Env) -> int:
    made = env[Claim].create({"name": "Broken chair", "email_from": "ana@example.com", "resolution": "x"})
    made.action_open()
    return int(made.id)


def state(env: Env, claim: int) -> Any:
    return env[Claim].browse([claim]).read(["state"])[0]["state"]


@pytest.mark.case("B24")
@pytest.mark.parametrize("signal", ["action_wait", "action_close"])
def test_who_may_only_read_sends_no_signal(env: Env, as_user: AsUser, claim: int, signal: str) -> None:
    read_only(env)
    ana = as_user()
    acts: list[Callable[[], Any]] = [
        lambda: plan_signal(env.registry, "demo.claim", signal, claim).act(ana["demo.claim"]),
        lambda: engine.press(ana[Claim].browse([claim]), signal),
        lambda: engine.exec_workflow(ana, "demo.claim", signal, [claim]),
    ]
    if signal == "action_close":
        acts.append(lambda: rpc(ana, "demo.claim", signal, [claim]))
    for act in acts:
        with pytest.raises(AccessError, match="Claim"):
            act()
    assert state(env, claim) == "open"


def test_who_may_change_other_records_only_sends_no_signal_to_this_one(env: Env, as_user: AsUser, claim: int) -> None:
    model = env["ir.model"].search([("model", "=", "demo.claim")]).id
    rule = {"name": "x", "model_id": model, "domain_force": "[('name', '!=', 'Broken chair')]"}
    hiding = env["ir.rule"].create(rule)
    ana = as_user()
    for error, change in ((MissingError, {}), (AccessError, {"perm_read": False})):
        hiding.write(change)
        for signal in ("action_wait", "action_close"):
            with pytest.raises(error):
                plan_signal(env.registry, "demo.claim", signal, claim).act(ana["demo.claim"])
            with pytest.raises(error):
                engine.press(ana[Claim].browse([claim]), signal)
    assert state(env, claim) == "open"


def test_the_pages_press_no_button_for_them(database: Database, new_client: Callable[..., WebClient]) -> None:
    with database.transaction() as env:
        read_only(env)
        new_user(env, ["base.group_user"], {"login": "ana"})
        made = env[Claim].create({"name": "Broken chair", "email_from": "ana@example.com"})
        made.action_open()
        number = made.id
    ana = new_client("ana")
    with pytest.raises(Refused, match="Claim"):
        ana.call("demo.claim", "action_close", [number])
    body = {"params": {"model": "demo.claim", "id": number, "signal": "action_wait"}}
    assert "error" in ana.post("/web/dataset/exec_workflow", json=body).get_json()
    ana.post(f"/web/demo.claim/{number}/button/action_wait")
    with database.transaction(write=False) as env:
        assert state(env, number) == "open"


@pytest.mark.case("B20")
def test_the_state_of_a_claim_is_the_workflows(env: Env, as_user: AsUser, claim: int) -> None:
    """The group of a transition would be worth nothing, were its field open to be written."""
    ana = as_user()
    for value in ("cancel", "draft", False):
        with pytest.raises(ValidationError, match="moved by its workflow"):
            rpc(ana, "demo.claim", "write", [claim], {"state": value})
    with pytest.raises(ValidationError, match="moved by its workflow"):
        rpc(ana, "demo.claim", "create", {"name": "x", "state": "cancel"})
    made = rpc(ana, "demo.claim", "create", {"name": "x"}, context={"default_state": "cancel"})
    assert state(env, made) == "draft"
    assert state(env, claim) == "open"


@pytest.mark.case("B10")
def test_a_related_value_ends_where_its_record_is_hidden(env: Env, as_user: AsUser) -> None:
    made: Any = env[Claim].create({"name": "Broken chair", "line_ids": [(0, 0, {"name": "Chair", "amount": 10})]})
    line = made.line_ids.id
    model = env["ir.model"].search([("model", "=", "demo.claim")]).id
    rule = {"name": "x", "model_id": model, "domain_force": "[('name', '!=', 'Broken chair')]"}
    env["ir.rule"].create(rule)
    (row,) = rpc(as_user(), "demo.claim.line", "read", [line], ["name", "currency_id", "claim_id"])
    assert (row["name"], row["currency_id"], row["claim_id"]) == ("Chair", False, False)
