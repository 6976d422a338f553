"""Cases of data under concurrency: circles and unique values made at once, and what is left of records that went."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from core import Env
from core.errors import GrialError
from core.orm import xmlids
from core.testing.records import Database


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Do all of it at the same moment; the answers, or the refusals."""
    barrier = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        barrier.wait(30)
        try:
            answers[place] = work()
        except GrialError as error:
            answers[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def move(database: Database, model: str, together: threading.Barrier, one: int, above: int) -> None:
    """Put a record below another; nobody commits before all have got through the check, where there are several."""

    def work(env: Env) -> None:
        env[model].browse(one).write({"parent_id": above})
        with suppress(threading.BrokenBarrierError):  # SQLite has one writer: the others are not so far
            together.wait(0.5)

    database.registry.run(work)


@pytest.mark.case("I20", "H07")
@pytest.mark.parametrize("people", [2, 3])
@pytest.mark.parametrize("deep", [False, True], ids=["flat", "deep"])
@pytest.mark.parametrize("model", ["res.partner.category", "res.partner"])
def test_two_who_make_a_circle_at_once_do_not_make_one(database: Database, model: str, deep: bool, people: int) -> None:
    """Each moves the top of a tree to the next one, to its top or deep into it, where no two write or link the same."""
    for _ in range(3):
        with database.transaction() as env:
            tops = env[model].create([{"name": f"Top {number}"} for number in range(people)]).ids
            below = env[model].create([{"name": "Below", "parent_id": top} for top in tops]).ids
            leaves = env[model].create([{"name": "Leaf", "parent_id": one} for one in below]).ids
        places = leaves if deep else tops
        together = threading.Barrier(people)
        pairs = [(top, places[(number + 1) % people]) for number, top in enumerate(tops)]
        answers = at_once([lambda p=pair, t=together: move(database, model, t, *p) for pair in pairs])
        refused = [answer for answer in answers if answer is not None]
        assert len(refused) == 1, answers
        assert "cannot be its own parent" in str(refused[0])
        with database.transaction(write=False) as env:
            moved = [bool(top.parent_id) for top in env[model].browse(tops)]
        assert moved == [answer is None for answer in answers]


def test_people_who_move_records_below_the_same_one_do_not_wait(database: Database) -> None:
    with database.transaction() as env:
        above, *ones = env["res.partner"].create([{"name": f"P {number}"} for number in range(3)]).ids
    if database.registry.backend == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time, so that two never move records at once")
    together = threading.Barrier(2)
    passed = at_once([lambda o=one: move(database, "res.partner", together, o, above) for one in ones])
    assert passed == [None, None]
    assert not together.broken


@pytest.mark.case("I21")
def test_of_twenty_with_one_unique_value_one_comes_in(database: Database) -> None:
    """And the others are told which field it is; a value that is empty is nobody's."""
    registry = database.registry

    def make(number: int) -> int:
        values = {"name": f"User {number}", "login": "the-same"}
        return registry.run(lambda env: env["res.users"].create(values).id)

    answers = at_once([lambda n=n: make(n) for n in range(20)])
    assert sum(isinstance(answer, int) for answer in answers) == 1
    for answer in answers:
        if not isinstance(answer, int):
            assert "logs in with this name" in str(answer), answer
    with database.transaction(write=False) as env:
        assert env["res.users"].search_count([("login", "=", "the-same")]) == 1


@pytest.mark.case("I17", "I16")
def test_nothing_is_left_that_points_to_a_record_that_is_gone(env: Env) -> None:
    """Files, external ids, links of many to many, lines: of a record and of what goes with it."""
    tag = env["res.partner.category"].create({"name": "Tag"})
    partner = env["res.partner"].create(
        {"name": "Gone", "category_id": [(4, tag.id)], "bank_ids": [(0, 0, {"acc_number": "ES9121000418450200051332"})]}
    )
    child = env["res.partner"].create({"name": "Child", "parent_id": partner.id})
    file = {"name": "x", "datas": "eA==", "res_model": "res.partner", "res_id": partner.id}
    env["ir.attachment"].create(file)
    xmlids.assign(env, "__export__.gone", "res.partner", partner.id)
    env.flush()
    gone = partner.id
    partner.unlink()
    env.flush()
    env.tx.invalidate()
    assert not env["ir.attachment"].search([("res_model", "=", "res.partner"), ("res_id", "=", gone)])
    assert not env["ir.model.data"].search([("model", "=", "res.partner"), ("res_id", "=", gone)])
    assert not child.exists() or not child.parent_id
    connection = env.tx.connection
    for table in env.registry.metadata.tables.values():
        for column in table.columns:
            for key in column.foreign_keys:
                target = key.column
                dangling = (
                    sa.select(sa.func.count())
                    .select_from(table)
                    .where(column.is_not(None), column.not_in(sa.select(target)))
                )
                assert connection.execute(dangling).scalar() == 0, f"{table.name}.{column.name}"


@pytest.mark.case("H07")
def test_a_deep_tree_is_walked_and_closes_to_no_circle(env: Env) -> None:
    categories: Any = env["res.partner.category"]
    made = categories.create([{"name": f"Level {number}"} for number in range(2000)])
    ids = made.ids
    table = env.registry.metadata.tables["res_partner_category"]
    env.flush()
    env.tx.connection.execute(
        sa.update(table).where(table.c.id == sa.bindparam("one")).values(parent_id=sa.bindparam("above")),
        [{"one": one, "above": above} for above, one in pairwise(ids)],
    )
    env.tx.invalidate()
    assert categories.search_count([("id", "child_of", ids[0])]) == 2000
    assert categories.search_count([("id", "parent_of", ids[-1])]) == 2000
    with pytest.raises(GrialError):
        categories.browse(ids[0]).write({"parent_id": ids[-1]})
