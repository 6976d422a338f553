"""`grial bench`: how fast Grial is beside hand-written SQL; the works are in the folder `bench` of the source tree."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import click

from core.cli.options import settings

ROOT = Path(__file__).resolve().parents[2]


@click.command(
    short_help="Measure beside hand-written SQL on the same work.",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Measure Grial beside hand-written SQL; `--help` tells the options."""
    if not (ROOT / "bench" / "__main__.py").is_file():
        raise click.ClickException("The benchmark is part of the source tree; clone it and start server.py there.")
    url = settings().database_url
    given = ["--database-url", url] if url else []
    sys.path.insert(0, str(ROOT))
    sys.argv[:] = ["bench", *given, *ctx.args]
    runpy.run_module("bench", run_name="__main__")
