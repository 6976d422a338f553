"""The rule of rows that belong to any record by naming its model and id: who may see the record may see them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from core.orm.domain import TRUE, Allowed, Domain, Leaf, disjunction

if TYPE_CHECKING:
    from core.orm.env import Env


def owned(env: Env, operation: str, model: str, record: str, besides: Collection[str] = (), field: str = "") -> Domain:
    """The condition that the owner of a row is a record on which the user may do `operation`.

    Args:
        model, record: the fields that hold the name of the owner's model and its id.
        besides: models whose records own nothing; those that follow owners themselves would lead in a circle.
        field: the field that may hold the name of the owner's field, which must be open to the user too.
    """
    unlimited: list[str] = []
    parts: list[Domain] = []
    for info in env.registry.models.values():
        if not info.stored or info.name in besides or not env.may(info.name, operation):
            continue
        rule = env.rule(info.name, operation)
        shut = [one.name for one in info.fields.values() if not env.field_open(one)] if field else []
        if rule is TRUE and not shut:
            unlimited.append(info.name)
            continue
        part = Leaf(model, "=", info.name) & (TRUE if rule is TRUE else Leaf(record, "in", Allowed(info.name, rule)))
        parts.append(part & Leaf(field, "not in", shut) if shut else part)
    return disjunction([Leaf(model, "in", unlimited), *parts])
