"""Datetimes between UTC, as they are stored, and the zone of the person who reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def is_zone(name: str) -> bool:
    """Whether a zone of this name exists, such as `Europe/Madrid`."""
    return len(name) < 64 and _zone(name) is not None


def zone(name: str) -> ZoneInfo:
    """The zone of this name; UTC for an empty or unknown one, so that a wrong preference never closes a screen."""
    found = _zone(name) if name and len(name) < 64 else None
    return found or ZoneInfo("UTC")


def to_local(value: datetime, tz: str) -> datetime:
    """A stored UTC datetime as the wall clock of `tz`, both without tzinfo.

    `fold` is set on the second pass of an hour that happens twice, so that `to_utc` finds the way back.
    """
    try:
        return value.replace(tzinfo=UTC).astimezone(zone(tz)).replace(tzinfo=None)
    except OverflowError:
        return value


def to_utc(value: datetime, tz: str) -> datetime:
    """A wall clock of `tz` as the UTC datetime to store, both without tzinfo.

    An hour that the clock skips counts as if it had not skipped it (02:30 becomes what 03:30 is); of an hour that
    happens twice the first pass is meant, unless `fold` says the second.
    """
    try:
        return value.replace(tzinfo=zone(tz)).astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return value


def today(now: datetime, tz: str) -> date:
    """The reader's day at the UTC moment `now`."""
    return to_local(now, tz).date()
