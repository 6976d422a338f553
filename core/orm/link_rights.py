"""Nobody links a record to one that he may not see, and nobody cuts a link that he is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.orm import compute, fetch

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo

LINKS = ("many2one", "reference")


def check_new(
    env: Env, info: ModelInfo, given: Sequence[Mapping[str, Any]], complete: Sequence[Mapping[str, Any]]
) -> None:
    """Refuse links to hidden records that the caller chose, in the rows or by defaults in the context."""
    if env.is_super(info.name):
        return
    for field in info.pointers:
        name = field.name
        rows = complete if f"default_{name}" in env.context else given
        values = [row[name] for row in rows if row.get(name)]
        if values:
            require_targets(env, [(field, field.to_raw(value, env)) for value in values])


def changed(env: Env, field: Field[Any, Any], ids: Sequence[int], value: Any) -> Sequence[int]:
    """Refuse a link to a hidden record; where such a link is, it looks empty, and so emptying it changes nothing.

    Gives the ids whose link does change.
    """
    if env.is_super(field.model):
        return ids
    raw = field.to_raw(value, env)
    if raw:
        require_targets(env, [(field, raw)])
        return ids
    if field.mapped or not any(fetch.limited(env, model) for model in field.may_lead_to(env)):  # type: ignore[attr-defined]  # a link
        return ids
    kept: list[int] = []
    for record_id, old in zip(ids, compute.raw_values(env.tx, field, ids), strict=True):
        model, target = field.leads_to(old) or ("", 0)  # type: ignore[attr-defined]  # as above
        if not target or model not in env.registry.models or not env.hidden(model, (target,)):
            kept.append(record_id)
    return kept


def require_targets(env: Env, links: Iterable[tuple[Any, Any]]) -> None:
    """Raise AccessError or MissingError for a link, as field and raw value, to what the caller may not see."""
    wanted: dict[str, set[int]] = {}
    for field, raw in links:
        model, target = field.leads_to(raw) or ("", 0)
        if target:
            wanted.setdefault(model, set()).add(target)
    for model, targets in wanted.items():
        fetch.require(env, model, targets)
