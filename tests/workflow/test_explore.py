"""Walking every path: what is taken, where it ends, where records would be stuck."""

from __future__ import annotations

from core.workflow.explore import explore, shown
from tests.workflow.test_net import flow


def test_every_way_of_two_branches_is_taken_and_the_only_end_found() -> None:
    definition = flow(
        "order -ok-> both", "both -> ship", "both -> bill", "ship -shipped-> done", "bill -paid-> done",
        both={"split": "AND"}, done={"join": "AND"},
    )  # fmt: skip
    found = explore(definition)
    assert found.taken == {way.id for way in definition.transitions}
    assert [shown(definition, end) for end in found.ended] == ["done"]
    assert not found.stuck


def test_a_join_that_one_branch_never_reaches_leaves_records_stuck() -> None:
    definition = flow(
        "order -ok-> ship", "order -ok-> bill", "ship -shipped-> done", "bill -paid-> done", done={"join": "AND"}
    )
    assert {shown(definition, state) for state in explore(definition).stuck} == {"(done)"}


def test_a_loop_that_only_splits_is_told() -> None:
    assert explore(flow("a -ok-> a", "a -ok-> b", a={"split": "AND"})).endless


def test_a_subflow_is_walked_through() -> None:
    definition = flow("a -ok-> inside", "inside -subflow.done-> b", inside={"kind": "subflow"})
    assert explore(definition).taken == {way.id for way in definition.transitions}
