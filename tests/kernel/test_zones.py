"""UTC and the reader's zone, with the hours that a clock skips and repeats."""

from datetime import datetime

import pytest

from core.kernel.zones import is_zone, to_local, to_utc, today

MADRID = "Europe/Madrid"


@pytest.mark.case("I27")
@pytest.mark.parametrize(
    ("utc", "local"),
    [
        (datetime(2024, 1, 15, 12), datetime(2024, 1, 15, 13)),
        (datetime(2024, 7, 15, 12), datetime(2024, 7, 15, 14)),
        (datetime(2024, 3, 31, 0, 59), datetime(2024, 3, 31, 1, 59)),
        (datetime(2024, 3, 31, 1), datetime(2024, 3, 31, 3)),
        (datetime(2024, 2, 29, 23), datetime(2024, 3, 1)),
    ],
)
def test_there_and_back(utc: datetime, local: datetime) -> None:
    assert to_local(utc, MADRID) == local
    assert to_utc(local, MADRID) == utc


@pytest.mark.case("I27")
def test_a_skipped_hour_goes_on_as_if_it_had_not_been() -> None:
    assert to_utc(datetime(2024, 3, 31, 2, 30), MADRID) == datetime(2024, 3, 31, 1, 30)
    assert to_local(datetime(2024, 3, 31, 1, 30), MADRID) == datetime(2024, 3, 31, 3, 30)


def test_a_repeated_hour_is_its_first_pass_unless_fold_says_the_second() -> None:
    assert to_utc(datetime(2024, 10, 27, 2, 30), MADRID) == datetime(2024, 10, 27, 0, 30)
    assert to_utc(datetime(2024, 10, 27, 2, 30, fold=1), MADRID) == datetime(2024, 10, 27, 1, 30)
    for hour in range(4):
        moment = datetime(2024, 10, 27, hour, 15)
        assert to_utc(to_local(moment, MADRID), MADRID) == moment


@pytest.mark.case("I27")
def test_the_ends_of_time_and_of_the_world() -> None:
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", MADRID):
        for edge in (datetime.min, datetime.max):
            assert isinstance(to_utc(to_local(edge, zone), zone), datetime)
    assert today(datetime(2024, 1, 1, 11), "Pacific/Kiritimati").isoformat() == "2024-01-02"
    assert today(datetime(2024, 1, 1, 11), "Etc/GMT+12").isoformat() == "2023-12-31"


def test_an_unknown_zone_counts_as_utc() -> None:
    moment = datetime(2024, 7, 1, 12)
    for name in ("", "Mars/Olympus", "../../etc/passwd", "x" * 5000, "/etc/localtime"):
        assert to_local(moment, name) == moment
        assert not is_zone(name)
    assert is_zone(MADRID)
