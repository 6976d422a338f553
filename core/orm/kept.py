"""Fields that no caller sets: what the system keeps by itself, what is worked out, what a workflow moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.errors import ValidationError
from core.kernel.i18n import mark

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.model import Model
    from core.orm.registry import ModelInfo

SYSTEM = frozenset(["id", "create_uid", "create_date", "write_uid", "write_date", "row_version", "display_name"])
UNSETTABLE = frozenset(["id", "row_version", "display_name"])
"""Those of them that even code past the gate does not set."""

_KEPT = mark("{field} of {model} is kept by the system; it cannot be set.")
_WORKED_OUT = mark("{field} of {model} is worked out; it cannot be set.")
_MOVED = mark("{field} of {model} is moved by its workflow: send its signal instead of writing it.")


def kept(env: Env, info: ModelInfo) -> Mapping[str, str]:
    """The fields of a model that this caller does not set, each with the reason, a text with places."""
    if env.is_super(info.name):
        return info.kept_always
    found = info.kept_from_callers
    moved = env.registry.ports.states(env, info.name)
    return {**found, **dict.fromkeys(moved, _MOVED)} if moved else found


def describe_kept(info: ModelInfo) -> None:
    """Work out which fields of a model nobody sets, whatever its workflows are; called when a registry is built."""
    found = dict.fromkeys(info.worked_out, _WORKED_OUT)
    info.kept_always = {**found, **dict.fromkeys(UNSETTABLE, _KEPT)}
    info.kept_from_callers = {**found, **dict.fromkeys(SYSTEM, _KEPT)}


def begins(env: Env, field: Field[Any, Any], value: Any) -> bool:
    """May a new record have this value in a field that a workflow moves: the state in which it starts?"""
    return value in env.registry.ports.states(env, field.model).get(field.name, ())


def settable(
    env: Env, info: ModelInfo, row: Mapping[str, Any], shut: Mapping[str, str], records: Model | None = None
) -> dict[str, Any]:
    """The row without what is kept.

    It is refused, unless it is what `records` have already, or nothing for new ones: programs write back whole records
    as they have read them.

    Args:
        shut: what `kept` gives, worked out once for many rows.

    Raises:
        ValidationError: naming the field.
    """
    result = dict(row)
    for name in [name for name in row if name in shut]:
        field, value = info.fields[name], row[name]
        if records is None and begins(env, field, value):
            continue
        del result[name]
        if not _unchanged(field, value, records):
            raise ValidationError(
                shut[name], fields=(name,), field=env.translate_term(field.string, field.addon),
                model=env.translate_term(info.description, info.addon),
            )  # fmt: skip
    return result


def _unchanged(field: Field[Any, Any], value: Any, records: Model | None) -> bool:
    if records is None:
        return value is None or value is False or value == "" or value == []
    env = records.env
    try:
        given = field.to_raw(value, env)
        return all(field.to_raw(_edge(field, record), env) == given for record in records)
    except (ValidationError, TypeError, ValueError):
        return False


def _edge(field: Field[Any, Any], record: Model) -> Any:
    """A value as it was told to programs."""
    value = field.__get__(record, None)
    return value if field.name == "id" else field.to_edge(record.env.values[field.slot][record._ids[0]], record)
