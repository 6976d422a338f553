"""Rounds of kills: an operation begins, at a random moment the server is killed, and then everything is looked at."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.kill import snapshot
from tests.kill.operations import OPERATIONS, Many, Operation
from tests.kill.place import Place
from tests.kill.snapshot import Snapshot

Kill = Callable[[Place], None]
MOST = 2.5
"""Seconds after which work without an end of its own is killed at the latest."""


@dataclass
class Round:
    """What happened in one round."""

    number: int
    backend: str
    operation: str
    victim: str
    delay: float
    acknowledged: str = ""
    verdict: str = ""
    ready: float = 0.0
    faults: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The row of the table."""
        faults = "; ".join(self.faults)
        return (
            f"{self.number:>5}  {self.backend:<10}  {self.operation:<9}  {self.victim:<10}  {self.delay:>6.2f} s  "
            f"{self.acknowledged:<12}  {self.verdict:<10}  {self.ready:>6.1f} s  {faults}".rstrip()
        )


HEADER = (
    f"{'round':>5}  {'database':<10}  {'operation':<9}  {'killed':<10}  {'after':>8}  "
    f"{'acknowledged':<12}  {'found':<10}  {'ready in':>8}"
)


class Rounds:
    """All rounds of one run.

    Args:
        place: where.
        seed: the same seed kills at the same share of the time that an operation takes.
        longest: seconds within which the server must be ready again.
    """

    def __init__(self, place: Place, seed: int, longest: float) -> None:
        self.place = place
        self.longest = longest
        self.random = random.Random(seed)
        self.before: dict[str, Snapshot] = {}
        self.after: dict[str, Snapshot] = {}
        self.seconds: dict[str, float] = {}

    def learn(self) -> None:
        """Do each operation once without a kill: how long it takes, and what the database is like after it."""
        for kind in OPERATIONS:
            name = self.place.new_database(kind.template)
            if self.place.server is None:
                self.place.start(name)
            operation = kind()
            self.place.wait_until_ready(name, time.monotonic())
            self.before[kind.name] = snapshot.take(self.place.engine(name))
            if isinstance(operation, Many):
                continue
            began = time.monotonic()
            operation.run(lambda name=name: self.place.log_in(name))  # type: ignore[misc]  # a lambda with a default
            self.seconds[kind.name] = time.monotonic() - began
            if not operation.acknowledged:
                raise RuntimeError(f"{kind.name} fails without a kill, too: {operation.refusals}")
            self.after[kind.name] = snapshot.take(self.place.engine(name))
            self.place.drop(name)

    def run(self, count: int) -> Iterator[Round]:
        """Kill `count` times, each operation in its turn."""
        for number in range(1, count + 1):
            kind = OPERATIONS[(number - 1) % len(OPERATIONS)]
            yield self.one(number, kind(), whole=self.random.random() < 0.75)

    def one(self, number: int, operation: Operation, whole: bool, kill: Kill | None = None) -> Round:
        """One round. `kill` kills something else than the server."""
        place, kind = self.place, operation.name
        whole = whole or not place.may_kill_worker()
        longest = self.seconds.get(kind, MOST) * 1.1
        delay = self.random.uniform(0.02, longest) if kind in self.seconds else self.random.uniform(0.3, MOST)
        victim = ("server" if whole else "one worker") if kill is None else "PostgreSQL"
        found = Round(number, place.backend, kind, victim, delay)
        name = place.new_database(operation.template)
        if place.server is None:
            place.start(name)
        place.wait_until_ready(name, time.monotonic())
        log_in = place.log_in(name)
        clients = [log_in] + [place.log_in(name) for _ in range(3)]
        work = threading.Thread(target=operation.run, args=(lambda: clients.pop(),))
        work.start()
        time.sleep(delay)
        if kill is None:
            place.kill(whole)
        else:
            kill(place)
        killed = time.monotonic()
        if place.server is None:
            place.start(name)
        found.ready = place.wait_until_ready(name, killed)
        if isinstance(operation, Many):
            operation.stop()
        work.join()
        found.acknowledged = str(len(operation.kept)) if isinstance(operation, Many) else _yes(operation.acknowledged)
        engine = place.engine(name)
        found.verdict, found.faults = operation.judge(engine, self.before[kind], self.after.get(kind, Snapshot({}, {})))
        found.faults += snapshot.bad_files(engine, place.databases.files_folder(name))
        found.faults += self._again(operation, name) if found.verdict == "before" else []
        found.faults += operation.unfit_refusals()
        if found.ready > self.longest:
            found.faults.append(f"ready only after {found.ready:.0f} s")
        place.drop(name)
        return found

    def _again(self, operation: Operation, name: str) -> list[str]:
        """What was killed and has not happened can be done now."""
        again = type(operation)()
        again.run(lambda: self.place.log_in(name))
        return [] if again.acknowledged else [f"done again, it fails: {again.refusals}"]


def _yes(value: bool) -> str:
    return "yes" if value else "no"
