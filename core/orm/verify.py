"""Refuses declarations that cannot work before a database takes them in: each message names the model and says why."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from core.errors import ValidationError
from core.orm.model import Model
from core.orm.tables import LONGEST_NAME, table_name

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo, Registry

_MODEL = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)*")
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_FIELD = LONGEST_NAME - len("_fold")
_ORDER = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)(\.\S+)?(\s+(asc|desc))?(\s+nulls\s+(first|last))?\s*", re.IGNORECASE)
_PLAIN = frozenset({"integer", "float", "boolean", "date", "datetime"})


def verify_names(registry: Registry) -> None:
    """Check the names of models and fields: they become tables, columns and parts of addresses.

    Raises ValidationError.
    """
    tables: dict[str, str] = {}
    for info in registry.models.values():
        table = table_name(info.name)
        if not _MODEL.fullmatch(info.name) or len(table) > LONGEST_NAME:
            raise ValidationError(
                "{model} cannot be the name of a model: use up to {most} lower-case letters, digits, _ and dots.",
                model=repr(info.name),
                most=LONGEST_NAME,
            )
        other = tables.setdefault(table, info.name)
        if other != info.name:
            raise ValidationError(
                "The models {model} and {other} would share the table {table}. Rename one of them.",
                model=info.name,
                other=other,
                table=table,
            )
        for name in info.fields:
            _verify_field_name(info, name)


def _verify_field_name(info: ModelInfo, name: str) -> None:
    if not _FIELD.fullmatch(name) or len(name) > _LONGEST_FIELD:
        raise ValidationError(
            "{model}: {name} cannot be the name of a field: use up to {most} letters from a to z, digits and _.",
            model=info.name,
            name=repr(name),
            most=_LONGEST_FIELD,
        )
    if callable(getattr(Model, name, None)) or name in Model.__slots__:
        raise ValidationError(
            "{model}: {name} cannot be the name of a field, since every record has something of that name.",
            model=info.name,
            name=name,
        )


def verify(registry: Registry) -> None:
    """Check orders, defaults, overrides and computed fields of a registry that is complete. Raises ValidationError."""
    for info in registry.models.values():
        _verify_order(info)
        for field in info.fields.values():
            _verify_default(info, field)
        for method, override, overridden in _overrides(info):
            _verify_override(info, method, override, overridden)
    _verify_computes(registry)


def _verify_order(info: ModelInfo) -> None:
    for part in info.order.split(","):
        found = _ORDER.fullmatch(part)
        if found is None or found[1] not in info.fields:
            raise ValidationError(
                "The order {order} of {model} names no field.", order=repr(part), model=info.name,
                declaration=(info.name, "_order"),
            )  # fmt: skip


def _verify_default(info: ModelInfo, field: Field[Any, Any]) -> None:
    default = field.default
    if default is None or callable(default) or field.type not in _PLAIN:
        return
    try:
        field.to_raw(default, None)  # type: ignore[arg-type]  # plain fields do not look at the environment
    except ValidationError as error:
        raise ValidationError(
            "The default of {model}.{field}: {reason}", model=info.name, field=field.name, reason=error
        ) from error


def _overrides(info: ModelInfo) -> Iterator[tuple[str, FunctionType, FunctionType]]:
    """Every method of an addon that stands in the place of an earlier one, with that one."""
    classes = info.cls.__mro__
    for place, cls in enumerate(classes):
        if not getattr(cls, "_addon", ""):
            continue
        for name, method in vars(cls).items():
            if isinstance(method, FunctionType) and not name.startswith("__"):
                earlier = next((vars(c)[name] for c in classes[place + 1 :] if name in vars(c)), None)
                if isinstance(earlier, FunctionType):
                    yield name, method, earlier


def _verify_override(info: ModelInfo, name: str, override: FunctionType, overridden: FunctionType) -> None:
    """Whoever calls a method as its first declaration has it must be understood."""
    mine, theirs = inspect.signature(override), inspect.signature(overridden)
    needed, others = [], {}
    for parameter in theirs.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.default is parameter.empty and parameter.kind is not parameter.KEYWORD_ONLY:
            needed.append(parameter)
        else:
            others[parameter.name] = parameter
    try:
        mine.bind(*needed)
        mine.bind(*needed, **others)
    except TypeError as error:
        raise ValidationError(
            "{model}: {method} of {addon} does not take what the method it overrides takes, {arguments}: {reason}.",
            model=info.name,
            method=f"{name}{mine}",
            addon=override.__module__,
            arguments=f"{name}{theirs}",
            reason=str(error),
            declaration=(info.name, name),
        ) from None


def _verify_computes(registry: Registry) -> None:
    """Values of one record that are worked out from each other have no beginning."""
    needs: dict[int, list[int]] = {}
    for slot, triggers in registry.triggers.items():
        source = registry.slots[slot]
        if source.compute_method:
            together = {slot, *(other.slot for other in source.companions)}
            for trigger in triggers:
                if not trigger.path and trigger.target.slot not in together:
                    needs.setdefault(slot, []).append(trigger.target.slot)
    done: set[int] = set()
    for slot in needs:
        circle = _circle(slot, needs, done, [])
        if circle:
            names = [f"{registry.slots[one].model}.{registry.slots[one].name}" for one in circle]
            raise ValidationError(
                "Computed fields depend on each other in a circle: {circle}.", circle=" → ".join(names)
            )


def _circle(slot: int, needs: dict[int, list[int]], done: set[int], path: list[int]) -> list[int]:
    if slot in path:
        return [*path[path.index(slot) :], slot]
    if slot in done:
        return []
    done.add(slot)
    path.append(slot)
    for after in needs.get(slot, ()):
        found = _circle(after, needs, done, path)
        if found:
            return found
    path.pop()
    return []
