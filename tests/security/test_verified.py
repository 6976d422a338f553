"""What is remembered of a password: five minutes, bounded, keyed, and never the password itself."""

from __future__ import annotations

import pytest

from core.security.verified import LIFETIME, VerifiedSecrets


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_secret_is_recalled_for_its_own_user_and_database_only() -> None:
    known = VerifiedSecrets()
    known.remember("shop", "7", "secret word", 7, 42)
    found = known.recall("shop", "7", "secret word")
    assert found is not None
    assert (found.uid, found.version) == (7, 42)
    assert known.recall("shop", "8", "secret word") is None
    assert known.recall("other", "7", "secret word") is None
    assert known.recall("shop", "7", "secret Word") is None
    assert known.recall("sho", "p7", "secret word") is None


def test_a_memory_lasts_five_minutes_at_most() -> None:
    clock = Clock()
    known = VerifiedSecrets(clock=clock)
    known.remember("shop", "7", "secret word", 7, 1, lifetime=10 * LIFETIME)
    known.remember("shop", "8", "short", 8, 1, lifetime=10)
    clock.now += 11
    assert known.recall("shop", "8", "short") is None
    clock.now += LIFETIME - 12
    assert known.recall("shop", "7", "secret word") is not None
    clock.now += 2
    assert known.recall("shop", "7", "secret word") is None


@pytest.mark.case("H12")
def test_the_memory_is_bounded_and_the_oldest_leave() -> None:
    known = VerifiedSecrets(size=3)
    for uid in range(5):
        known.remember("shop", str(uid), "word", uid, 1)
    assert [known.recall("shop", str(uid), "word") is not None for uid in range(5)] == [False, False, True, True, True]


def test_one_memory_or_all_can_be_dropped() -> None:
    known = VerifiedSecrets()
    known.remember("shop", "7", "word", 7, 1)
    known.remember("shop", "8", "word", 8, 1)
    known.forget("shop", "7", "word")
    assert known.recall("shop", "7", "word") is None
    assert known.recall("shop", "8", "word") is not None
    known.clear()
    assert known.recall("shop", "8", "word") is None


@pytest.mark.case("A19")
def test_the_password_itself_is_not_kept() -> None:
    known = VerifiedSecrets()
    known.remember("shop", "7", "a very special secret word", 7, 1)
    assert "special" not in repr(vars(known))
    assert b"special" not in b"".join(known._known)
