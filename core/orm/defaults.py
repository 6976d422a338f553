"""Default values of new records: from the context, from the field, from a method."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from core.orm.kept import SYSTEM, begins, kept

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo


def complete(env: Env, info: ModelInfo, row: dict[str, Any]) -> dict[str, Any]:
    """The row with defaults for what it does not name."""
    wished = any(key.startswith("default_") for key in env.context)
    result = default_values(
        env, info, [name for name in (info.fields if wished else info.defaulted) if name not in row]
    )
    result.update(row)
    return result


def may_have_default(field: Field[Any, Any]) -> bool:
    """Has the field a default of its own, or of the record that it is shown from? Others get one from the context."""
    if field.related and not field.stored:
        return bool(field.given.get("delegated"))
    return bool(field.default_method) or field.default is not None


def default_values(env: Env, info: ModelInfo, names: Iterable[str]) -> dict[str, Any]:
    """Defaults of the named fields; those without one are left out."""
    result: dict[str, Any] = {}
    context = env.context
    for name in names:
        field = info.fields.get(name)
        if field is None:
            continue
        key = f"default_{name}"
        if key in context and env.field_open(field) and _may_begin(env, field, context[key]):
            result[name] = context[key]
        elif field.related and not field.stored:
            shown = _shown(env, info, field)
            if shown is not None:
                result[name] = shown
        elif field.default_method:
            result[name] = getattr(env[info.name], field.default_method)()
        elif callable(field.default):
            result[name] = field.default(env[info.name])
        elif field.default is not None:
            result[name] = copy.copy(field.default) if isinstance(field.default, (list, dict)) else field.default
    return result


def _may_begin(env: Env, field: Field[Any, Any], value: Any) -> bool:
    """Does a value from the context count: not in a field that is kept from callers?"""
    return field.name not in SYSTEM and (field.name not in kept(env, field.info) or begins(env, field, value))


def _shown(env: Env, info: ModelInfo, field: Field[Any, Any]) -> Any:
    """The default of a delegated parent's field."""
    if not field.given.get("delegated"):
        return None
    parent = env.registry[info.fields[field.related[0]].comodel]  # type: ignore[attr-defined]  # a link
    return default_values(env, parent, [field.related[1]]).get(field.related[1])
