"""`grial new`: the addon it writes is clean, installs, and passes its own tests and those of every addon."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "addons"
    path.mkdir()
    return path


def run(folder, *words, cwd=ROOT, **variables):
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env={**os.environ, "GRIAL_ADDONS_PATH": str(folder), **variables},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.slow
def test_a_new_addon_is_clean_installs_and_passes_its_own_test(folder):
    assert CliRunner().invoke(main, ["new", "fleet_card", "--into", str(folder)]).exit_code == 0
    for words in (["check"], ["format", "--check"]):
        config = ["--no-cache", "--config", str(ROOT / "pyproject.toml"), "addons"]
        style = run(folder, "-m", "ruff", *words, *config, cwd=folder.parent)
        assert style.returncode == 0, style.stdout
    kinds = ["--strict", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(folder.parent / "cache")]
    typed = run(folder, "-m", "mypy", *kinds, str(folder / "fleet_card"), MYPYPATH=str(folder.parent))
    assert typed.returncode == 0, typed.stdout
    checked = run(folder, "-m", "core.cli", "check", "fleet_card")
    assert checked.returncode == 0, checked.stdout
    options = ["--backend", "sqlite", "-p", "no:cacheprovider"]
    tested = run(folder, "-m", "core.cli", "test", "fleet_card", *options)
    assert tested.returncode == 0, tested.stdout
    assert "20 passed" in tested.stdout, tested.stdout


@pytest.mark.parametrize("name", ["Fleet", "9lives", "a-b", "../up", ""])
def test_a_name_that_no_addon_can_have_is_wrong_usage(folder, name):
    assert CliRunner().invoke(main, ["new", name, "--into", str(folder)]).exit_code == 2
    assert not list(folder.iterdir())


@pytest.mark.parametrize("name", ["crm", "base"])
def test_an_addon_that_is_there_is_not_written_over(folder, name):
    answer = CliRunner().invoke(main, ["new", name, "--into", str(folder)])
    assert answer.exit_code == 1
    assert not list(folder.iterdir())


def test_a_folder_with_something_in_it_is_left_alone(folder):
    (folder / "visit").mkdir()
    (folder / "visit" / "notes.txt").write_text("mine")
    assert CliRunner().invoke(main, ["new", "visit", "--into", str(folder)]).exit_code == 1
    assert [path.name for path in (folder / "visit").iterdir()] == ["notes.txt"]
