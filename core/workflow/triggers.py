"""Tokens that wait for a change of other records: which records each one looks at, and whom a change wakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.orm.domain import Leaf
from core.workflow.definition import Activity
from core.workflow.subject import Subject
from core.workflow.versions import published

if TYPE_CHECKING:
    from core.orm.model import Model
    from core.workflow.tokens import Token

TRIGGERS = "workflow.triggers"


def watch(records: Model, activity: Activity, tokens: Sequence[Token]) -> None:
    """Let the tokens that came to an activity look at the records that its transitions name."""
    env = records.env
    rows: Any = env.super_env[TRIGGERS]
    rows.search(Leaf("workitem_id", "in", [token.id for token in tokens])).unlink()
    wanted = [
        {"model": way.trigger_model, "res_id": record, "workitem_id": token.id}
        for token in tokens
        for way in activity.ways
        if way.trigger is not None
        for record in _ids(way.trigger.evaluate(Subject(records.browse(token.instance.record))))
    ]
    if wanted:
        rows.create(wanted)


def _ids(answer: Any) -> Sequence[int]:  # Any: what an expression gives
    """The ids that a trigger expression gave: ids, one id, or records."""
    if isinstance(answer, bool) or answer is None:
        return ()
    if isinstance(answer, int):
        return (answer,)
    if hasattr(answer, "expression_attribute"):
        return tuple(answer.expression_attribute("ids"))
    return tuple(one for one in answer if isinstance(one, int) and not isinstance(one, bool))


def woken(records: Model) -> dict[str, list[int]]:
    """The records, by model, whose tokens look at any of these."""
    env = records.env
    if records._name not in published(env).looked_at:
        return {}
    rows: Any = env.super_env[TRIGGERS]
    found: dict[str, list[int]] = {}
    for row in rows.search(Leaf("model", "=", records._name) & Leaf("res_id", "in", records.ids)):
        item = row.workitem_id
        found.setdefault(item.res_type, []).append(item.res_id)
    return {model: list(dict.fromkeys(ids)) for model, ids in found.items()}
