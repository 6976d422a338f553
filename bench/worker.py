"""One side in a process of its own: reads works from standard input, writes measurements, one JSON line each."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from bench.measured import Measured
from bench.place import Place, from_json
from bench.sides import Core, Driver, Grial
from bench.workloads import ROWS

SIDES: dict[str, type[Core | Grial]] = {"core": Core, "driver": Driver, "grial": Grial}


def run(side: Core | Grial, row: str, count: int, profile: Path | None = None) -> Measured:
    """Do one work once."""
    kind = next(name for name, cls in SIDES.items() if type(side) is cls)
    work: Any = getattr(ROWS[row], kind)  # Any: each takes its own side
    clock = side.new_clock(profile)
    clock.measured.answer = work(side, count)
    return clock.measured


def main() -> None:
    """Serve the process that started this one."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what anybody prints is not an answer
    begin = json.loads(sys.stdin.readline())
    place: Place = from_json(begin["place"])
    side = SIDES[begin["side"]](place)
    try:
        answers.write("{}\n")
        answers.flush()
        for line in sys.stdin:
            asked = json.loads(line)
            profile = Path(asked["profile"]) if asked.get("profile") else None
            answers.write(json.dumps(run(side, asked["row"], asked["count"], profile).as_json()) + "\n")
            answers.flush()
    finally:
        side.close()


if __name__ == "__main__":
    main()
