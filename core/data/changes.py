"""What a data file changes of a record that is there: an upgrade without a change is to write nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.errors import GrialError

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.model import Model

TO_MANY = frozenset({"one2many", "many2many"})


def changed_values(record: Model, values: Mapping[str, Any]) -> dict[str, Any]:  # Any: field values
    """Those of the values that differ from what the record holds."""
    fields = record._info.fields
    return {name: value for name, value in values.items() if not _holds(record, fields[name], value)}


def _holds(record: Model, field: Field[Any, Any], value: Any) -> bool:
    """Has the field this value already? What cannot be told counts as a change."""
    if field.type in TO_MANY:
        return _links_hold(set(field.__get__(record, None).ids), value)
    if field.type in ("binary", "image") or (field.computed and not field.stored):
        return False
    if field.mapped:
        # One value a language or company: the one of this environment, as a text.
        return isinstance(value, str) and bool(field.__get__(record, None) == value)
    try:
        raw = field.to_raw(value, record.env)
        return bool(field.to_record(raw, record) == field.__get__(record, None))
    except (GrialError, TypeError, AttributeError):
        return False


def _links_hold(current: set[int], value: Any) -> bool:
    if not isinstance(value, (list, tuple)):
        return False
    for command in value:
        match command:
            case (6, _, ids) if set(ids) == current:
                continue
            case (4, record, *_) if record in current:
                continue
            case (3, record, *_) if record not in current:
                continue
            case _:
                return False
    return True
