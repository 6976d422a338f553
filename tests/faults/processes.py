"""Runs work in several processes at once, each with several threads, on one database: as the workers of servers do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.kernel.config import Settings

ROOT = Path(__file__).resolve().parents[2]

_FRAME = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from core.db.engine import DatabaseServer
from core.errors import GrialError
from core.kernel.config import Settings
from core.module.registries import Registries

process, threads, database, data_dir, url = sys.argv[1:]
settings = Settings.from_env({}, data_dir=data_dir, database_url=url)
registries = Registries(DatabaseServer(settings), settings, noting=False)
registries.get(database)
print("ready", flush=True)
sys.stdin.readline()
"""

_END = """
with ThreadPoolExecutor(int(threads)) as pool:
    print(json.dumps(list(pool.map(work, range(int(threads))))))
"""


def in_processes(settings: Settings, database: str, source: str, processes: int, threads: int) -> list[Any]:
    """What `work(number)` of the source gave, in every thread of every process; they begin together.

    Args:
        source: Python that defines `work`; it finds `registries`, `database`, `process` and `GrialError`.
    """
    arguments = [str(threads), database, str(settings.data_dir), settings.database_url]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _FRAME + source + _END, str(number), *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    found: list[Any] = []
    for process in started:
        answer, _ = process.communicate()
        assert process.returncode == 0
        found += json.loads(answer)
    return found
