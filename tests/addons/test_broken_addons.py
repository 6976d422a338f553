"""An addon that is wrong is refused with its file and line, and leaves the database as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.check import run
from core.errors import GrialError
from core.module import finder, importer
from core.module.install import install
from core.testing.records import Database

BROKEN = Path(__file__).resolve().parents[1] / "addons_broken" / "addons"


@pytest.fixture(autouse=True)
def on_the_path() -> Iterator[None]:
    before = list(finder.namespace().__path__)
    finder.add_paths([BROKEN])
    yield
    for name in ("broken_syntax", "broken_link"):
        importer.forget(name)
    finder.namespace().__path__ = before


def state_of(database: Database) -> tuple[object, ...]:
    with database.transaction(write=False) as env:
        addons = env["ir.module.module"].search([("state", "=", "installed")]).mapped("name")
        return addons, env.registry.version, sorted(env.registry.models), env["ir.model"].search_count([])


@pytest.mark.case("K04", "K05", "K06", "K07", "K08")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("broken_syntax", r"broken_syntax/models/thing\.py:9: SyntaxError"),
        ("broken_link", r"demo\.nothing"),
    ],
    ids=["syntax", "link"],
)
def test_a_broken_addon_is_refused_and_nothing_has_changed(database: Database, name: str, reason: str) -> None:
    before = state_of(database)
    with pytest.raises(GrialError, match=reason):
        install(database.databases.registries, database.name, [name])
    assert state_of(database) == before


@pytest.mark.parametrize(
    ("name", "place", "reason"),
    [
        ("broken_syntax", "broken_syntax/models/thing.py:9", "SyntaxError"),
        ("broken_link", "broken_link/models/thing.py:11", "demo.thing.other_id links to demo.nothing"),
    ],
    ids=["syntax", "link"],
)
def test_the_check_finds_it_at_its_place_before_anybody_installs_it(
    caplog: pytest.LogCaptureFixture, name: str, place: str, reason: str
) -> None:
    (error,) = [str(finding) for finding in run([name]) if finding.severity == "error"]
    assert error.startswith(f"{place}: error: ")
    assert reason in error
    assert not caplog.records
