"""The pages of workflows: where a record stands, and what publishing a definition would do."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from core.workflow.explain import Step
from core.workflow.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Flow:
    """One workflow that a record is in."""

    name: str
    number: int
    picture: Markup
    here: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class FlowPage:
    """Where a record stands, what may happen next and who may do it."""

    title: str
    record: str
    flows: tuple[Flow, ...]
    back_url: str


@dataclass(frozen=True, slots=True)
class PublishPage:
    """What publishing would do, before it is done."""

    title: str
    name: str
    forecast: Forecast
    before: Markup
    after: Markup
    moves: tuple[tuple[str, str], ...]
    finish: bool
    url: str
    back_url: str
    limit: int
