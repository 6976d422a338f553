"""Works out when a scheduled job runs next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from dateutil.relativedelta import relativedelta

from core.errors import ValidationError

UTC = ZoneInfo("UTC")

Step = Callable[[datetime, int], datetime]


def next_call(
    planned: datetime, now: datetime, *, number: int = 1, unit: str = "days", line: str = "", zone: str = "UTC"
) -> datetime:
    """The first time after `now` at which the job is due, counted on from `planned`.

    However long the server was off, the job runs once, not once for every time it missed. Days, weeks and months
    keep the hour of the wall clock in `zone` when summer time begins or ends.

    Args:
        planned: the time it was planned for, UTC without zone.
        now: UTC without zone.
        number: how many `unit`s lie between two runs.
        unit: minutes, hours, work_days, days, weeks or months.
        line: a cron line of five parts in place of number and unit.
        zone: the time zone of cron line and wall clock.

    Raises:
        ValidationError: a cron line that cannot be read, an unknown unit or zone, or a number below 1.
    """
    place = _zone(zone)
    if line:
        return _next_of_line(line, now, place)
    if number < 1:
        raise ValidationError("The interval of a scheduled job is at least 1.", fields=("interval_number",))
    if unit in ("minutes", "hours"):
        step = timedelta(**{unit: number})
        missed = (now - planned) // step if now >= planned else 0
        return planned + step * (max(missed, 0) + 1)
    if unit not in STEPS:
        raise ValidationError("There is no interval {unit}.", unit=unit, fields=("interval_type",))
    wall = planned.replace(tzinfo=UTC).astimezone(place).replace(tzinfo=None)
    count = 0
    while True:
        count += 1
        later = STEPS[unit](wall, count * number)
        due = later.replace(tzinfo=place).astimezone(UTC).replace(tzinfo=None)
        if due > now and due > planned:
            return due
        if unit in ("days", "weeks") and (now - due).days > 400:
            count += max(0, (now - due).days // (number * (7 if unit == "weeks" else 1)) - 2)


def check_line(line: str) -> None:
    """Raise ValidationError when a cron line cannot be read."""
    try:
        CronSim(line, datetime(2000, 1, 1))
    except CronSimError as error:
        raise ValidationError(
            "{line} is no cron line (minute hour day month weekday): {reason}",
            line=line,
            reason=str(error),
            fields=("cron_line",),
        ) from None


def _next_of_line(line: str, now: datetime, place: ZoneInfo) -> datetime:
    check_line(line)
    try:
        due = next(CronSim(line, now.replace(tzinfo=UTC).astimezone(place)))
    except StopIteration:
        raise ValidationError("The cron line {line} is never due.", line=line, fields=("cron_line",)) from None
    return due.astimezone(UTC).replace(tzinfo=None)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        raise ValidationError("There is no time zone {zone}.", zone=name) from None


def _work_days(start: datetime, count: int) -> datetime:
    day = start + timedelta(weeks=count // 5)
    left = count % 5
    while left or day.weekday() > 4:
        day += timedelta(days=1)
        if day.weekday() < 5 and left:
            left -= 1
    return day


STEPS: dict[str, Step] = {
    "work_days": _work_days,
    "days": lambda start, count: start + timedelta(days=count),
    "weeks": lambda start, count: start + timedelta(weeks=count),
    "months": lambda start, count: start + relativedelta(months=count),
}
"""Units that follow the wall clock; minutes and hours are exact."""
