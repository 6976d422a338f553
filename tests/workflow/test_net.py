"""Tokens on paper: splits, joins, ends, and what can be reached."""

from __future__ import annotations

from typing import Any

import pytest

from core.kernel.expression import compile_expression
from core.workflow.definition import Activity, Definition, Transition
from core.workflow.net import Walker, reachable


def flow(*ways: str, **told: dict[str, Any]) -> Definition:
    """A definition from ways such as `a -> b`, `a -ok-> b` or `a -ok[condition]-> b`; it starts in the first activity.

    Keyword arguments give an activity's split, join, kind or stop.
    """
    names: list[str] = []
    read: list[tuple[str, str, str, str]] = []
    for way in ways:
        source, _, rest = way.partition(" -")
        label, _, target = rest.rpartition("> ")
        signal, _, condition = label.removesuffix("-").partition("[")
        read.append((source, target, signal, condition.removesuffix("]") or "True"))
        names += [source, target]
    ids = {name: number for number, name in enumerate(dict.fromkeys(names), 1)}
    activities = {}
    for name, number in ids.items():
        out = tuple(
            Transition(100 * number + n, number, ids[target], signal, signal, compile_expression(condition))
            for n, (source, target, signal, condition) in enumerate(read)
            if source == name
        )
        given = {"stop": not out, **told.get(name, {})}
        activities[number] = Activity(number, name, start=number == 1, ways=out, **given)
    return Definition(1, 0, 0, "test", "test.model", "", on_create=True, activities=activities)


def walker(definition: Definition, **answers: bool) -> Walker:
    walk = Walker(definition, lambda way: answers.get(way.condition.source, True))
    walk.start()
    return walk


def names(walk: Walker) -> list[str]:
    return [walk.definition.activities[here].name for here in walk.standing]


def test_a_signal_moves_the_token_that_waits_for_it() -> None:
    walk = walker(flow("draft -ok-> open", "open -close-> done"))
    assert not walk.send("close")
    assert walk.send("ok")
    assert names(walk) == ["open"]
    assert not walk.complete
    assert walk.send("close")
    assert walk.complete


def test_xor_takes_the_first_open_way() -> None:
    definition = flow("draft -ok[rich]-> gold", "draft -ok-> plain")
    for rich, expected in ((True, "gold"), (False, "plain")):
        walk = walker(definition, rich=rich)
        walk.send("ok")
        assert names(walk) == [expected]


@pytest.mark.parametrize(("rich", "expected"), [(True, ["gold", "plain"]), (False, ["plain"])])
def test_or_takes_every_open_way(rich: bool, expected: list[str]) -> None:
    walk = walker(flow("draft -ok[rich]-> gold", "draft -ok-> plain", draft={"split": "OR"}), rich=rich)
    walk.send("ok")
    assert names(walk) == expected


def test_and_waits_until_every_way_is_open() -> None:
    answers = {"ready": False}
    walk = Walker(
        flow("draft -ok-> wait", "wait -[ready]-> a", "wait -> b", wait={"split": "AND"}),
        lambda way: answers.get(way.condition.source, True),
    )
    walk.start()
    walk.send("ok")
    assert names(walk) == ["wait"]
    answers["ready"] = True
    walk.follow()
    assert names(walk) == ["a", "b"]


def test_an_and_join_waits_for_both_branches() -> None:
    walk = walker(
        flow(
            "order -ok-> both", "both -> ship", "both -> bill", "ship -shipped-> done", "bill -paid-> done",
            both={"split": "AND"}, done={"join": "AND"},
        )
    )  # fmt: skip
    walk.send("ok")
    assert names(walk) == ["ship", "bill"]
    walk.send("paid")
    assert names(walk) == ["ship"]
    assert not walk.complete
    walk.send("shipped")
    assert names(walk) == ["done"]
    assert walk.complete


def test_the_end_needs_every_token_at_a_stop() -> None:
    walk = walker(flow("a -ok-> b", "a -ok-> c", "c -more-> d", a={"split": "OR"}))
    walk.send("ok")
    assert names(walk) == ["b", "c"]
    assert not walk.complete
    walk.send("more")
    assert walk.complete


def test_stopall_takes_the_other_tokens_away() -> None:
    definition = flow("a -ok-> b", "a -ok-> c", "c -cancel-> x", a={"split": "OR"}, x={"kind": "stopall"})
    walk = walker(definition)
    walk.send("ok")
    walk.send("cancel")
    assert names(walk) == ["x"]
    assert walk.complete


def test_a_subflow_answers_its_parent_with_the_name_of_its_end() -> None:
    definition = flow("a -ok-> sub", "sub -subflow.paid-> done", "sub -subflow.lost-> b", sub={"kind": "subflow"})
    for end, expected in (("paid", "done"), ("lost", "b")):
        walk = walker(definition)
        walk.send("ok")
        assert names(walk) == []
        walk.finish_subflow("sub", end)
        assert names(walk) == [expected]


def test_a_circle_without_a_signal_is_told() -> None:
    with pytest.raises(RecursionError, match="goes round in circles"):
        walker(flow("a -> b", "b -> a"))


def test_what_nothing_leads_to_cannot_be_reached() -> None:
    definition = flow("a -ok-> b", "island -ok-> b")
    assert {definition.activities[i].name for i in reachable(definition)} == {"a", "b"}


def test_a_definition_is_the_same_after_it_was_kept() -> None:
    definition = flow("a -ok[rich]-> b", "b -> c", b={"split": "AND", "join": "AND"})
    kept = Definition.of(definition.content(), 1)
    assert kept.content() == definition.content()
    assert [way.condition.source for way in kept.transitions] == ["rich", "True"]
