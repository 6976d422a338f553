"""Every work of the benchmark, once, on little data: all sides do the same, and statements do not grow with records."""

from __future__ import annotations

import pytest

from bench.data import Size
from bench.place import scratch_place
from bench.prepare import prepare_floor, prepare_grial
from bench.report import as_text, summed_up
from bench.row import GROWTH
from bench.sides import Core, Driver, Grial
from bench.worker import run
from bench.workloads import ROWS

TINY = Size(
    partners=3_000, companies=1_500, parents=1_200, countries=20, salespersons=5, orders=200, lines=1_000, native=1_000
)
SERVED = ("rpc-read", "rpc-read-8", "page-list", "page-form")
FEW = {
    "create-single": 10, "search": 5, "group": TINY.lines, "first-answer": 1, "new-database": 1,
    **dict.fromkeys(SERVED, 5),
}  # fmt: skip


@pytest.fixture(scope="module")
def sides(backend, database_url):
    with scratch_place(backend, database_url, TINY) as place:
        prepare_floor(place)
        prepare_grial(place)
        made = {"core": Core(place), "grial": Grial(place)}
        if backend == "postgresql":
            made["driver"] = Driver(place)
        yield made
        for side in made.values():
            side.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_the_floors_and_grial_give_the_same_answer(sides, name):
    row = ROWS[name]
    answers = {
        side: run(sides[side], name, FEW.get(name, 100)).answer for side in sides if getattr(row, side) is not None
    }
    assert answers["grial"]
    assert all(answer == answers["grial"] for answer in answers.values()), answers


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.grows or row.most_statements])
def test_the_number_of_statements_does_not_depend_on_the_number_of_records(sides, name):
    if name == "group":
        counts = [TINY.lines]
    else:
        run(sides["grial"], name, 100)  # what is looked up once a process
        counts = [250, 1_000]
    if name in SERVED:
        counts = [5, 10]
    found = [run(sides["grial"], name, count).statements for count in counts]
    if name in SERVED and not sides["grial"].server_counts:
        assert found == [None, None]  # another process asks; tests/web counts there
        return
    # Files are read in portions, so that one bad record does not undo all others: a few statements for each.
    portions = {"import": 1, "xml": 1}.get(name, 0)
    assert found[-1] - found[0] <= portions * 8, found
    if ROWS[name].most_statements is not None:
        assert found[-1] <= ROWS[name].most_statements


def test_a_line_tells_what_was_promised_and_does_not_hold(sides):
    row = ROWS["browse"]
    measured = {side: [run(one, "browse", 100) for _ in range(3)] for side, one in sides.items()}
    for rounds in measured.values():
        for each in rounds:
            each.seconds = 1.0
    good = summed_up("here", row, measured, measured["grial"])
    assert (good.ratio, good.growth, good.faults) == (1.0, 1.0, [])
    for each in measured["grial"]:
        each.seconds, each.statements = 4.0, 70
    bad = summed_up("here", row, measured, [type(each)(seconds=4 / GROWTH) for each in measured["grial"]])
    assert bad.faults == ["0.25 instead of 0.5", "70 statements instead of 5", "grows 15.0 times"]
    assert "0.25 instead of 0.5" in as_text([good, bad])
