"""Creating, reading, changing and deleting records."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.errors import AccessError, ConflictError, MissingError, UnknownName, UserError, ValidationError
from core.orm.locking import check_versions
from core.orm.registry import Registry
from tests.orm.sample import Country, Line, Order, Partner, Sales, Tag

if TYPE_CHECKING:
    from core.orm.env import Env


def test_a_created_record_reads_back_after_the_cache_is_gone(env: Env, spain: Country) -> None:
    made = env[Partner].create(
        {"name": "Ana", "country_id": spain, "born": dt.date(1990, 5, 1), "seen": "2026-03-01 10:00:00",
         "credit": "12.50", "weight": 1.5, "extra": {"a": [1]}, "about": spain, "level": "vip"}
    )  # fmt: skip
    env.flush()
    env.tx.invalidate()
    ana = env[Partner].browse(made.id)
    assert (ana.name, ana.born, ana.credit, ana.weight) == ("Ana", dt.date(1990, 5, 1), Decimal("12.50"), 1.5)
    assert ana.seen == dt.datetime(2026, 3, 1, 10)
    assert ana.extra == {"a": [1]}
    assert ana.about == spain
    assert ana.level == "vip"
    assert ana.country_id == spain
    assert ana.country_code == "ES"
    assert ana.note == ""
    assert ana.parent_id == env[Partner]
    assert ana.active is True
    assert ana.row_version == 1


def test_reading_many_records_takes_a_constant_number_of_statements(env: Env, spain: Country) -> None:
    def count(n: int) -> int:
        made = env[Partner].create([{"name": f"p{n}-{i}", "country_id": spain} for i in range(n)])
        env[Partner].create([{"name": f"c{n}-{i}", "parent_id": p.id} for i, p in enumerate(made)])
        env.flush()
        env.tx.invalidate()
        before = env.tx.statements
        for partner in env[Partner].browse(made.ids):
            assert partner.name
            assert partner.country_id.name == "Spain"
            assert len(partner.child_ids) == 1
        return env.tx.statements - before

    assert count(300) == count(600) <= 5
    assert count(3) <= 5


def test_writes_wait_for_the_flush_and_go_in_one_statement(env: Env) -> None:
    partners = env[Partner].create([{"name": f"n{i}"} for i in range(50)])
    env.flush()
    before = env.tx.statements
    for number, partner in enumerate(partners):
        partner.weight = float(number)
    assert env.tx.statements == before
    env.flush()
    assert env.tx.statements == before + 1
    env.tx.invalidate()
    assert [p.weight for p in partners] == [float(i) for i in range(50)]
    assert set(partners.mapped("row_version")) == {2}


@pytest.mark.case("C10")
def test_unknown_fields_are_refused_with_the_nearest_name(env: Env) -> None:
    with pytest.raises(UnknownName, match="name"):
        env[Partner].create({"nmae": "x"})
    with pytest.raises(UnknownName):
        env[Partner].search([("nmae", "=", "x")])


@pytest.mark.case("C05", "I19")
@pytest.mark.parametrize(
    "values",
    [{"name": ""}, {}, {"name": "x", "level": "middle"}, {"name": "x", "born": "soon"}, {"name": "x", "rank": "many"},
     {"name": "x", "born": "2150-01-01"}, {"name": "x", "rank": -1}, {"name": "x", "about": "shop.line,1"},
     {"name": "x", "credit": "NaN"}],
)  # fmt: skip
def test_bad_values_are_refused(env: Env, values: dict[str, object]) -> None:
    with pytest.raises(ValidationError), env.savepoint():
        env[Partner].create(values)


@pytest.mark.case("I21")
def test_constraints_of_the_database_speak_with_the_addons_words(env: Env, spain: Country) -> None:
    env[Partner].create({"name": "Ana", "country_id": spain.id})
    with pytest.raises(ValidationError, match="has that partner already"), env.savepoint():
        env[Partner].create({"name": "Ana", "country_id": spain.id})
    with pytest.raises(ValidationError, match="cannot be negative") as caught, env.savepoint():
        env[Partner].create({"name": "Bea", "rank": -1})
    assert caught.value.fields == ("rank",)


def test_a_failed_savepoint_leaves_nothing(env: Env) -> None:
    def fail() -> None:
        with env.savepoint():
            env[Partner].create({"name": "gone"})
            raise UserError("no")

    with pytest.raises(UserError):
        fail()
    assert env[Partner].search_count([("name", "=", "gone")]) == 0


@pytest.mark.case("I01")
def test_two_people_cannot_silently_overwrite_each_other(env: Env) -> None:
    ana = env[Partner].create({"name": "Ana", "note": "first"})
    env.flush()
    version = ana.row_version
    ana.note = "theirs"
    env.flush()
    with pytest.raises(ConflictError) as caught:
        check_versions(ana, version, {"note": "mine"}, {"note": "first"})
    assert caught.value.conflicts == {"note": ("mine", "theirs")}
    check_versions(ana, version, {"name": "Anna"}, {"name": "Ana"})


@pytest.mark.case("H07")
def test_trees_refuse_cycles(env: Env) -> None:
    a, b, c = env[Partner].create([{"name": "a"}, {"name": "b"}, {"name": "c"}])
    b.parent_id = a
    c.parent_id = b
    with pytest.raises(ValidationError, match="own parent"):
        a.parent_id = c


@pytest.mark.case("I16")
def test_deleting_does_to_links_what_their_fields_say(env: Env, spain: Country) -> None:
    parent, child = env[Partner].create([{"name": "p", "country_id": spain.id}, {"name": "c"}])
    child.parent_id = parent
    order = env[Order].create({"ref": "1", "partner_id": parent.id, "line_ids": [(0, 0, {"text": "x"})]})
    with pytest.raises(ValidationError, match="still use"):
        parent.unlink()
    child.parent_id = None
    tag = env[Tag].create({"name": "t", "partner_ids": [(4, parent.id)]})
    spain.unlink()
    assert not parent.country_id
    parent.unlink()
    env.tx.invalidate()
    assert not order.exists()
    assert not env[Line].search([])
    assert tag.exists()
    assert not tag.partner_ids
    with pytest.raises(MissingError):
        _ = env[Partner].browse(parent.id).name


@pytest.mark.case("I26")
def test_copies_take_lines_but_not_what_is_not_copied(env: Env, spain: Country) -> None:
    ana = env[Partner].create({"name": "Ana", "country_id": spain.id})
    order = env[Order].create(
        {"ref": "1", "partner_id": ana.id, "line_ids": [(0, 0, {"text": "x", "price": 2, "quantity": 3})]}
    )
    twin = order.copy({"ref": "2"})
    assert twin.ref == "2"
    assert twin.amount == Decimal(6)
    assert twin.line_ids != order.line_ids
    assert twin.line_ids.text == "x"


def test_values_may_differ_by_language_and_by_nothing_else(env: Env, spain: Country) -> None:
    spanish = spain.with_context(lang="es_ES")
    spanish.name = "España"
    env.flush()
    env.tx.invalidate()
    assert spain.name == "Spain"
    assert spanish.name == "España"
    assert spain.with_context(lang="fr_FR").name == "Spain"
    countries = env[Country].with_context(lang="es_ES")
    assert countries.search([("name", "=", "España")]) == spain
    assert countries.search([("name", "ilike", "ESPAN")]) == spain


def test_read_answers_what_openerp_clients_expect(env: Env, spain: Country) -> None:
    ana = env[Partner].create({"name": "Ana", "country_id": spain.id})
    row = ana.read(["name", "country_id", "born", "note", "tag_ids", "parent_id"])[0]
    assert row == {
        "id": ana.id, "name": "Ana", "country_id": [spain.id, "Spain"], "born": False, "note": False, "tag_ids": [],
        "parent_id": False,
    }  # fmt: skip
    assert ana.read(["country_id"], load="_classic_write") == [{"id": ana.id, "country_id": spain.id}]
    assert env[Partner].browse(ana.id + 999).read(["name"]) == []


def test_a_read_only_transaction_changes_nothing(registry: Registry) -> None:
    with pytest.raises(UserError, match="only reads"), registry.transaction(write=False) as env:
        env[Partner].create({"name": "x"})


def test_a_query_model_adds_up_what_it_reads(env: Env, spain: Country) -> None:
    ana = env[Partner].create({"name": "Ana", "country_id": spain.id})
    lines = [(0, 0, {"text": "a", "quantity": 2}), (0, 0, {"text": "b", "quantity": 3})]
    env[Order].create({"ref": "1", "partner_id": ana.id, "state": "done", "line_ids": lines})
    env[Order].create({"ref": "2", "partner_id": ana.id, "line_ids": lines})
    rows = env[Sales].search([])
    assert [(r.partner_id.id, r.country_id.id, r.quantity, r.lines) for r in rows] == [(ana.id, spain.id, 5, 2)]
    assert env[Sales].search([("partner_id.name", "=", "Ana"), ("quantity", ">", 4)]) == rows
    with pytest.raises(UserError, match="cannot be changed"):
        rows.write({"quantity": 1})


@pytest.mark.case("B33")
def test_a_value_of_another_company_is_neither_copied_nor_set(env: Env) -> None:
    reader = env.with_user(5)
    env.tx.rights()[("companies", 5)] = (1, (1, 2))
    partner = env[Partner].create({"name": "Ana", "terms": {"1": "ours", "3": "theirs"}})
    own = partner.with_env(reader)
    stored = env.tx.bucket(env.registry["shop.partner"].field("terms").slot)
    assert own.terms == "ours"
    assert stored[own.copy().id] == {"1": "ours"}
    for values in ({"3": "forged"}, {3: "forged"}, {"2": "x", "3": "forged"}):
        with pytest.raises(AccessError, match="You may not work in one of the companies 3"):
            own.write({"terms": values})
        with pytest.raises(AccessError):
            reader[Partner].create({"name": "x", "terms": values})
    own.write({"terms": {"2": "also ours"}})
    assert stored[own.id] == {"1": "ours", "2": "also ours", "3": "theirs"}


@pytest.mark.case("B03")
def test_an_override_neither_loses_nor_gains_the_mark_of_a_method(env: Env) -> None:
    """`PartnerLoyalty` overrides `write`, which programs call, and `shout`, which they do not, and marks neither."""
    exported = env.registry["shop.partner"].exported
    assert {"write", "action_praise"} <= exported
    assert exported.isdisjoint({"shout", "secret"})


def test_a_loop_of_writes_asks_for_its_records_in_portions(env):
    ids = env[Tag].create([{"name": f"tag {i}"} for i in range(4_100)]).ids
    env.flush()
    env.tx.invalidate()
    before = env.tx.statements
    for tag in env[Tag].browse(ids):
        tag.name = f"label {tag.id}"
    assert env.tx.statements - before <= 3
    env.flush()
    env.tx.invalidate()
    assert env[Tag].browse(ids[-1]).name == f"label {ids[-1]}"
