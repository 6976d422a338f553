"""Groups, sums and the domains of groups are the same on both databases and on paper, whatever the schema."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, given, note
from hypothesis import strategies as st

from core.errors import GrialError
from tests.model import questions, values
from tests.model.build import fill
from tests.model.effort import effort
from tests.model.paper import Paper, Reader, Refused
from tests.model.paper_domain import found
from tests.model.paper_group import FIT, aggregate, groups, level
from tests.model.shape import FieldShape, Schema, schemas
from tests.model.test_search import Rows, reading_as

if TYPE_CHECKING:
    from core.orm.env import Env
    from tests.model.conftest import World

Grouping = tuple[str, list[Any], list[str], list[str], list[int]]
UNITS = ["", ":hour", ":day", ":week", ":month", ":quarter", ":year"]


@st.composite
def paths(draw: st.DrawFn, schema: Schema, model: str) -> tuple[str, FieldShape]:
    """A path over up to two links to one record, and what it leads to."""
    steps: list[str] = []
    while True:
        shape = draw(st.sampled_from(list(schema.fields(model))))
        steps.append(shape.name)
        end = schema.end(model, shape)
        if end.kind != "many2one" or len(steps) > 2 or draw(st.booleans()):
            return ".".join(steps), end
        model = end.target


@st.composite
def groupings(draw: st.DrawFn) -> tuple[Schema, Rows, Reader, list[Grouping]]:
    schema = draw(schemas())
    rows = draw(values.records(schema))
    asked: list[Grouping] = []
    for _ in range(draw(st.integers(1, 3))):
        model = draw(st.sampled_from([one.name for one in schema.models]))
        by: list[str] = []
        for _ in range(draw(st.integers(0, 3))):
            path, end = draw(paths(schema, model))
            units = {"datetime": UNITS, "date": [unit for unit in UNITS if unit != ":hour"]}.get(end.kind, [""])
            by.append(path + draw(st.sampled_from(units)))
        by = list(dict.fromkeys(by))
        sums = ["__count"]
        for _ in range(draw(st.integers(0, 3))):
            path, end = draw(paths(schema, model))
            fitting = ["count", *(name for name, kinds in FIT.items() if end.kind in kinds)]
            sums.append(f"{path}:{draw(st.sampled_from(fitting) | st.sampled_from([*FIT]))}")
        down = draw(st.lists(st.integers(0, 2), max_size=1))
        asked.append((model, draw(questions.domains(schema, model, 1)), by, list(dict.fromkeys(sums)), down))
    return schema, rows, draw(questions.readers), asked


def same(one: Any, other: Any) -> bool:
    """Equal, or equal but for the order in which doubles were added."""
    if isinstance(one, float) or isinstance(other, float):
        return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-6)
    return bool(one == other)


def ask(env: Env, paper: Paper, question: Grouping) -> None:
    """Compare one grouping, as rows and as groups of a client."""
    model, domain, by, sums, down = question
    note(f"{question}")
    table = env[model]
    try:
        ids = found(paper, model, domain)
        levels = [level(paper, model, spec) for spec in by]
        made = groups(paper, model, ids, levels, set(down))
        if not by:
            rows = [tuple(aggregate(paper, model, ids, spec) for spec in sums)]
        else:
            rows = [(*g.values, *(aggregate(paper, model, g.records, spec) for spec in sums)) for g in made]
        for spec in sums:
            aggregate(paper, model, [], spec)
    except Refused:
        event("refused")
        with pytest.raises(GrialError):
            table.grouped(domain, by, sums)
        return
    order = ", ".join(f"{by[place]} desc" for place in down if place < len(by))
    event(f"{min(len(made), 4)} groups by {len(by)}")
    answer = table.grouped(domain, by, sums, order)
    assert len(answer) == len(rows)
    for row, expected in zip(answer, rows, strict=True):
        assert [v or "" if isinstance(v, str) else v for v in expected] == pytest.approx(list(row)) or all(
            same(one, other) or (one is None and other == "") for one, other in zip(row, expected, strict=True)
        ), (row, expected)
    if not by:
        return
    told = table.read_group(domain, [spec for spec in sums if "." not in spec], by, 0, None, order, False)
    assert [group["__count"] for group in told] == [len(group.records) for group in made]
    for group, expected_group in zip(told, made, strict=True):
        there = table.with_context(active_test=False).search(group["__domain"])
        wanted = sorted(set(expected_group.records))
        if not paper.reader.active_test or not paper.archives(model):
            assert sorted(there.ids) == wanted, group
        assert sorted(table.search(group["__domain"]).ids) == wanted, group


def test_groups_give_the_same_everywhere(make_world: World) -> None:
    @effort(quick=12)
    @given(groupings())
    def check(given_case: tuple[Schema, Rows, Reader, list[Grouping]]) -> None:
        schema, rows, reader, asked = given_case
        with make_world(schema) as env:
            fill(env, rows, schema)
            for question in asked:
                ask(reading_as(env, reader), Paper(schema, rows, reader), question)

    check()
