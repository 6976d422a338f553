"""What publishing an edited definition would do to the records that are on their way: tried, without changing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.orm.domain import Leaf
from core.workflow import tokens
from core.workflow.allowed import refusal
from core.workflow.definition import Activity, Definition
from core.workflow.explain import label_of
from core.workflow.source import problems, read
from core.workflow.versions import definitions, place, version

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

MOST = 2000
"""How many records are tried, the newest first."""


@dataclass
class Group:
    """Records that stand in the same place and would fare the same.

    Attributes:
        here: where they stand.
        there: where they would stand; empty when they finish on the version they began with.
        gained: what could be done then and cannot now.
        lost: what can be done now and could not then.
        records: their ids.
    """

    here: str
    there: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    records: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Forecast:
    """What publishing would do.

    Attributes:
        present: the version that holds now; None for a workflow that was never published.
        edited: what the rows say.
        problems: what keeps it from working, in English.
        groups: the records that were tried.
        running: how many records are on their way in all.
    """

    present: Definition | None
    edited: Definition
    problems: tuple[str, ...]
    groups: tuple[Group, ...]
    running: int

    @property
    def is_changed(self) -> bool:
        """Is there anything to publish?"""
        return self.present is None or self.present.content() != self.edited.content()


def forecast(env: Env, workflow: int) -> Forecast:
    """Try the edited definition of a workflow on those of its records that the reader may see."""
    row: Any = env["workflow"].browse(workflow)
    edited = read(env, [workflow])[workflow]
    present = next((one for one in definitions(env, row.osv) if one.workflow == workflow), None)
    instances: Any = env.super_env["workflow.instance"]
    running = Leaf("wkf_id", "=", workflow) & Leaf("state", "=", "active")
    ids = [one.res_id for one in instances.search(running, limit=MOST)] if present is not None else []
    records = env[edited.model].with_context(active_test=False).browse(ids).readable()
    groups: dict[Any, Group] = {}
    if row.running == "move" and present is not None:
        for record in records:
            found = _fares(record, edited, dict(row.moves or {}))
            key = (found.here, found.there, found.gained, found.lost)
            groups.setdefault(key, found).records.append(record.id)
    return Forecast(present, edited, tuple(problems(edited)), tuple(groups.values()), instances.search_count(running))


def _fares(record: Model, edited: Definition, moves: dict[str, str]) -> Group:
    env = record.env
    here: list[tuple[Definition, Activity]] = []
    there: list[Activity | None] = []
    for instance in tokens.instances(record)[record.id]:
        if instance.workflow == edited.workflow:
            own = version(env, instance.version)
            for token in instance.tokens:
                here.append((own, own.activities[token.activity]))
                there.append(place(env, edited, instance.version, token.activity, moves))
    before = _possible(record, [activity for _, activity in here])
    moved = [activity for activity in there if activity is not None]
    stays = len(moved) != len(there)
    after = before if stays else _possible(record, moved)
    return Group(
        ", ".join(label_of(record, own, activity) for own, activity in here),
        "" if stays else ", ".join(label_of(record, edited, activity) for activity in moved),
        tuple(label for label in after if label not in before),
        tuple(label for label in before if label not in after),
    )


def _possible(record: Model, places: Sequence[Activity]) -> list[str]:
    """The labels of what may happen with the record in these places."""
    ways = (way for activity in places for way in activity.ways if way.signal and not refusal(record, way))
    return list(dict.fromkeys(record.env.translate_term(way.label, record._info.addon) for way in ways))
