"""crm offers a hook with a typed spec, and an addon from a foreign folder answers it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from addons.base.models.partner import Partner
from addons.claim_demo.models.claim import Claim
from addons.crm.hookspecs import lead_converted
from addons.crm.models.lead import Lead
from addons.crm_answer.hooks import plan_welcome_call
from core import Env
from core.kernel import trace


@pytest.fixture
def traced() -> Iterator[None]:
    trace.configure({"hooks"})
    yield
    trace.configure(())


def converted(env: Env, partner: Partner | None = None) -> Lead:
    lead = env[Lead].create({"name": "Forty chairs", "type": "lead"})
    lead.convert_opportunity(partner.id if partner else False)
    return lead


@pytest.mark.addons("crm_answer")
def test_the_addon_answers_when_a_lead_is_converted(env: Env) -> None:
    partner = env[Partner].create({"name": "Ana Ruiz"})
    lead = converted(env, partner)
    assert lead.type == "opportunity"
    assert lead.title_action == "Welcome Ana Ruiz"
    assert lead.date_action == env.today()
    assert converted(env).title_action == ""


@pytest.mark.addons("crm")
def test_nobody_answers_where_the_addon_is_not_installed(env: Env) -> None:
    assert env.registry.hooks.implementations(lead_converted) == ()
    assert converted(env, env[Partner].create({"name": "Ana Ruiz"})).title_action == ""


@pytest.mark.addons("crm_answer")
def test_the_list_of_hooks_names_who_answers(env: Env) -> None:
    assert env.registry.hooks.implementations(lead_converted) == (("crm_answer", plan_welcome_call),)
    row = next(row for row in env.registry.hooks.document() if row.name == "lead_converted")
    assert row.addon == "crm"
    assert row.signature == "lead_converted(lead: Lead, partner: Partner) -> None"
    assert row.implementations == ("crm_answer.plan_welcome_call",)


@pytest.mark.addons("crm_answer", "claim_demo")
def test_the_trace_shows_each_hook_and_who_answers(env: Env, traced: None, capsys: pytest.CaptureFixture[str]) -> None:
    converted(env, env[Partner].create({"name": "Ana Ruiz"}))
    claim = env[Claim].create({"name": "Broken chair", "resolution": "A new chair."})
    claim.action_open()
    claim.action_close()
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith("[hooks] crm.lead_converted -> crm_answer.plan_welcome_call") for line in lines)
    assert "[hooks] claim_demo.claim_closed: nobody answers" in lines
