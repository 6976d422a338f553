"""Cases of data under concurrency: circles and unique values made at once, and what is left of records that went."""

from __future__ import annotations

import threading
from collections.abc import Callable
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


@pytest.mark.case("I20", "H07")
def test_two_who_make_a_circle_at_once_do_not_make_one(database: Database) -> None:
    registry = database.registry
    for _ in range(5):
        with database.transaction() as env:
            first, second = env["res.partner.category"].create([{"name": "A"}, {"name": "B"}]).ids

        def parent(one: int, above: int) -> bool:
            return registry.run(lambda env: env["res.partner.category"].browse(one).write({"parent_id": above}))

        answers = at_once([lambda a=first, b=second: parent(a, b), lambda a=first, b=second: parent(b, a)])
        with database.transaction(write=False) as env:
            above = dict(env["res.partner.category"].browse([first, second]).mapped(lambda c: (c.id, c.parent_id.id)))
        assert not (above[first] == second and above[second] == first), answers
        assert sum(isinstance(answer, GrialError) for answer in answers) == 1


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
