"""`python -m tests.kill`: kills a server many times in the middle of its work, and prints what was found each time."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.kill.cluster import Cluster, cluster
from tests.kill.operations import Write
from tests.kill.place import LONGEST, Place
from tests.kill.rounds import HEADER, Round, Rounds

BACKENDS = ("sqlite", "postgresql")


def main() -> int:
    """Run; 1 when anything was lost, half done or not ready in time."""
    parser = argparse.ArgumentParser(prog="make kill", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="how often on each database; otherwise 60")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000), help="of an earlier run, to repeat it")
    parser.add_argument("--backend", choices=BACKENDS, help="only this one; otherwise both")
    given = parser.parse_args()
    say(f"seed {given.seed}\n{HEADER}")
    done: list[Round] = []
    for backend in [given.backend] if given.backend else BACKENDS:
        done += run(backend, given.rounds, given.seed)
    return summary(done)


def run(backend: str, count: int, seed: int) -> list[Round]:
    """The rounds on one database; on PostgreSQL one more, in which PostgreSQL itself is killed."""
    done: list[Round] = []
    with (
        tempfile.TemporaryDirectory(prefix="grial-kill-") as folder,
        server_of(backend) as postgresql,
        closing(Place(Path(folder), postgresql.url if postgresql else "")) as place,
    ):
        rounds = Rounds(place, seed, LONGEST)
        rounds.learn()
        for found in rounds.run(count):
            done.append(found)
            say(found.line())
        if postgresql is not None:
            done.append(rounds.one(count + 1, Write(), whole=True, kill=lambda _: postgresql.crash()))
            say(done[-1].line())
    return done


@contextmanager
def server_of(backend: str) -> Iterator[Cluster | None]:
    """A PostgreSQL of its own, or nothing for SQLite."""
    if backend == "sqlite":
        yield None
        return
    with cluster() as found:
        yield found


def summary(done: list[Round]) -> int:
    """Print the figures; 1 when there is a fault."""
    faulty = [found for found in done if found.faults]
    verdicts = {verdict: sum(found.verdict == verdict for found in done) for verdict in ("before", "after", "BETWEEN")}
    slowest = max(found.ready for found in done)
    say(
        f"{len(done)} kills: {verdicts['before']} before, {verdicts['after']} after, {verdicts['BETWEEN']} between; "
        f"ready again after {slowest:.1f} s at most (limit {LONGEST:.0f} s); {len(faulty)} with a fault"
    )
    return 1 if faulty else 0


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
