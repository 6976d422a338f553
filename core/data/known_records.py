"""What a person's file brings may be there already, or be refused in a part that the record can do without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.errors import GrialError, ValidationError
from core.orm.fields.constraint import Unique

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.registry import ModelInfo


def twin_of(env: Env, model: str, values: Mapping[str, Any]) -> int | None:  # Any: field values
    """The record that a rule of the model calls the same as one with these values: the same code, login, name."""
    info = env.registry[model]
    for rule in info.constraints.values():
        if not isinstance(rule, Unique) or any(not values.get(name) for name in rule.fields):
            continue
        domain = [(name, "=", values[name]) for name in rule.fields]
        found = env[model].with_context(active_test=False).search(domain, limit=2)
        if len(found) == 1:
            return int(found.id)
    return None


def fields_at_fault(info: ModelInfo, values: Mapping[str, Any], error: GrialError) -> tuple[str, ...]:
    """The fields that an error names, when the record can be created without them; else none."""
    named = error.fields if isinstance(error, ValidationError) else ()
    given = tuple(name for name in named if name in values)
    return () if any(info.fields[name].required for name in given) else given
