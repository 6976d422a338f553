"""Reads a definition from its rows, the source that addons and administrators write, and says what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import ExpressionError, ValidationError
from core.kernel.expression import compile_expression
from core.workflow.definition import ALWAYS, Activity, Definition, Transition, lines
from core.workflow.net import reachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.orm.env import Env

SOURCES = frozenset({"workflow", "workflow.activity", "workflow.transition"})
"""The models whose rows make a definition."""


def read(env: Env, workflows: Iterable[int]) -> dict[int, Definition]:
    """The unpublished definitions of some workflows, by id, in a number of statements that does not depend on them.

    Raises:
        ValidationError: when one cannot be understood; the message names workflow, transition and expression.
    """
    rows: Any = env.super_env["workflow"].with_context(lang=None, active_test=False).browse(workflows)
    return {row.id: _definition(row) for row in rows.exists()}


def _definition(row: Any) -> Definition:
    activities = {activity.id: _activity(row, activity) for activity in row.activities.sorted("id")}
    for activity in activities.values():
        for way in activity.ways:
            if way.target not in activities:
                raise ValidationError(
                    "The transition {transition} of the workflow {workflow} leads into another workflow.",
                    transition=way.signal or way.id, workflow=row.name,
                )  # fmt: skip
    return Definition(row.id, 0, 0, row.name, row.osv, row.field, row.on_create, activities)


def _activity(workflow: Any, row: Any) -> Activity:
    return Activity(
        id=row.id,
        name=row.name,
        kind=row.kind,
        split=row.split_mode,
        join=row.join_mode,
        state=row.state,
        actions=tuple(lines(row.action)),
        server_action=row.action_id.id or 0,
        start=row.flow_start,
        stop=row.flow_stop,
        subflow=row.subflow_id.id or 0,
        signal_send=row.signal_send,
        ways=tuple(_transition(workflow, way) for way in row.out_transitions),
    )


def _transition(workflow: Any, row: Any) -> Transition:
    def compiled(text: str) -> Any:
        try:
            return compile_expression(text)
        except ExpressionError as error:
            raise ValidationError(
                "The transition {transition} of the workflow {workflow}: {problem}",
                transition=row.signal or f"{row.act_from.name} → {row.act_to.name}", workflow=workflow.name,
                problem=str(error),
            ) from error  # fmt: skip

    return Transition(
        id=row.id,
        source=row.act_from.id,
        target=row.act_to.id,
        signal=row.signal,
        label=row.label or row.signal,
        condition=compiled((row.condition or ALWAYS).strip()),
        groups=frozenset([*row.groups_id.ids, *row.group_id.ids]),
        trigger_model=row.trigger_model,
        trigger=compiled(row.trigger_expr_id.strip()) if row.trigger_model and row.trigger_expr_id else None,
    )


def problems(definition: Definition) -> Iterator[str]:
    """What keeps a definition from working, in English, for whoever writes it."""
    if not definition.starts:
        yield f"The workflow {definition.name} has no activity where it starts."
        return
    reached = reachable(definition)
    for activity in definition.activities.values():
        if activity.id not in reached:
            yield f"Nothing leads to the activity {activity.name} of the workflow {definition.name}."
        if activity.kind == "subflow" and not activity.subflow:
            yield f"The activity {activity.name} of the workflow {definition.name} names no subflow."
        if activity.id in reached and not activity.ways and not activity.stop:
            yield f"The workflow {definition.name} never ends in {activity.name}, and nothing leads out of it."
