"""`python3 server.py bench`: the table of rates and ratios, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path

import click

from bench.cluster import running_cluster
from bench.data import Size
from bench.measured import Measured
from bench.place import Backend, Place, scratch_place
from bench.prepare import prepare_floor, prepare_grial
from bench.processes import Process, started
from bench.report import Line, as_text, summed_up
from bench.workloads import ROWS

BACKENDS: tuple[Backend, ...] = ("sqlite", "postgresql")


@click.command()
@click.option("--database-url", default="", metavar="URL", help="A PostgreSQL server; otherwise one is started.")
@click.option("--backend", "backends", multiple=True, type=click.Choice(BACKENDS), help="Only on this database.")
@click.option("--only", multiple=True, type=click.Choice(list(ROWS)), help="Only this work; several times for several.")
@click.option("--rounds", default=5, type=click.IntRange(1), show_default=True, help="How often each work is done.")
@click.option("--profile", type=click.Path(path_type=Path, file_okay=False), help="Write cProfile files here.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
def main(
    database_url: str, backends: tuple[Backend, ...], only: tuple[str, ...], rounds: int, profile: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Measure Grial beside the floors on the same work, in databases made for it: medians of all rounds."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever is stopped takes his server and databases along
    lines: list[Line] = []
    if profile is not None:
        profile.mkdir(parents=True, exist_ok=True)
    for backend in backends or BACKENDS:
        with _server(backend, database_url) as url, scratch_place(backend, url, Size()) as place:
            lines += _measure(place, only or tuple(ROWS), rounds, profile)
    click.echo(json.dumps([asdict(line) for line in lines], indent=1) if as_json else as_text(lines))


@contextmanager
def _server(backend: Backend, url: str) -> Iterator[str]:
    if backend == "sqlite":
        yield ""
        return
    with nullcontext(url) if url else running_cluster() as found:
        yield found


def _measure(place: Place, names: tuple[str, ...], rounds: int, profile: Path | None) -> Iterator[Line]:
    click.echo(f"{place.backend}: making the databases", err=True)
    prepare_floor(place)
    prepare_grial(place)
    sides = ["core", "grial"] if place.backend == "sqlite" else ["driver", "core", "grial"]
    with started(place, sides) as processes:
        for name in names:
            yield _row(place, name, rounds, profile, processes)


def _row(place: Place, name: str, rounds: int, profile: Path | None, processes: dict[str, Process]) -> Line:
    row = ROWS[name]
    able = [side for side in processes if getattr(row, side) is not None]
    measured: dict[str, list[Measured]] = {side: [] for side in able}
    small: list[Measured] = []
    for _ in range(rounds):
        for side in able:
            measured[side].append(processes[side].run(name, row.count))
        if row.grows:
            small.append(processes["grial"].run(name, row.count // 10))
    if profile is not None:
        for side in able:
            processes[side].run(name, row.count, profile / f"{place.backend}.{name}.{side}.prof")
    line = summed_up(place.backend, row, measured, small)
    rates = ", ".join(f"{side} {rate:,.0f}/s" for side, rate in line.rates.items())
    ratio = "" if line.ratio is None else f"; ratio {line.ratio:.2f}"
    click.echo(f"{place.backend}: {row.title}: {rates}{ratio} {'; '.join(line.faults)}", err=True)
    return line


if __name__ == "__main__":
    main()
