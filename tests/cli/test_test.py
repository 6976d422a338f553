"""`grial test` passes everything on to pytest, and understands the names of addons."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli import main
from core.cli import test as test_command
from core.cli.test import pytest_arguments


@pytest.fixture
def addons(tmp_path):
    for name in ("crm", "claim"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__manifest__.py").write_text("{}")
    (tmp_path / "notes").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], []),
        (["crm"], ["{}/crm"]),
        (["crm", "claim", "-x"], ["{}/crm", "{}/claim", "-x"]),
        (["-k", "crm", "tests/orm"], ["-k", "crm", "tests/orm"]),
        (["--backend", "sqlite", "-x", "claim"], ["--backend", "sqlite", "-x", "{}/claim"]),
        (["notes", "../crm"], ["notes", "../crm"]),
    ],
)
def test_names_of_addons_become_their_folders(addons, given, passed):
    assert pytest_arguments(given, [Path("/nowhere"), addons]) == [word.format(addons) for word in passed]


@pytest.mark.parametrize(
    ("given", "marks", "cores"),
    [
        ([], test_command.QUICK, True),
        (["--backend", "sqlite", "-x"], test_command.QUICK, True),
        (["-m", "browser or slow"], "browser or slow", True),
        (["-n", "1"], test_command.QUICK, False),
        (["tests/orm"], "", False),
        (["-x", "crm"], "", False),
    ],
)
def test_what_takes_long_is_left_to_ci_and_cores_are_shared(monkeypatch, given, marks, cores):
    seen = []
    monkeypatch.setattr(test_command.subprocess, "call", lambda words, cwd, env: seen.extend(words) or 0)
    monkeypatch.setattr(test_command, "on_all_cores", lambda: ["-n", "7"])
    assert CliRunner().invoke(main, ["test", *given]).exit_code == 0
    seen = seen[3:]  # python -m pytest
    assert (seen[seen.index("-m") + 1] if "-m" in seen else "") == marks
    assert ("7" in seen) == cores


@pytest.mark.parametrize(("code", "shown"), [(0, 0), (1, 1), (2, 1), (4, 2), (5, 1)])
def test_exit_codes_are_ours(monkeypatch, code, shown):
    seen = []

    def call(words, cwd, env):
        seen.extend(words)
        return code

    monkeypatch.setattr(test_command.subprocess, "call", call)
    answer = CliRunner().invoke(main, ["test", "tests/cli", "--lf", "-q"])
    assert answer.exit_code == shown, answer.output
    assert seen[:3] == [sys.executable, "-m", "pytest"]
    assert seen[-3:] == ["tests/cli", "--lf", "-q"]


def test_foreign_addons_folders_reach_the_tests(monkeypatch, addons):
    seen = {}
    monkeypatch.setattr(test_command.subprocess, "call", lambda words, cwd, env: seen.update(env, words=words) or 0)
    foreign = addons / "addons"
    (foreign / "fleet").mkdir(parents=True)
    (foreign / "fleet" / "__manifest__.py").write_text("{}")
    answer = CliRunner().invoke(main, ["--addons-path", str(foreign), "test", "fleet"])
    assert answer.exit_code == 0, answer.output
    assert seen["GRIAL_ADDONS_PATH"] == str(foreign)
    assert seen["words"][-1] == str(foreign / "fleet")
