"""`grial test`: the whole suite, or the tests of some addons, on SQLite and on PostgreSQL."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from core.cli.options import settings, settings_options

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "pyproject.toml"

QUICK = "not (browser or kill or load or slow)"
"""What a developer waits for; CI runs the rest too."""

NOTHING_RAN, WRONG_USAGE = 5, 4  # pytest's exit codes
WITH_VALUE = frozenset({"-c", "-k", "-m", "-n", "-o", "-p", "-r", "-W", "--backend", "--maxfail", "--tb"})


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}, short_help="Run the tests."
)
@settings_options
@click.argument("arguments", metavar="[ADDON]... [PYTEST OPTIONS]...", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Run the tests, on SQLite and on PostgreSQL.

    Without a name: everything but what takes long, on all cores. ADDON is the name of an addon; a file, a folder and
    every option of pytest work too:

    \b
      server.py test                        the suite
      server.py test -m "browser or slow"   what takes long: Chromium, killed servers, load
      server.py test crm                    the tests of one addon
      server.py test tests/orm -k write     some tests, as pytest selects them
      server.py test --backend sqlite       on one database only
      server.py test -m "not browser" -x    without Chromium, up to the first failure

    PostgreSQL is the server that GRIAL_TEST_DATABASE_URL names, or else one from a wheel, started for this run.
    """
    if importlib.util.find_spec("pytest") is None:
        raise click.ClickException("The test tools are missing: start this with server.py, or install grial[test].")
    from core.module.finder import add_paths, search_paths

    foreign = [str(Path(folder).resolve()) for folder in settings().addons_path]
    add_paths(foreign)
    environment = {**os.environ, "GRIAL_ADDONS_PATH": os.pathsep.join(foreign)}
    words = [sys.executable, "-m", "pytest", *own_settings(), *pytest_arguments(arguments, search_paths())]
    if names_nothing(arguments):
        words += on_all_cores() if "-n" not in arguments else []
        words += ["-m", QUICK] if "-m" not in arguments else []
    code = subprocess.call(words, cwd=ROOT if (ROOT / PROJECT).is_file() else None, env=environment)
    if code == NOTHING_RAN:
        raise click.ClickException("No test was found.")
    ctx.exit(2 if code == WRONG_USAGE else int(code != 0))


def own_settings() -> list[str]:
    """What makes pytest use our settings, wherever the tests lie; without the project's file, the needed ones alone."""
    if (ROOT / PROJECT).is_file():
        return ["-c", str(ROOT / PROJECT), "--rootdir", str(ROOT)]
    return ["-p", "core.testing.plugin", "--import-mode", "importlib", "-o", "consider_namespace_packages=true"]


def names_nothing(arguments: Sequence[str]) -> bool:
    """Is the whole suite meant: are there options only?"""
    previous = ""
    for argument in arguments:
        if not argument.startswith("-") and previous not in WITH_VALUE:
            return False
        previous = argument
    return True


def on_all_cores() -> list[str]:
    """What makes pytest share the whole suite among the cores, where each worker has a PostgreSQL of its own."""
    cores = len(os.sched_getaffinity(0))
    if cores < 2 or os.environ.get("GRIAL_TEST_DATABASE_URL") or importlib.util.find_spec("xdist") is None:
        return []
    return ["-n", str(cores), "--dist", "loadgroup"]


def pytest_arguments(arguments: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """The same arguments, with each addon's name replaced by its folder; `folders` are where addons live."""
    found: list[str] = []
    previous = ""
    for argument in arguments:
        candidates = [folder / argument for folder in folders if argument.isidentifier()]
        addon = next((path for path in candidates if (path / "__manifest__.py").is_file()), None)
        found.append(str(addon) if addon and previous not in WITH_VALUE else argument)
        previous = argument
    return found
