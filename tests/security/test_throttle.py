"""Guessing is slowed down: by user within a network, by network, across processes, and never for good."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from core.errors import Throttled
from core.security.throttle import Throttle, network_of
from core.security.window import SharedWindow


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def fail(throttle: Throttle, times: int, subject: str = "ana", address: str = "10.0.0.1") -> None:
    for _ in range(times):
        throttle.check("shop", subject, address)
        throttle.failed("shop", subject, address)


def test_the_sixth_try_of_a_user_is_refused_with_a_time_to_wait() -> None:
    throttle = Throttle(clock=Clock())
    fail(throttle, 5)
    with pytest.raises(Throttled) as caught:
        throttle.check("shop", "ana", "10.0.0.1")
    assert 295 <= caught.value.retry_after <= 300
    assert caught.value.status == 429


def test_strangers_elsewhere_do_not_lock_a_user_out() -> None:
    throttle = Throttle(clock=Clock())
    fail(throttle, 5, address="203.0.113.9")
    throttle.check("shop", "ana", "10.0.0.1")
    throttle.check("shop", "ben", "203.0.113.9")


def test_the_refusal_ends_with_the_window() -> None:
    clock = Clock()
    throttle = Throttle(clock=clock)
    fail(throttle, 5)
    clock.now += 301
    throttle.check("shop", "ana", "10.0.0.1")


@pytest.mark.case("J17")
def test_a_clock_set_back_does_not_lock_for_longer_than_the_window() -> None:
    clock = Clock()
    throttle = Throttle(clock=clock)
    fail(throttle, 5)
    clock.now -= 86_400
    throttle.check("shop", "ana", "10.0.0.1")


def test_a_network_is_refused_after_300_failures_whoever_it_tries() -> None:
    throttle = Throttle(clock=Clock())
    for number in range(300):
        throttle.failed("shop", f"user{number}", "10.0.0.1")
    with pytest.raises(Throttled):
        throttle.check("shop", "ana", "10.0.0.1")
    throttle.check("shop", "ana", "10.0.0.2")


def test_success_forgets_the_failures() -> None:
    throttle = Throttle(clock=Clock())
    fail(throttle, 4)
    throttle.succeeded("shop", "ana", "10.0.0.1")
    fail(throttle, 4)


def test_an_ipv6_line_is_one_network_and_a_mapped_address_is_its_ipv4() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:ff::9")
    assert network_of("2001:db8:2::1") != network_of("2001:db8:1::1")
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1") == "10.0.0.1"
    assert len(network_of("x" * 500)) == 64


def _fail_elsewhere(file: Path) -> None:
    Throttle(file).failed("shop", "ana", "10.0.0.1")


def test_processes_of_a_machine_count_together(tmp_path: Path) -> None:
    file = tmp_path / "throttle"
    throttle = Throttle(file)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_fail_elsewhere, args=(file,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    fail(throttle, 3)
    with pytest.raises(Throttled):
        throttle.check("shop", "ana", "10.0.0.1")
    throttle.close()


@pytest.mark.case("H12")
def test_the_window_forgets_the_oldest_when_it_is_full() -> None:
    window = SharedWindow(slots=4)
    for number in range(6):
        assert window.acquire_entry(f"key{number}", 1, 300)
    assert window.get("key0") == 0
    assert window.get("key5") == 1
    window.clear("key5")
    assert window.get("key5") == 0
    window.reset()
    assert window.get("key4") == 0
