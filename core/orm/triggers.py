"""The dependency graph: which stored or cached values change when a field changes, and how to find their records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.errors import GrialError, UnknownName, ValidationError
from core.orm.registry import Trigger

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo, Registry

Steps = tuple["Field[Any, Any]", ...]
MAX_STEPS = 12


def build_triggers(registry: Registry) -> None:
    """Fill `registry.triggers` from the dependency paths of all computed fields.

    Raises:
        UnknownName: a path that names a field which does not exist.
        ValidationError: a path through something that is no link, or a circle of fields that never ends.
    """
    found: dict[int, dict[tuple[int, tuple[int, ...]], Trigger]] = {}

    def note(source: Field[Any, Any], target: Field[Any, Any], path: Steps) -> None:
        if not all(step.stored for step in path):
            return
        trigger = Trigger(target, path)
        found.setdefault(source.slot, {})[(target.slot, tuple(step.slot for step in path))] = trigger
        if source is target:
            target.recursive = True

    for info in registry.models.values():
        for field in info.fields.values():
            if not field.compute_method:
                continue
            for steps in paths_of(registry, info, field):
                for position, step in enumerate(steps):
                    note(step, field, steps[:position])
                    if step.type == "one2many" and step.stored:
                        inverse = registry[step.comodel].fields[step.inverse_name]  # type: ignore[attr-defined]  # of a one2many
                        note(inverse, field, steps[: position + 1])
    registry.triggers = {slot: list(triggers.values()) for slot, triggers in found.items()}


def paths_of(registry: Registry, info: ModelInfo, field: Field[Any, Any]) -> Iterator[Steps]:
    """Every dependency path of a computed field, with values that are not stored replaced by what they depend on."""
    for path in field.depends:
        try:
            yield from _expand(registry, info, path.split("."), (), field, (field.slot,))
        except GrialError as error:
            error.values.setdefault("declaration", (info.name, field.name))
            raise


def _expand(
    registry: Registry, info: ModelInfo, names: list[str], before: Steps, owner: Field[Any, Any], seen: tuple[int, ...]
) -> Iterator[Steps]:
    if len(before) > MAX_STEPS:
        raise ValidationError("The dependencies of {field} never end.", field=repr(owner))
    name, rest = names[0], names[1:]
    if name not in info.fields:
        raise UnknownName(
            "{field} depends on {name}, which {model} does not have.", field=repr(owner), model=info.name, name=name,
            known=info.fields,
        )  # fmt: skip
    step = info.fields[name]
    if rest and not step.relational:
        raise ValidationError(
            "{field} depends on {path}, but {name} is not a link.", field=repr(owner), path=".".join(names), name=name
        )
    if step.computed and not step.stored:
        if step.slot not in seen:
            for path in step.depends:
                tail = rest if step.related else []
                yield from _expand(registry, info, [*path.split("."), *tail], before, owner, (*seen, step.slot))
        if step.related or not rest:
            yield (*before, step)
            return
    if not rest:
        yield (*before, step)
        return
    yield from _expand(registry, registry[step.comodel], rest, (*before, step), owner, seen)  # type: ignore[attr-defined]  # a link
