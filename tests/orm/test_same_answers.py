"""Small examples of what the property tests in tests/model have found: the databases and the matcher disagreed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import ValidationError
from tests.orm.sample import Country, Line, Order, Partner, Tag, Visit

if TYPE_CHECKING:
    from core.orm.env import Env


@pytest.fixture
def pair(env: Env, spain: Country) -> Partner:
    """Ana of Spain with two children, one of them archived, and Bea of nowhere."""
    ana, bea = env[Partner].create(
        [
            {"name": "Ana", "country_id": spain.id, "rank": 3, "credit": "0.10", "terms": "50%\\",
             "seen": "2026-01-31 23:30:00"},
            {"name": "Bea"},
        ]
    )  # fmt: skip
    return ana | bea


def names(env: Env, people: Partner, domain: list[Any], **context: Any) -> str:
    """The initials of those who meet a domain, in SQL and in memory alike."""
    table = env[Partner].with_context(**context)
    found = table.search([*domain, ("id", "in", people.ids)], order="name")
    kept = people.with_context(**context).filtered(domain).sorted("name")
    assert found.ids == kept.ids
    return "".join(partner.name[0] for partner in found)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ([("country_id.code", "=", False)], ""),  # a link that leads nowhere leads to no empty code
        ([("country_id.code", "!=", False)], "AB"),
        ([("country_code", "=", False)], "B"),  # but what is shown of it is empty
        ([("country_code", "!=", False)], "A"),
        ([("name", "<", "")], ""),
        ([("credit", "<", 0.104)], "AB"),  # numbers are compared as they are
        ([("credit", "=", 0.104)], ""),
        ([("seen", "<=", dt.date(2026, 1, 31))], "A"),  # all of that day
        ([("terms", "=like", "50\\%\\")], "A"),  # a backslash at the end is one
        ([("terms", "ilike", "\\")], "A"),
        ([("terms", "=", "")], "B"),
        ([("credit", "like", "0.100000")], "A"),
        ([("seen", "like", "23:30:00")], "A"),
        ([("rank", "=", 0)], "B"),
    ],
    ids=str,
)
def test_sql_and_memory_agree(env: Env, pair: Partner, domain: list[Any], expected: str) -> None:
    assert names(env, pair, domain) == expected


@pytest.mark.parametrize("name", ["weight", "active"])
def test_what_has_no_text_is_like_nothing(env: Env, pair: Partner, name: str) -> None:
    with pytest.raises(ValidationError):
        env[Partner].search([(name, "like", "1")])
    with pytest.raises(ValidationError):
        pair.filtered([(name, "like", "1")])


def test_lists_of_links_are_searched_as_they_are_read(env: Env, pair: Partner) -> None:
    ana, _ = pair
    env[Partner].create({"name": "child", "parent_id": ana.id, "active": False})
    assert not ana.child_ids  # in the cache, where the child was added, and in the database
    assert names(env, pair, [("child_ids", "=", False)]) == "AB"
    assert names(env, pair, [("child_ids", "!=", False)], active_test=False) == "A"
    assert names(env, pair, [("child_ids.active", "=", False)]) == "A"
    assert names(env, pair, [("child_ids", "any", [("active", "=", False)])]) == "A"


def test_tags_of_archived_records_are_listed_as_they_are_stored(env: Env, pair: Partner) -> None:
    pair[1].active = False
    red = env[Tag].create({"name": "red", "partner_ids": [(6, 0, pair.ids)]})
    assert red.partner_ids == pair[0]
    assert red.with_context(active_test=False).partner_ids == pair


def test_a_text_in_any_language_is_found_and_shown(env: Env) -> None:
    env[Country].create({"name": {"es_ES": "Francia", "de_DE": "Frankreich"}})
    english = env[Country].with_context(lang="en_US")
    found = english.search([("name", "=", "Frankreich")])  # the first language by its code
    assert [found.name, english.search([("name", "=", "Francia")]).ids] == ["Frankreich", []]
    env.flush()
    env.tx.invalidate()
    assert found.name == "Frankreich"


def test_links_that_lead_nowhere_come_first_going_up_and_last_going_down(env: Env, pair: Partner) -> None:
    ana, _ = pair
    order = env[Order].create({"ref": "1", "partner_id": ana.id})
    line = env[Line].create({"order_id": order.id})
    table = env[Partner]
    assert table.search([], order="country_id").mapped("name") == ["Bea", "Ana"]
    assert table.search([], order="country_id desc").mapped("name") == ["Ana", "Bea"]
    assert table.search([], order="country_id.id desc").mapped("name") == ["Ana", "Bea"]
    table.create({"name": "Cid", "parent_id": ana.id, "rank": 1})
    assert table.search([], order="parent_id.rank").mapped("name") == ["Ana", "Bea", "Cid"]
    assert table.search([], order="parent_id.rank desc, name").mapped("name") == ["Cid", "Ana", "Bea"]
    assert env[Line].search([], order="order_id desc") == line


def test_groups_of_tags_leave_out_archived_ones_as_lists_do(env: Env, pair: Partner) -> None:
    red = env[Tag].create({"name": "red", "partner_ids": [(6, 0, pair.ids)]})
    pair[1].active = False
    groups = env[Tag].read_group([], [], ["partner_ids"])
    assert [(group["partner_ids"] and group["partner_ids"][1], group["partner_ids_count"]) for group in groups] == [
        ("Ana", 1)
    ]
    assert env[Tag].search(groups[0]["__domain"]) == red


def test_empty_groups_behind_a_link_find_their_records(env: Env, pair: Partner) -> None:
    table = env[Partner]
    table.create({"name": "Cid", "parent_id": pair[0].id})
    for spec in ("country_id.code", "parent_id.rank", "parent_id.country_id", "parent_id.seen:day", "parent_id.active"):
        groups = table.read_group([], [], [spec], lazy=False)
        assert sum(group["__count"] for group in groups) == 3
        assert [table.search_count(group["__domain"]) for group in groups] == [group["__count"] for group in groups]


@pytest.mark.parametrize("spec", ["name:sum", "born:avg", "active:max", "rank:bool_and", "extra:count_distinct"])
def test_aggregates_that_mean_nothing_are_refused(env: Env, spec: str) -> None:
    with pytest.raises(ValidationError):
        env[Partner].grouped([], [], [spec])


def test_what_a_link_shows_of_a_translated_text_can_be_read(env: Env, spain: Country) -> None:
    spain.with_context(lang="es_ES").name = "España"
    visit = env[Visit].create({"country_id": spain.id})
    assert visit.country_name == "Spain"
    assert visit.with_context(lang="es_ES").country_name == "España"
    assert env[Visit].with_context(lang="es_ES").search([("country_name", "=", "España")]) == visit


def test_a_number_that_no_company_has_is_zero(env: Env) -> None:
    none, five = env[Visit].create([{}, {"points": 5}])
    for domain, expected in (
        ([("points", "=", 0)], none),
        ([("points", "<", 5)], none),
        ([("points", ">=", 0)], none | five),
    ):
        assert env[Visit].search(domain) == expected == (none | five).filtered(domain)
    assert env[Visit].grouped([], ["points"], ["points:avg"]) == [(0, 0.0), (5, 5.0)]
    assert env[Visit].search([], order="points desc") == five | none
