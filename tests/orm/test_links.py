"""To-many links change by commands 0 to 6, and both ends always agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.errors import ValidationError
from core.fields import Command
from tests.orm.sample import Order, Partner, Tag

if TYPE_CHECKING:
    from core.orm.env import Env


def test_commands_change_lines(env: Env) -> None:
    ana = env[Partner].create({"name": "Ana", "child_ids": [(0, 0, {"name": "x"}), Command.create({"name": "y"})]})
    x, y = ana.child_ids
    ana.write({"child_ids": [(1, x.id, {"name": "z"}), (2, y.id, 0)]})
    assert ana.child_ids == x
    assert x.name == "z"
    assert not y.exists()
    w = env[Partner].create({"name": "w"})
    ana.write({"child_ids": [(4, w.id, 0)]})
    assert set(ana.child_ids.ids) == {x.id, w.id}
    assert w.parent_id == ana
    ana.write({"child_ids": [(3, x.id, 0)]})
    assert ana.child_ids == w
    assert not x.parent_id
    ana.write({"child_ids": [(6, 0, [x.id])]})
    assert ana.child_ids == x
    assert not w.parent_id
    ana.write({"child_ids": [(5, 0, 0)]})
    assert not ana.child_ids
    env.flush()
    env.tx.invalidate()
    assert not ana.child_ids
    assert x.exists()


def test_cutting_a_line_that_needs_its_order_deletes_it(env: Env) -> None:
    ana = env[Partner].create({"name": "Ana"})
    order = env[Order].create({"ref": "1", "partner_id": ana.id, "line_ids": [(0, 0, {"text": "a"})]})
    line = order.line_ids
    order.write({"line_ids": [(3, line.id, 0)]})
    assert not line.exists()


def test_both_ends_of_a_many2many_agree(env: Env) -> None:
    red, blue = env[Tag].create([{"name": "red"}, {"name": "blue"}])
    ana, bea = env[Partner].create([{"name": "Ana"}, {"name": "Bea"}])
    ana.tag_ids = red | blue
    assert red.partner_ids == ana
    red.write({"partner_ids": [(4, bea.id, 0)]})
    assert bea.tag_ids == red
    ana.write({"tag_ids": [(3, red.id, 0)]})
    assert red.partner_ids == bea
    env.flush()
    env.tx.invalidate()
    assert ana.tag_ids == blue
    assert bea.tag_ids == red
    assert red.partner_ids == bea
    bea.write({"tag_ids": [(0, 0, {"name": "green"}), (5, 0, 0), (6, 0, [blue.id])]})
    env.flush()
    env.tx.invalidate()
    assert set(blue.partner_ids.ids) == {ana.id, bea.id}


def test_moving_a_child_updates_both_lists(env: Env) -> None:
    a, b, c = env[Partner].create([{"name": "a"}, {"name": "b"}, {"name": "c"}])
    assert not a.child_ids
    assert not b.child_ids
    c.parent_id = a
    assert a.child_ids == c
    c.parent_id = b
    assert not a.child_ids
    assert b.child_ids == c


@pytest.mark.parametrize("bad", [[(7, 0, 0)], [(0, 0)], [(1, "x", {})], ["x"], [(6, 0, 3)]])
def test_what_is_no_command_is_refused(env: Env, bad: object) -> None:
    with pytest.raises(ValidationError):
        env[Partner].create({"name": "Ana", "child_ids": bad})


def test_sets_of_records_combine(env: Env) -> None:
    a, b, c = env[Partner].create([{"name": "a", "rank": 2}, {"name": "b", "rank": 1}, {"name": "c", "rank": 3}])
    assert (a | b) & (b | c) == b
    assert (a | b | c) - b == a | c
    assert a in (a | b)
    assert c not in (a | b)
    assert (a | b | c).sorted("rank") == b | a | c
    assert (a | b | c).filtered(lambda p: p.rank > 1) == a | c
    assert (a | b | c).filtered([("rank", "<", 3)]) == a | b
    assert (a | b).mapped(lambda p: p.rank) == [2, 1]
