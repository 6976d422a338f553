"""A few rounds of `make kill`: a killed server leaves everything as before or as after."""

from __future__ import annotations

import math
import secrets
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.kill.operations import OPERATIONS, Write
from tests.kill.place import Place
from tests.kill.rounds import HEADER, Rounds

pytestmark = pytest.mark.kill


@pytest.mark.case("J01")
@pytest.mark.case("J02")
@pytest.mark.case("J03")
@pytest.mark.case("J04")
@pytest.mark.case("J05")
@pytest.mark.case("J06")
@pytest.mark.case("J08")
def test_a_killed_server_leaves_nothing_half_done(
    tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = secrets.randbelow(10_000)
    with closing(Place(tmp_path, database_url)) as place:
        rounds = Rounds(place, seed, longest=math.inf)
        rounds.learn()
        done = list(rounds.run(len(OPERATIONS)))
    with capsys.disabled():
        sys.stdout.write("\n".join([f"\nseed {seed}", HEADER, *(found.line() for found in done), ""]))
    assert [fault for found in done for fault in found.faults] == []


@pytest.mark.case("J10")
@pytest.mark.case("J11")
def test_a_crash_of_postgresql_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    from tests.kill.cluster import cluster

    with cluster() as postgresql, closing(Place(tmp_path, postgresql.url)) as place:
        rounds = Rounds(place, secrets.randbelow(10_000), longest=math.inf)
        rounds.learn()
        found = rounds.one(1, Write(), whole=True, kill=lambda _: postgresql.crash())
    assert found.faults == []
    assert int(found.acknowledged) > 0
