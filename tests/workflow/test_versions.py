"""Publishing: running records go on with the new version, or finish on their own; drafts disturb nobody."""

from __future__ import annotations

from typing import Any

import pytest

from core import Env
from core.errors import UserError, ValidationError
from core.workflow import engine, explain, versions
from tests.workflow.conftest import Build, places, put_ways


def signals(record: Any) -> set[str]:
    return {step.signal for step in explain.steps(record)}


def test_an_edited_definition_holds_when_it_is_published(env: Env, build: Build) -> None:
    workflow = build("flow", ["draft -ok-> done"])
    partner = env["res.partner"].create({"name": "Ana"})
    put_ways(env, workflow, ["draft -ok-> checked", "checked -sign-> done", "draft -drop-> done"])
    assert signals(partner) == {"ok"}
    [published] = versions.publish(env, [workflow.id])
    assert (published.definition.number, published.moved, published.left) == (2, 1, 0)
    assert signals(partner) == {"ok", "drop"}
    engine.send(partner, "ok")
    assert places(partner) == ["checked"]


def test_nothing_is_published_twice(env: Env, build: Build) -> None:
    workflow = build("flow", ["draft -ok-> done"])
    assert versions.publish(env, [workflow.id]) == []
    assert workflow.version_ids.mapped("number") == [1]


def test_running_records_may_finish_on_their_version(env: Env, build: Build) -> None:
    workflow = build("flow", ["draft -ok-> open", "open -close-> done"])
    workflow.running = "finish"
    old, new = env["res.partner"].create({"name": "Old"}), None
    engine.send(old, "ok")
    put_ways(env, workflow, ["draft -ok-> open", "open -sign-> signed", "signed -close-> done"])
    [published] = versions.publish(env, [workflow.id])
    assert (published.moved, published.left) == (0, 1)
    new = env["res.partner"].create({"name": "New"})
    engine.send(new, "ok")
    assert (signals(old), signals(new)) == ({"close"}, {"sign"})
    engine.send(old, "close")
    with pytest.raises(UserError, match="New is open"):
        engine.send(new, "close")


@pytest.mark.parametrize(("moves", "expected"), [({}, ["gone"]), ({"gone": "open"}, ["open"])])
def test_a_record_on_an_activity_that_is_gone_goes_where_it_is_told_or_finishes(
    env: Env, build: Build, moves: dict[str, str], expected: list[str]
) -> None:
    workflow = build("flow", ["draft -ok-> gone", "gone -close-> done"])
    partner = env["res.partner"].create({"name": "Ana"})
    engine.send(partner, "ok")
    workflow.moves = moves
    put_ways(env, workflow, ["draft -ok-> open", "open -shut-> done"])
    [published] = versions.publish(env, [workflow.id])
    assert (published.moved, published.left) == ((1, 0) if moves else (0, 1))
    step = "shut" if moves else "close"
    assert signals(partner) == {step}
    assert [step.source for step in explain.steps(partner)] == expected
    engine.send(partner, step)
    with pytest.raises(UserError, match="is not possible there"):
        engine.send(partner, step)


def test_a_condition_that_cannot_be_read_is_refused_with_its_place(env: Env, build: Build) -> None:
    workflow = build("flow", ["draft -ok-> done"])
    put_ways(env, workflow, ["draft -ok[1 +]-> done"])
    with pytest.raises(ValidationError, match="The transition ok of the workflow flow"):
        versions.publish(env, [workflow.id])


def test_a_data_file_publishes_what_it_changes(env: Env) -> None:
    loading = env.with_context(install_mode=True)
    workflow: Any = loading["workflow"].create({"name": "loaded", "osv": "res.partner"})
    put_ways(loading, workflow, ["draft -ok-> done"])
    partner = env["res.partner"].create({"name": "Ana"})
    assert signals(partner) == {"ok"}


def test_a_workflow_that_is_switched_off_moves_nobody(env: Env, build: Build) -> None:
    workflow = build("flow", ["draft -ok-> done"])
    workflow.active = False
    assert not engine.knows(env["res.partner"], "ok")
    workflow.active = True
    assert engine.knows(env["res.partner"], "ok")
