"""The ids of records that are created one by one."""

from __future__ import annotations

from contextlib import suppress

import pytest

from core.orm.env import Env
from tests.orm.sample import Tag


def test_records_created_one_by_one_have_ids_without_holes(env: Env) -> None:
    tags = env[Tag]
    first = [tags.create({"name": f"One {n}"}).id for n in range(7)]
    env.flush()
    second = [tags.create({"name": f"Two {n}"}).id for n in range(3)]
    together = tags.create([{"name": f"Three {n}"} for n in range(5)]).ids
    env.flush()
    ids = [*first, *second, *together]
    assert ids == list(range(first[0], first[0] + len(ids)))


def test_a_thousand_created_one_by_one_ask_for_ids_ten_times_where_one_writes_at_a_time(env: Env, backend: str) -> None:
    from core.orm import stock

    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stock, "next_ids", lambda *args, real=stock.next_ids: asked.append(args[2]) or real(*args))
        for number in range(1000):
            env[Tag].create({"name": f"Tag {number}"})
    assert len(asked) == (10 if backend == "sqlite" else 1000)


def test_ids_are_not_given_out_twice_after_a_failure(env: Env) -> None:
    tags = env[Tag]
    kept = [tags.create({"name": f"Kept {n}"}).id for n in range(3)]
    with suppress(RuntimeError), env.savepoint():
        for number in range(6):
            tags.create({"name": f"Lost {number}"})
        raise RuntimeError
    kept += [tags.create({"name": f"More {n}"}).id for n in range(6)]
    env.flush()
    env.tx.invalidate()
    assert len(set(kept)) == len(kept)
    assert sorted(tags.search([("id", "in", kept)]).ids) == sorted(kept)


def test_others_that_take_ids_between_keep_theirs(env: Env) -> None:
    from core.db.ids import next_ids

    tags = env[Tag]
    mine = [tags.create({"name": f"Mine {n}"}).id for n in range(3)]
    others = next_ids(env.tx.connection, tags._info.table, 2)
    mine += [tags.create({"name": f"Later {n}"}).id for n in range(5)]
    env.flush()
    mine.append(tags.create({"name": "Last"}).id)
    env.flush()
    assert not set(others) & set(mine)
    assert len(set(mine)) == len(mine)
