"""Records waiting to be created: gathered by model, created together when something refers to one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.data.external_ids import ExternalIds, Known
from core.errors import GrialError

if TYPE_CHECKING:
    from core.orm.env import Env

LARGEST = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record to create. `xmlid` is empty for one without an external id."""

    xmlid: str
    values: Mapping[str, Any]  # Any: field values
    line: int
    noupdate: bool
    context: Mapping[str, Any]
    created: Callable[[int], None] | None = None


class Batch:
    """Creates records in the order of the file within each model, in as few statements as possible.

    `failed` hears of a record that cannot be created, and may give what is to be created in its place.
    """

    def __init__(
        self, env: Env, ids: ExternalIds, failed: Callable[[Waiting, str, GrialError], Waiting | None]
    ) -> None:
        self.env = env
        self.ids = ids
        self.failed = failed
        self._waiting: dict[str, list[Waiting]] = {}
        self._models: dict[tuple[str, str], str] = {}

    def add(self, model: str, record: Waiting) -> None:
        """Put a record into the queue of its model."""
        queue = self._waiting.setdefault(model, [])
        if queue and (queue[0].context != record.context or len(queue) >= LARGEST):
            self.flush(model)
            queue = self._waiting.setdefault(model, [])
        queue.append(record)
        for xmlid in self._names(model, record):
            self._models[self.ids.key(xmlid)] = model

    def waits(self, xmlid: str) -> str:
        """The model of a record that waits under this id; empty where none does."""
        return self._models.get(self.ids.key(xmlid), "")

    def flush(self, model: str = "") -> None:
        """Create what waits: the records of one model, or all, with the lines that they bring in turn."""
        while model in self._waiting if model else self._waiting:
            name = model or next(iter(self._waiting))
            queue = self._waiting.pop(name)
            for record in queue:
                for xmlid in self._names(name, record):
                    self._models.pop(self.ids.key(xmlid), None)
            self._create(name, queue)

    def _create(self, model: str, queue: list[Waiting]) -> None:
        try:
            with self.env.savepoint():
                created = self._records(model, queue)
        except GrialError as error:
            if len(queue) == 1:
                again = self.failed(queue[0], model, error)
                if again is not None:
                    self._create(model, [again])
                return
            # One of them is at fault: find it, so that the message can name its line.
            for record in queue:
                self._create(model, [record])
            return
        for record, record_id in zip(queue, created, strict=True):
            if record.xmlid:
                self.ids.add(record.xmlid, Known(model, record_id, record.noupdate))
            if record.created is not None:
                record.created(record_id)
        self._parents(model, queue, created)

    def _records(self, model: str, queue: list[Waiting]) -> list[int]:
        records = self.env[model]
        if queue[0].context:
            records = records.with_context(**queue[0].context)
        return list(records.create([dict(record.values) for record in queue]).ids)

    def _names(self, model: str, record: Waiting) -> list[str]:
        """The ids that a record brings: its own, and `<id>_<parent_model>` of what it delegates to."""
        if not record.xmlid:
            return []
        parents = self.env.registry[model].inherits
        return [
            record.xmlid,
            *(parent_id(record.xmlid, p) for p, link in parents.items() if not record.values.get(link)),
        ]

    def _parents(self, model: str, queue: list[Waiting], created: list[int]) -> None:
        for parent, link in self.env.registry[model].inherits.items():
            for record, record_id in zip(queue, created, strict=True):
                if record.xmlid and not record.values.get(link):
                    found = self.env[model].browse(record_id).mapped(link).id
                    self.ids.add(parent_id(record.xmlid, parent), Known(parent, found, record.noupdate))


def parent_id(xmlid: str, parent: str) -> str:
    """The external id of the parent record that a delegating record was created with."""
    return f"{xmlid}_{parent.replace('.', '_')}"
