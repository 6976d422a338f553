"""Trees of records: everything below or above a record, and the refusal of cycles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.types import id_in
from core.errors import ValidationError
from core.orm.domain import TRUE, Domain

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo
    from core.orm.transaction import Transaction


def expand(env: Env, info: ModelInfo, value: Any, operator: str) -> list[int]:
    """The ids of `child_of` or `parent_of` a value (an id, ids, a name or records), those records included."""
    ids = roots(env, info, value)
    gone = env.hidden(info.name, ids)
    ids = [i for i in ids if i not in gone]
    if not ids or not info.parent_name:
        return ids
    env.tx.flush_for([info.name])
    return tree(env, info, ids, downwards=operator == "child_of")


def roots(env: Env, info: ModelInfo, value: Any) -> list[int]:
    """The ids a tree operator starts from."""
    if hasattr(value, "_ids"):
        return list(value._ids)
    items = list(value) if isinstance(value, (list, tuple, set)) else [value]
    ids = [i for i in items if isinstance(i, int) and not isinstance(i, bool) and i]
    names = [i for i in items if isinstance(i, str) and i]
    for name in names:
        domain = Domain.parse(env[info.name]._name_domain("ilike", name))
        ids += env.with_context(active_test=False)[info.name].search(domain).ids
    return ids


def tree(env: Env, info: ModelInfo, ids: Sequence[int], downwards: bool) -> list[int]:
    """All ids below (or above) the given ones that the reader may see, themselves included, in one statement."""
    from core.orm.domain_sql import Scope, readable_rule, subset

    table, parent = info.table, info.table.c[info.parent_name]
    walk = sa.select(table.c.id, parent.label("parent")).where(id_in(table.c.id, list(ids))).cte("walk", recursive=True)
    node = table.alias()
    link = node.c[info.parent_name]
    step = sa.select(node.c.id, link.label("parent"))
    step = step.join(walk, link == walk.c.id) if downwards else step.join(walk, node.c.id == walk.c.parent)
    rule = readable_rule(env, info)
    if rule is not TRUE:
        scope = Scope(env.rule_env, info, node)
        step = step.where(subset(env.rule_env, info, rule, node.c.id, scope))
        env.tx.flush_for(scope.models)
    walk = walk.union(step)
    return list(env.tx.execute(sa.select(walk.c.id)).scalars())


def check_cycle(tx: Transaction, field: Field[Any, Any], ids: Sequence[int], new: bool = False) -> None:
    """Refuse a record that is its own ancestor, also when somebody else closes the other half of the circle meanwhile.

    Args:
        tx: the transaction.
        field: the link to the parent.
        ids: the records that got another parent.
        new: they are created here, so that nobody else can have put anything below them.

    Raises:
        ValidationError: naming the model.
    """
    info = field.info
    bucket = tx.bucket(field.slot)
    moved: dict[int, int] = {i: bucket[i] for i in ids if bucket.get(i)}
    if not moved:
        return
    parents: dict[int, int | None] = dict(moved)
    frontier: set[int] = {p for p in moved.values() if p not in parents}
    while frontier:
        from core.orm.compute import raw_values

        listed = list(frontier)
        found = raw_values(tx, field, listed)
        parents.update(zip(listed, found, strict=True))
        frontier = {p for p in found if p and p not in parents}
    for start in moved:
        seen = {start}
        here = parents.get(start)
        while here:
            if here in seen:
                raise ValidationError(
                    "A {model} cannot be its own parent, directly or through others.", model=info.description,
                    fields=(field.name,),
                )  # fmt: skip
            seen.add(here)
            here = parents.get(here)
    if not new:
        written = tx.dirty.get(info.name, {}).get(field.slot, ())
        _hold(tx, info, [i for i in parents if i not in written])


def _hold(tx: Transaction, info: ModelInfo, path: Sequence[int]) -> None:
    """Let nobody else move what the check has passed before this transaction ends; who comes too late loses a race.

    In a circle that several close together each has moved an ancestor of another's record, so that one of them loses.
    Shared locks: people who move records below the same one do not wait for each other. SQLite has one writer anyway.
    """
    if path and tx.connection.dialect.name == "postgresql":
        table = info.table
        rows = sa.select(table.c.id).where(id_in(table.c.id, sorted(path))).order_by(table.c.id)
        tx.execute(rows.with_for_update(read=True))
