"""Work whose time is over is stopped where it is, in its own thread, and never anything after it."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from core.errors import TookTooLong
from core.kernel import limit
from core.kernel.limit import seconds_left, stoppable, time_limit, unlimited


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "GRACE", 0.0)


def spin() -> None:
    while True:
        pass


def swallow() -> None:
    while True:
        with suppress(Exception):
            spin()


def turn_it_into_another() -> None:
    try:
        spin()
    finally:
        raise ValueError("lost")


@pytest.mark.case("H17")
@pytest.mark.parametrize("work", [spin, swallow, turn_it_into_another])
def test_a_loop_without_end_is_stopped(work: Callable[[], None]) -> None:
    with pytest.raises(TookTooLong), time_limit(0.05), stoppable():
        work()
    assert seconds_left() is None


def test_a_limit_inside_another_is_never_longer() -> None:
    with time_limit(1000):
        with time_limit(5000):
            left = seconds_left()
            assert left is not None
            assert left <= 1000
        with time_limit(math.inf):
            assert seconds_left() != math.inf


def test_some_work_takes_its_time_inside_a_limit() -> None:
    with time_limit(0.001), unlimited(), stoppable():
        assert seconds_left() == math.inf
        sum(range(3_000_000))
        with time_limit(1000):
            assert seconds_left() != math.inf


def test_the_shorter_of_two_limits_stops_its_own_block_only() -> None:
    done = []
    with time_limit(1000), stoppable():
        with pytest.raises(TookTooLong), time_limit(0.05), stoppable():
            spin()
        done.append("inner")
        with pytest.raises(TookTooLong), time_limit(0.05), stoppable(), stoppable():
            spin()
        done.append("again")
    assert done == ["inner", "again"]


def test_the_outer_limit_goes_through_inner_blocks() -> None:
    reached = []

    def work() -> None:
        try:
            with stoppable():
                spin()
        except TookTooLong:
            reached.append("inner")

    with pytest.raises(TookTooLong), time_limit(0.05), stoppable():
        work()
    assert not reached


def test_each_thread_is_stopped_for_itself_and_goes_on_unharmed() -> None:
    outcomes: list[str] = []

    def work(seconds: float) -> None:
        for _ in range(3):
            try:
                with time_limit(seconds), stoppable():
                    if seconds < 1:
                        spin()
                outcomes.append("done")
            except TookTooLong:
                outcomes.append("stopped")
            sum(range(10_000))  # nothing comes late

    threads = [threading.Thread(target=work, args=(seconds,)) for seconds in (0.05, 60, 0.02, 60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done"] * 6 + ["stopped"] * 6


def test_work_that_ends_as_its_time_ends_is_never_stopped_afterwards() -> None:
    for _ in range(10):
        try:
            with time_limit(0.001), stoppable():
                sum(range(3_000_000))
        except TookTooLong:
            continue
    sum(range(1_000_000))


def test_a_forked_process_watches_for_itself() -> None:
    with time_limit(1000), stoppable():
        pass
    child = os.fork()
    if child == 0:
        try:
            with time_limit(0.05), stoppable():
                spin()
        except TookTooLong:
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
