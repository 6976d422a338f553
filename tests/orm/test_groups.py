"""Counts and sums by groups, in one statement."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.errors import ValidationError
from tests.orm.sample import Country, Partner, Tag

if TYPE_CHECKING:
    from core.orm.env import Env


@pytest.fixture
def people(env: Env, spain: Country) -> Partner:
    france = env[Country].create({"name": "France", "code": "FR"})
    red, blue = env[Tag].create([{"name": "red"}, {"name": "blue"}])
    return env[Partner].create(
        [
            {"name": "a", "country_id": spain.id, "credit": "1.10", "born": "2026-01-05", "rank": 1,
             "tag_ids": [(4, red.id)]},
            {"name": "b", "country_id": spain.id, "credit": "2.20", "born": "2026-01-31", "rank": 2,
             "tag_ids": [(4, red.id), (4, blue.id)]},
            {"name": "c", "country_id": france.id, "credit": "4.00", "born": "2026-02-01", "rank": 2,
             "seen": "2026-01-31 23:30:00"},
            {"name": "d", "credit": "8.00"},
        ]
    )  # fmt: skip


def test_sums_by_a_link_with_the_empty_group_last(env: Env, people: Partner) -> None:
    groups = env[Partner].read_group([], ["credit"], ["country_id"])
    assert [(g["country_id"] and g["country_id"][1], g["country_id_count"], g["credit"]) for g in groups] == [
        ("France", 1, 4.0),
        ("Spain", 2, 3.3),
        (False, 1, 8.0),
    ]
    assert env[Partner].search(groups[1]["__domain"]).mapped("name") == ["a", "b"]


def test_exact_sums_and_averages(env: Env, people: Partner) -> None:
    rows = env[Partner].grouped([], [], ["credit:sum", "credit:avg", "credit:min", "credit:max", "rank:sum", "__count"])
    assert rows == [(Decimal("15.30"), Decimal("3.825"), Decimal("1.10"), Decimal("8.00"), 5, 4)]
    assert env[Partner].grouped([], [], ["country_id:count_distinct", "country_id:count"]) == [(2, 3)]


def test_dates_by_month_in_words_and_as_domains(env: Env, people: Partner) -> None:
    groups = env[Partner].with_context(lang="es_ES").read_group([], ["credit"], ["born:month"])
    assert [(g["born:month"], g["credit"]) for g in groups] == [
        ("enero 2026", 3.3),
        ("febrero 2026", 4.0),
        (False, 8.0),
    ]
    assert [env[Partner].search_count(g["__domain"]) for g in groups] == [2, 1, 1]


@pytest.mark.case("I27")
def test_moments_are_cut_in_the_readers_zone(env: Env, people: Partner) -> None:
    def months(tz: str) -> list[object]:
        groups = env[Partner].with_context(tz=tz).read_group([("seen", "!=", False)], [], ["seen:month"])
        assert [env[Partner].with_context(tz=tz).search_count(g["__domain"]) for g in groups] == [1]
        return [g["seen:month"] for g in groups]

    assert months("UTC") == ["January 2026"]
    assert months("Europe/Madrid") == ["February 2026"]


def test_several_levels_and_paths(env: Env, people: Partner) -> None:
    groups = env[Partner].read_group([], ["rank"], ["country_id.code", "born:year"], lazy=False)
    assert [(g["country_id.code"], g["born:year"], g["__count"], g["rank"]) for g in groups] == [
        ("ES", "2026", 2, 3),
        ("FR", "2026", 1, 2),
        (False, False, 1, 0),
    ]
    lazy = env[Partner].read_group([], ["rank"], ["country_id", "born:year"])
    assert lazy[0]["__context"] == {"group_by": ["born:year"]}


def test_tags_group_too(env: Env, people: Partner) -> None:
    groups = env[Partner].read_group([], ["credit"], ["tag_ids"])
    assert [(g["tag_ids"] and g["tag_ids"][1], g["tag_ids_count"]) for g in groups] == [
        ("blue", 1),
        ("red", 2),
        (False, 2),
    ]


@pytest.mark.parametrize("by", ["label", "child_ids", "born:century", "name:month", "tag_ids.name"])
def test_what_cannot_be_grouped_is_refused(env: Env, by: str) -> None:
    with pytest.raises(ValidationError):
        env[Partner].read_group([], [], [by])
