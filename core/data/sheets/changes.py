"""Which values of a record an import changes, and what they were before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def changes(record: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that differ from what the record has, so that the others are neither written nor undone."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        now = getattr(record, name)
        if isinstance(value, list):
            same = set(now.ids) == set(value[0][2])
        elif isinstance(value, str) and isinstance(now, str):
            same = _plain(now) == _plain(value)  # cells lose the blanks around a text
        elif isinstance(now, dt.datetime):
            same = now.replace(microsecond=0) == value  # cells have whole seconds
        else:
            same = ((now.id if hasattr(now, "_ids") else now) or None) == (value or None)
        if not same:
            found[name] = value
    return found


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def key_of(record: Any, name: str) -> Any:
    """The value by which rows find a record: an id for a link, None for nothing."""
    value = getattr(record, name)
    return (value.id or None) if hasattr(value, "_ids") else value or None


def snapshots(records: Any, names: Sequence[str]) -> dict[int, dict[str, Any]]:
    """By id, values of records that JSON can hold, as an undo needs them."""
    rows = records.with_context(lang="", active_test=False).read(list(names), load="_classic_write") if names else []
    found: dict[int, dict[str, Any]] = {record_id: {} for record_id in records.ids}
    for row in rows:
        record_id = row.pop("id")
        found[record_id] = {name: str(value) if isinstance(value, Decimal) else value for name, value in row.items()}
    return found
