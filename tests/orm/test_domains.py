"""Conditions mean the same in SQL and in memory, on both databases."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import UnknownName, ValidationError
from core.orm.domain import Domain
from tests.orm.sample import Country, Order, Partner, Tag

if TYPE_CHECKING:
    from core.orm.env import Env


@pytest.fixture
def people(env: Env, spain: Country) -> Partner:
    france = env[Country].create({"name": "France", "code": "FR"})
    red, blue = env[Tag].create([{"name": "red"}, {"name": "blue"}])
    ana, bea, carl, dora = env[Partner].create(
        [
            {"name": "Ána", "country_id": spain.id, "tag_ids": [(6, 0, [red.id, blue.id])], "born": "1990-03-15",
             "credit": "10.5", "rank": 1, "level": "high", "seen": "2026-01-31 23:30:00"},
            {"name": "Bea", "country_id": france.id, "tag_ids": [(6, 0, [blue.id])], "born": "1991-12-01",
             "credit": "0.1", "rank": 2, "note": "50%_off\\"},
            {"name": "Carl", "weight": 2.5, "active": False},
            {"name": "dora", "country_id": spain.id, "seen": "2026-02-01 00:00:00"},
        ]
    )  # fmt: skip
    bea.parent_id = ana
    carl.parent_id = bea
    order = {"ref": "1", "partner_id": ana.id, "line_ids": [(0, 0, {"text": "x", "price": 5})]}
    env[Order].create(order)
    return ana | bea | carl | dora


CASES: list[tuple[Any, str]] = [
    ([("name", "=", "Bea")], "b"),
    ([("name", "!=", "Bea")], "acd"),
    ([("name", "ilike", "ANA")], "a"),
    ([("name", "like", "ea")], "b"),
    ([("name", "like", "EA")], ""),
    ([("name", "not ilike", "a")], ""),
    ([("name", "=ilike", "%A")], "abd"),
    ([("name", "ilike", "")], "abcd"),
    ([("name", "in", ["Bea", "Carl"])], "bc"),
    ([("name", "not in", ["Bea", "Carl"])], "ad"),
    ([("note", "like", "50\\%\\_off")], "b"),
    ([("note", "=", False)], "acd"),
    ([("note", "!=", False)], "b"),
    ([("country_id", "=", False)], "c"),
    ([("country_id", "!=", False)], "abd"),
    ([("country_id", "=", "Spain")], "ad"),
    ([("country_id", "ilike", "spa")], "ad"),
    ([("country_id.code", "=", "ES")], "ad"),
    ([("country_id.code", "!=", "ES")], "bc"),
    ([("country_code", "=", "FR")], "b"),
    (["!", ("country_id.code", "=", "ES")], "bc"),
    ([("tag_ids", "=", False)], "cd"),
    ([("tag_ids", "in", ["red"])], "a"),
    ([("tag_ids", "not in", ["red"])], "bcd"),
    ([("tag_ids.name", "=", "blue")], "ab"),
    ([("tag_ids.name", "!=", "blue")], "cd"),
    ([("tag_ids", "any", [("name", "like", "re")])], "a"),
    ([("tag_ids", "not any", [("name", "like", "re")])], "bcd"),
    ([("order_ids.line_ids.price", ">", 4)], "a"),
    ([("order_ids", "!=", False)], "a"),
    ([("parent_id.parent_id.name", "=", "Ána")], "c"),
    ([("id", "child_of", "Ána")], "abc"),
    ([("parent_id", "child_of", "Bea")], "c"),
    ([("id", "parent_of", "Carl")], "abc"),
    ([("credit", ">", 0.1)], "a"),
    ([("credit", ">=", 0.1)], "ab"),
    ([("credit", "=", "10.5")], "a"),
    ([("credit", "=", False)], "cd"),
    ([("weight", "<", 2)], "abd"),
    ([("rank", "in", [1, 2])], "ab"),
    ([("active", "=", False)], "c"),
    ([("active", "in", [True, False])], "abcd"),
    ([("level", "=", "high")], "a"),
    ([("born", "<", "1991-01-01")], "a"),
    ([("born", ">=", dt.date(1991, 12, 1))], "b"),
    ([("born", "=", False)], "cd"),
    ([("born.month_number", "=", 3)], "a"),
    ([("born.year_number", "in", [1990, 1991])], "ab"),
    ([("born.quarter_number", "=", 4)], "b"),
    ([("born.iso_week_number", "=", 11)], "a"),
    ([("born.day_of_week", "=", 4)], "a"),
    ([("seen.month_number", "=", 2)], "d"),
    ([("seen", "<=", "2026-01-31")], "a"),
    ([("seen", ">", "2026-01-31")], "d"),
    (["|", ("name", "=", "Bea"), "&", ("rank", "=", 1), ("country_id", "=", "Spain")], "ab"),
    (["!", "|", ("name", "=", "Bea"), ("credit", ">", 1)], "cd"),
    ([("name", "=?", False)], "abcd"),
    ([("name", "=?", "Bea")], "b"),
    ([(1, "=", 1)], "abcd"),
    ([(0, "=", 1)], ""),
    ([("label", "ilike", "franc")], "b"),
    ([("name", "<>", "Bea")], "acd"),
]


@pytest.mark.parametrize(("domain", "expected"), CASES, ids=lambda value: str(value))
def test_a_domain_means_the_same_everywhere(env: Env, people: Partner, domain: Any, expected: str) -> None:
    letters = dict(zip(people.ids, "abcd", strict=True))
    env.flush()
    table = env[Partner].with_context(active_test=False)
    found = "".join(sorted(letters[i] for i in table.search(domain).ids))
    assert found == expected
    if "label" not in str(domain):
        everybody = people.with_context(active_test=False)
        assert "".join(sorted(letters[i] for i in everybody.filtered(domain).ids)) == expected
    opposite = table.search(["!", *(["&"] * (len(domain) - 1) if domain[0] not in ("|", "&", "!") else []), *domain])
    assert "".join(sorted(letters[i] for i in opposite.ids)) == "".join(x for x in "abcd" if x not in expected)


def test_conditions_are_python_expressions_too(env: Env, people: Partner, spain: Country) -> None:
    found = env[Partner].search((Partner.country_id == spain) & ~(Partner.rank > 0))
    assert found.mapped("name") == ["dora"]
    assert env[Partner].search(Partner.tag_ids.any(Tag.name == "red") | Partner.name.ilike("DOR")).mapped("name") == [
        "Ána",
        "dora",
    ]
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(Partner.name == "x")


def test_archived_records_are_left_out_unless_asked_for(env: Env, people: Partner) -> None:
    assert env[Partner].search_count([]) == 3
    assert env[Partner].search_count([("active", "=", False)]) == 1


def test_order_follows_dotted_paths_and_ignores_case_and_accents(env: Env, people: Partner) -> None:
    table = env[Partner].with_context(active_test=False)
    assert table.search([], order="name").mapped("name") == ["Ána", "Bea", "Carl", "dora"]
    assert table.search([], order="country_id.code desc, name desc").mapped("name") == ["Bea", "dora", "Ána", "Carl"]
    assert table.search([], order="country_id, name").mapped("name") == ["Carl", "Bea", "Ána", "dora"]
    assert table.search([], order="name", limit=2, offset=1).mapped("name") == ["Bea", "Carl"]


@pytest.mark.case("C04")
@pytest.mark.parametrize(
    "bad",
    [[("name", "~", "x")], ["|", ("name", "=", "x")], "name", [("name", "=")], [("name.x", "=", 1)],
     [("label.x", "=", 1)],
     [("rank", "child_of", 1)], [("born", "<", "soon")]],
)  # fmt: skip
def test_what_is_no_domain_is_refused(env: Env, bad: Any) -> None:
    with pytest.raises((ValidationError, UnknownName)):
        env[Partner].search(bad)


@pytest.mark.case("C01")
@pytest.mark.parametrize("bad", ["name; drop table x", "nmae", "name up", "tag_ids", "(select 1)"])
def test_what_is_no_order_is_refused(env: Env, bad: str) -> None:
    with pytest.raises((ValidationError, UnknownName)):
        env[Partner].search([], order=bad)


def test_lists_and_trees_of_conditions_are_the_same() -> None:
    source = ["|", "!", ("a", "=", 1), "&", ("b", "in", [1]), ("c.d", "!=", False)]
    assert Domain.parse(Domain.parse(source).as_list()).as_list() == source
