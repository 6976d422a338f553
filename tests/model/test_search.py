"""Searches, orders and pages give the same on both databases and on paper, whatever the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, given, note
from hypothesis import strategies as st

from core.errors import GrialError
from tests.model import questions, values
from tests.model.build import fill
from tests.model.effort import effort
from tests.model.paper import Paper, Reader, Refused
from tests.model.paper_domain import found, holds
from tests.model.paper_order import ordered
from tests.model.shape import TO_MANY, Schema, schemas

if TYPE_CHECKING:
    from core.orm.env import Env
    from tests.model.conftest import World

Rows = dict[str, list[dict[str, Any]]]
Question = tuple[str, list[Any], str, int, int]


@st.composite
def searches(draw: st.DrawFn) -> tuple[Schema, Rows, Reader, list[Question]]:
    schema = draw(schemas())
    rows = draw(values.records(schema))
    asked: list[Question] = []
    for _ in range(draw(st.integers(1, 4))):
        model = draw(st.sampled_from([one.name for one in schema.models]))
        domain = draw(questions.domains(schema, model))
        order = draw(st.just("") | questions.orders(schema, model))
        asked.append((model, domain, order, draw(st.integers(0, 2)), draw(st.integers(0, 3))))
    return schema, rows, draw(questions.readers), asked


def on_paper(paper: Paper, model: str, domain: list[Any], order: str) -> list[int] | None:
    """The ids that are found, in order; None where the question is refused."""
    try:
        return ordered(paper, model, found(paper, model, domain), order or paper.schema.model(model).order)
    except Refused:
        return None


def reading_as(env: Env, reader: Reader) -> Env:
    return env.with_context({"lang": reader.lang, "tz": reader.tz, "active_test": reader.active_test})


def ask(env: Env, paper: Paper, question: Question) -> None:
    """Put one question to the database, to the matcher in memory and to the paper."""
    model, domain, order, offset, limit = question
    note(f"{model} {domain!r} order {order!r}")
    expected = on_paper(paper, model, domain, order)
    table = env[model]
    everybody = table.browse(paper.ids(model))
    if expected is None:
        event("refused")
        with pytest.raises(GrialError):
            table.search(domain)
        if everybody:
            with pytest.raises(GrialError):
                everybody.filtered(domain)
        return
    event(f"found {min(len(expected), 3)}")
    assert table.search(domain, order=order).ids == expected
    assert table.search_count(domain) == len(expected)
    page = expected[offset:][: limit or None]
    assert table.search(domain, offset, limit, order).ids == page
    kept = [i for i in paper.ids(model) if holds(paper, model, i, domain)]
    assert everybody.filtered(domain).ids == kept


def reads_as(env: Env, paper: Paper) -> None:
    """Every value that was stored reads as it does on paper."""
    for model in paper.schema.models:
        for record in env[model.name].browse(paper.ids(model.name)):
            for shape in paper.schema.fields(model.name):
                value = paper.value(model.name, record.id, shape)
                shown: Any = getattr(record, shape.name)
                kind = paper.schema.kind(model.name, shape)
                if kind in TO_MANY:
                    assert sorted(shown.ids) == sorted(value), shape
                elif kind == "many2one":
                    assert (shown.id or None) == value, shape
                elif kind == "reference":
                    assert (f"{shown._name},{shown.id}" if shown else "") == value, shape
                else:
                    assert shown == value or (shown is None and value == ""), shape


def test_searches_give_the_same_everywhere(make_world: World) -> None:
    @effort(quick=15)
    @given(searches())
    def check(given_case: tuple[Schema, Rows, Reader, list[Question]]) -> None:
        schema, rows, reader, asked = given_case
        with make_world(schema) as env:
            fill(env, rows, schema)
            paper = Paper(schema, rows, reader)
            reader_env = reading_as(env, reader)
            reads_as(reader_env, paper)
            for question in asked:
                ask(reader_env, paper, question)

    check()
