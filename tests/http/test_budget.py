"""One caller never takes all places, and whoever waits too long is refused."""

from __future__ import annotations

import threading
import time

import pytest

from core.errors import Busy
from core.http.budget import Budget


def hold(budget: Budget, user: str, until: threading.Event, held: threading.Semaphore) -> threading.Thread:
    def work() -> None:
        with budget.place(user):
            held.release()
            until.wait(5)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.case("H15")
def test_a_greedy_user_leaves_places_for_others() -> None:
    budget = Budget(active=4, per_user=2, patience=0.1)
    until, held = threading.Event(), threading.Semaphore(0)
    threads = [hold(budget, "greedy", until, held) for _ in range(2)]
    for _ in threads:
        assert held.acquire(timeout=2)
    with pytest.raises(Busy), budget.place("greedy"):
        pass
    with budget.place("other"):
        pass
    until.set()
    for thread in threads:
        thread.join()
    with budget.place("greedy"):
        pass


def test_waiting_callers_get_places_in_the_order_of_arrival() -> None:
    budget = Budget(active=1, per_user=1, patience=5)
    order: list[int] = []
    until, held = threading.Event(), threading.Semaphore(0)
    first = hold(budget, "first", until, held)
    assert held.acquire(timeout=2)

    def wait(number: int) -> None:
        with budget.place(f"user {number}"):
            order.append(number)

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(budget._queue) <= number:
            time.sleep(0.001)
    until.set()
    for thread in [first, *threads]:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


@pytest.mark.case("H15")
def test_the_queue_of_one_user_is_bounded_and_refused_at_once() -> None:
    budget = Budget(active=1, per_user=1, waiting_per_user=1, patience=5)
    until, held = threading.Event(), threading.Semaphore(0)
    threads = [hold(budget, "greedy", until, held)]
    assert held.acquire(timeout=2)
    threads.append(hold(budget, "greedy", until, held))
    while not budget._queue:
        time.sleep(0.001)
    with pytest.raises(Busy) as caught, budget.place("greedy"):
        pass
    assert caught.value.retry_after == 2
    until.set()
    for thread in threads:
        thread.join()


def test_nothing_is_left_behind() -> None:
    budget = Budget(active=2, per_user=2, patience=0.02)

    def work(number: int) -> None:
        try:
            with budget.place(f"user {number % 3}"):
                time.sleep(0.005)
        except Busy:
            pass

    threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget._total == 0
    assert not budget._running
    assert not budget._waiting
    assert not budget._queue
