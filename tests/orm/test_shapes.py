"""Searches of one shape share a statement, and each finds what its own values ask for."""

from __future__ import annotations

import pytest

from core.orm.domain import Domain
from core.orm.domain_match import matching
from tests.orm.sample import Country, Partner

SHAPES = {
    "equal texts": [[("name", "=", "Ana")], [("name", "=", "Bruno")], [("name", "=", "nobody")]],
    "like without case": [[("name", "ilike", "aN")], [("name", "ilike", "u")], [("name", "=ilike", "ÁNA%")]],
    "like": [[("name", "like", "n")], [("name", "like", "%")], [("name", "not like", "n")]],
    "a literal percent": [[("name", "like", "\\%")], [("name", "like", "A")]],
    "choices": [[("level", "=", "low")], [("level", "!=", "low")], [("level", "=", "high")]],
    "booleans": [[("active", "=", True)], [("active", "=", False)], [("active", "!=", True)]],
    "links": [[("parent_id", "=", 1)], [("parent_id", "=", 2)], [("parent_id", "=", False)]],
    "lists": [[("id", "in", [1])], [("id", "in", [2, 3])], [("id", "in", [])], [("id", "not in", [1, 2])]],
    "paths": [[("parent_id.name", "=", "Ana")], [("parent_id.name", "ilike", "BRU")]],
    "numbers": [
        [("rank", ">", 1)],
        [("rank", "=", 2)],
        [("rank", "=", 0)],
        [("rank", "<=", 1.5)],
        [("weight", "<", 2)],
    ],
    "amounts": [[("credit", "=", 5)], [("credit", ">=", "7.5")], [("credit", "!=", 5.0)]],
    "days": [[("born", ">=", "2000-01-01")], [("born", "<", "2001-02-03")], [("seen", ">", "2020-05-05")]],
    "or": [
        ["|", ("name", "=", "Ana"), ("level", "=", "high")],
        ["|", ("name", "=", "Bruno"), ("level", "=", "low")],
        ["!", "|", ("name", "=", "Bruno"), ("level", "=", "low")],
    ],
}


@pytest.fixture
def people(env):
    table = env[Partner]
    ana = table.create({"name": "Ana", "level": "high", "rank": 2, "credit": 5, "born": "2001-02-03"})
    bruno = table.create(
        {"name": "Bruno", "parent_id": ana.id, "rank": 1, "credit": "7.5", "weight": 3, "seen": "2020-05-06 10:00:00"}
    )
    return ana | bruno | table.create([{"name": "Ánna 5%", "parent_id": bruno.id}, {"name": "Old", "active": False}])


def real(domain, people):
    """The domain with ids of records in place of 1, 2 and 3."""
    ids = dict(enumerate(people.ids, start=1))

    def of(name, value):
        if name not in ("id", "parent_id"):
            return value
        return [ids[i] for i in value] if isinstance(value, list) else ids.get(value, False)

    return [part if isinstance(part, str) else (*part[:2], of(part[0], part[2])) for part in domain]


@pytest.mark.parametrize("name", SHAPES)
def test_each_search_finds_what_its_own_values_ask_for(people, name):
    table = people.with_context(active_test=False)
    for domain in [*SHAPES[name], *SHAPES[name]]:
        wanted = real(domain, people)
        among = [("id", "in", people.ids), *wanted]
        expected = set(matching(people, Domain.parse(wanted)))
        assert set(table.search(among).ids) == expected, wanted
        assert table.search_count(among) == len(expected)


def test_pages_of_one_shape(people):
    table, domain = people.with_context(active_test=False), [("id", "in", people.ids)]
    ids = table.search(domain, order="id").ids
    assert table.search(domain, limit=2, order="id").ids == ids[:2]
    assert table.search(domain, limit=3, order="id").ids == ids[:3]
    assert table.search(domain, offset=1, limit=2, order="id").ids == ids[1:3]
    assert table.search(domain, offset=2, limit=2, order="id").ids == ids[2:]
    assert table.search(domain, order="id desc").ids == ids[::-1]


def test_a_statement_is_built_once_a_shape(people):
    kept = people._info.shapes["statements"]
    people.search([("name", "=", "Ana"), ("id", "in", people.ids)])
    before = dict(kept)
    for name in ("Bruno", "Carla", "Dora"):
        people.search([("name", "=", name), ("id", "in", people.ids)])
    assert kept == before


def test_what_depends_on_the_reader_has_no_shape(env, people):
    country = env[Country].create({"name": "Spain"})
    assert country.with_context(lang="es_ES").search([("name", "=", "Spain"), ("id", "=", country.id)]) == country
    country.with_context(lang="es_ES").write({"name": "España"})
    env.flush()
    found = env[Country].with_context(lang="es_ES").search([("name", "=", "España"), ("id", "=", country.id)])
    assert found == country
    assert not env[Country].search([("name", "=", "España"), ("id", "=", country.id)])
