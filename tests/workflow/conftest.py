"""Workflows of partners, written as rows the way an addon's data file would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core import Env
from core.workflow import versions

Build = Callable[..., Any]


def build_flow(env: Env, name: str, ways: list[str], model: str = "res.partner", **activities: dict[str, Any]) -> Any:
    """A published workflow from ways such as `a -ok[condition]-> b`; it starts in the first activity.

    Keyword arguments give fields of an activity.
    """
    workflow: Any = env["workflow"].create({"name": name, "osv": model})
    put_ways(env, workflow, ways, **activities)
    versions.publish(env, [workflow.id])
    return workflow


def put_ways(env: Env, workflow: Any, ways: list[str], **activities: dict[str, Any]) -> None:
    """Write the activities and transitions of a workflow anew; activities of the same name stay the same rows."""
    read: list[tuple[str, str, str, str]] = []
    for way in ways:
        source, _, rest = way.partition(" -")
        label, _, target = rest.rpartition("> ")
        signal, _, condition = label.removesuffix("-").partition("[")
        read.append((source, target, signal, condition.removesuffix("]") or "True"))
    named = list(dict.fromkeys(end for source, target, *_ in read for end in (source, target)))
    known = {activity.name: activity for activity in workflow.activities}
    for name in [name for name in known if name not in named]:
        known.pop(name).unlink()
    for name in named:
        values = {
            "flow_start": name == named[0], "flow_stop": all(source != name for source, *_ in read),
            **activities.get(name, {}),
        }  # fmt: skip
        if name in known:
            known[name].write(values)
        else:
            known[name] = env["workflow.activity"].create({"name": name, "wkf_id": workflow.id, **values})
    workflow.activities.out_transitions.unlink()
    for source, target, signal, condition in read:
        env["workflow.transition"].create(
            {"act_from": known[source].id, "act_to": known[target].id, "signal": signal, "condition": condition}
        )


@pytest.fixture
def build(env: Env) -> Build:
    """`build("name", ["a -ok-> b"], b={"kind": "stopall"})`: a published workflow of partners."""

    def make(name: str, ways: list[str], **told: Any) -> Any:
        return build_flow(env, name, ways, **told)

    return make


def places(record: Any) -> list[str]:
    """The names of the activities where a record stands, those before a join in brackets."""
    items: Any = record.env["workflow.workitem"].search([("res_type", "=", record._name), ("res_id", "=", record.id)])
    return [f"({item.act_id.name})" if item.state == "active" else item.act_id.name for item in items]
