"""What a line of the table is: a work, who does it, and how near to the floor Grial has to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.sides import Core, Driver, Grial

Answer = Any  # Any: JSON


@dataclass(frozen=True)
class Row:
    """One work.

    Args:
        name: by which one asks for it.
        work: what is done, `{count}` times.
        unit: of what so many a second are done.
        count: how many in one round.
        core, driver, grial: do it; each gives the same answer. `None` where a side has no way to do it.
        at_least: the part of the floor's rate that Grial has to reach; None where nothing was promised.
        floor: the side that it is compared with; where that is not there, with `core`.
        most_statements: how many Grial may need, however many records there are; None where each unit has its own.
        grows: is it measured for a tenth of the records too? All of them take less than GROWTH times as long.
        limits: the most that something measured besides may be, by its name.
    """

    name: str
    work: str
    unit: str
    count: int
    core: Callable[[Core, int], Answer] | None
    driver: Callable[[Driver, int], Answer] | None
    grial: Callable[[Grial, int], Answer]
    at_least: float | None
    floor: str = "core"
    most_statements: int | None = None
    grows: bool = False
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The work with its number."""
        return self.work.format(count=f"{self.count:,}")


GROWTH = 15.0
"""Ten times the records take less than this many times the time."""
