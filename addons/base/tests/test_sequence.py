from datetime import date

import pytest

from addons.base.models.sequence import Sequence, SequenceDateRange
from core import Env
from core.errors import ValidationError


def make(env: Env, **values: object) -> Sequence:
    return env[Sequence].create({"name": "Test", "code": "test.code", **values})


def test_numbers_follow_each_other_with_prefix_and_zeros(env: Env) -> None:
    make(env, prefix="F/%(year)s/", padding=4)
    day = date(2026, 5, 3)
    assert env[Sequence].next_by_code("test.code", day) == "F/2026/0001"
    assert env[Sequence].next_by_code("test.code", day) == "F/2026/0002"


def test_an_unknown_code_gives_nothing(env: Env) -> None:
    assert env[Sequence].next_by_code("no.such.code") is False


def test_the_companys_own_sequence_comes_before_a_shared_one(env: Env) -> None:
    make(env, prefix="S", company_id=False)
    make(env, prefix="O", company_id=env.company.id)
    assert env[Sequence].next_by_code("test.code") == "O1"


def test_a_place_that_does_not_exist_is_refused(env: Env) -> None:
    with pytest.raises(ValidationError, match="known places"):
        make(env, prefix="%(nonsense)s")
    with pytest.raises(ValidationError):
        make(env, prefix="100%")


def test_each_year_counts_from_one(env: Env) -> None:
    sequence = make(env, prefix="%(range_year)s-", use_date_range=True, implementation="no_gap")
    assert sequence.next_by_id(date(2025, 12, 31)) == "2025-1"
    assert sequence.next_by_id(date(2026, 1, 1)) == "2026-1"
    assert sequence.next_by_id(date(2025, 1, 1)) == "2025-2"


def test_periods_do_not_overlap(env: Env) -> None:
    sequence = make(env, use_date_range=True)
    ranges = env[SequenceDateRange]
    ranges.create({"sequence_id": sequence.id, "date_from": "2026-01-01", "date_to": "2026-06-30"})
    with pytest.raises(ValidationError, match="overlaps"):
        ranges.create({"sequence_id": sequence.id, "date_from": "2026-06-30", "date_to": "2026-12-31"})


def test_the_preview_shows_the_next_number(env: Env) -> None:
    sequence = make(env, prefix="A", padding=3, number_next=7)
    assert sequence.preview == "A007"
