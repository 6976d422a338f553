"""Passwords: only texts are passwords, hashes are slow and salted, and unknown users cost the same time."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from core.errors import Busy, ValidationError
from core.security import passwords
from core.security.passwords import (
    acceptable,
    hash_password,
    needs_rehash,
    new_credential_version,
    verify_password,
)


def test_who_has_no_account_is_checked_against_a_hash_of_the_same_cost() -> None:
    assert extract_parameters(passwords._DUMMY) == extract_parameters(hash_password("correct horse"))
    assert not needs_rehash(passwords._DUMMY)
    with pytest.raises(VerifyMismatchError):  # and is not refused as no hash at all, which would be quick
        PasswordHasher().verify(passwords._DUMMY, "correct horse")


def test_a_password_is_verified_against_its_own_hash_only() -> None:
    stored = hash_password("correct horse")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "correct horse" not in stored
    assert verify_password(stored, "correct horse")
    assert not verify_password(stored, "correct horsE")
    assert hash_password("correct horse") != stored


@pytest.mark.case("A01")
@pytest.mark.parametrize("wrong", ["", False, None, 0, 1, [], {}, True, b"bytes", 1.5, ["a"], "x" * 1025])
def test_what_is_no_text_of_some_length_is_no_password(wrong: Any) -> None:
    assert not acceptable(wrong)
    assert not verify_password(hash_password("secret word"), wrong)


def test_an_empty_password_cannot_be_set() -> None:
    with pytest.raises(ValidationError):
        hash_password("")


def test_a_user_without_a_hash_never_gets_in_and_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = hash_password("secret word")
    checked: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, hashed: str, password: str) -> bool:
        checked.append(hashed)
        return bool(verify(hasher, hashed, password))

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    assert not verify_password(stored, "another word")
    assert not verify_password(None, "another word")
    assert [extract_parameters(hashed) for hashed in checked] == [extract_parameters(stored)] * 2


def test_a_damaged_hash_is_no_password() -> None:
    assert not verify_password("$argon2id$broken", "secret word")


def test_an_old_hash_asks_for_a_new_one() -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("secret word")
    assert needs_rehash(weak)
    assert not needs_rehash(hash_password("secret word"))


def test_only_a_few_hashes_are_computed_at_once_and_a_flood_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = passwords._Pool(size=2, queue=3)
    running: list[int] = []
    most: list[int] = []
    refused: list[Busy] = []
    lock = threading.Lock()

    def work() -> None:
        try:
            with pool.slot():
                with lock:
                    running.append(1)
                    most.append(len(running))
                time.sleep(0.05)
                with lock:
                    running.pop()
        except Busy as error:
            refused.append(error)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2
    assert len(refused) >= 12 - 2 - 3 - 5
    assert all(error.retry_after == 2 for error in refused)


def test_credential_versions_do_not_repeat() -> None:
    assert len({new_credential_version() for _ in range(1000)}) > 990
