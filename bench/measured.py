"""One measurement, and the clock that takes it."""

from __future__ import annotations

import cProfile
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Counted = tuple[int | None, float | None]
"""Statements, and the seconds that the database spent on them."""


@dataclass
class Measured:
    """What one work cost one side.

    Attributes:
        answer: what the work found or left behind; equal for all sides.
        statements: None where nothing counts them.
        database: seconds that PostgreSQL spent; None where nobody knows.
        detail: what else a work measures, by name.
    """

    seconds: float = 0.0
    cpu: float = 0.0
    statements: int | None = None
    database: float | None = None
    answer: Any = None  # Any: JSON
    detail: dict[str, float] | None = None

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """For another process."""
        return asdict(self)


class Clock:
    """Times one block; `counted` tells what the database did since `reset`.

    Args:
        reset: begins to count.
        counted: ends to count.
        profile: where a profile of the block goes; None for none.
    """

    def __init__(self, reset: Callable[[], None], counted: Callable[[], Counted], profile: Path | None = None) -> None:
        self.measured = Measured()
        self._reset, self._counted, self._profile = reset, counted, profile

    @contextmanager
    def __call__(self) -> Iterator[Measured]:
        """Time this block."""
        gc.collect()
        self._reset()
        profile = cProfile.Profile() if self._profile is not None else None
        if profile is not None:
            profile.enable()
        cpu, start = time.process_time(), time.perf_counter()
        yield self.measured
        self.measured.seconds, self.measured.cpu = time.perf_counter() - start, time.process_time() - cpu
        if profile is not None and self._profile is not None:
            profile.disable()
            profile.dump_stats(self._profile)
        self.measured.statements, self.measured.database = self._counted()
