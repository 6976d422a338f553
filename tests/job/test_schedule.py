from datetime import datetime

import pytest

from core.errors import ValidationError
from core.job.schedule import check_line, next_call


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("planned", "now", "options", "due"),
    [
        ("2026-03-02 10:00", "2026-03-02 10:00", {"number": 15, "unit": "minutes"}, "2026-03-02 10:15"),
        ("2026-03-02 10:00", "2026-03-02 10:47", {"number": 15, "unit": "minutes"}, "2026-03-02 11:00"),
        ("2026-03-02 10:00", "2026-03-02 11:00", {"number": 1, "unit": "hours"}, "2026-03-02 12:00"),
        ("2026-03-02 10:00", "2026-03-02 10:00", {"number": 1, "unit": "days"}, "2026-03-03 10:00"),
        ("2025-03-02 10:00", "2026-03-02 10:01", {"number": 1, "unit": "days"}, "2026-03-03 10:00"),
        ("2020-03-02 10:00", "2026-03-02 10:01", {"number": 100, "unit": "days"}, "2026-03-11 10:00"),
        ("2026-01-31 10:00", "2026-01-31 10:00", {"number": 1, "unit": "months"}, "2026-02-28 10:00"),
        ("2026-01-31 10:00", "2026-03-01 10:00", {"number": 1, "unit": "months"}, "2026-03-31 10:00"),
        ("2026-03-06 10:00", "2026-03-06 10:00", {"number": 1, "unit": "work_days"}, "2026-03-09 10:00"),
        ("2026-03-02 10:00", "2026-03-02 10:00", {"number": 5, "unit": "work_days"}, "2026-03-09 10:00"),
        ("2026-03-02 10:00", "2026-03-20 10:00", {"number": 2, "unit": "weeks"}, "2026-03-30 10:00"),
        ("2026-03-02 10:00", "2026-03-01 10:00", {"number": 1, "unit": "hours"}, "2026-03-02 11:00"),
        ("2026-03-02 10:00", "2026-03-02 10:00", {"line": "30 4 * * mon"}, "2026-03-09 04:30"),
        ("2026-03-02 10:00", "2026-03-02 10:00", {"line": "30 4 * * *", "zone": "Europe/Madrid"}, "2026-03-03 03:30"),
    ],
)
def test_the_next_run(planned, now, options, due):
    assert next_call(at(planned), at(now), **options) == at(due)


def test_a_daily_job_keeps_its_hour_when_summer_time_begins():
    # 29 March 2026: Madrid goes from UTC+1 to UTC+2.
    due = next_call(at("2026-03-28 08:00"), at("2026-03-28 08:00"), unit="days", zone="Europe/Madrid")
    assert due == at("2026-03-29 07:00")
    assert next_call(at("2026-03-28 08:00"), at("2026-03-28 08:00"), unit="days") == at("2026-03-29 08:00")


@pytest.mark.case("J17")
def test_a_clock_that_jumps_a_year_back_and_forth_never_plans_the_past():
    for now in ("2025-03-02 10:00", "2026-03-02 10:00", "2027-03-02 10:00"):
        assert next_call(at("2026-03-02 10:00"), at(now), unit="hours") > at(now)


@pytest.mark.parametrize(
    "options",
    [{"unit": "moons"}, {"number": 0}, {"line": "every day"}, {"line": "* * 31 2 *"}, {"zone": "Mars/Olympus"}],
)
def test_a_plan_that_cannot_be_followed_is_refused(options):
    with pytest.raises(ValidationError):
        next_call(at("2026-03-02 10:00"), at("2026-03-02 10:00"), **options)


def test_a_cron_line_is_checked():
    check_line("*/5 8-18 * * 1-5")
    with pytest.raises(ValidationError, match="no cron line"):
        check_line("61 * * * *")
