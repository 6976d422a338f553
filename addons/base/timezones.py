"""Time zones to choose from."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from core import Model


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    return tuple(
        sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    )


def time_zones(record: Model) -> dict[str, str]:
    """Every zone of the tz database by its own name, `UTC` first."""
    return {"UTC": "UTC", **{name: name for name in _names()}}
