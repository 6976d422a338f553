"""Where the rounds happen: one folder, its databases, the addons on its path, and the server that is killed."""

from __future__ import annotations

import math
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from http.client import HTTPException
from pathlib import Path

import psutil
from sqlalchemy.engine import Engine

from core.db import admin, sqlite
from core.db.engine import DatabaseServer
from core.db.postgresql import connect_to_server
from core.kernel.config import Settings
from core.testing.serving import ServerProcess, start_process
from tests.kill import addons
from tests.kill.client import Client, Refused

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password for kills"
LONGEST = 30.0
"""Seconds within which the server must be ready again."""

CRASH_LOOP = 7.0
"""Seconds after a lost worker in which another one ends the server; it counts 5.5 from the new one's start."""

INSTALLED = {"base": (), "orchard": ("orchard",), "vine": ("vine",)}
"""By template, the addons it has besides base; of `vine` the disk has a newer version."""


class Place:
    """The databases and the server of one run of kills.

    Args:
        folder: for everything; nobody else uses it.
        url: of a PostgreSQL server; empty for SQLite.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.settings = Settings.from_env({}, data_dir=folder / "data", database_url=url)
        self.databases = DatabaseServer(self.settings)
        self.addons = folder / "addons"
        self.prefix = f"kill{secrets.token_hex(3)}"
        self.server: ServerProcess | None = None
        self._made: list[str] = []
        self._worker_killed = -math.inf
        self._make_templates()

    @property
    def backend(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.databases.backend

    def engine(self, name: str) -> Engine:
        """The engine of a database of this place."""
        return self.databases.engine(name)

    def new_database(self, template: str) -> str:
        """The name of a new copy of a template."""
        name = f"{self.prefix}-{len(self._made)}"
        self._made.append(name)
        source = f"_{self.prefix}_{template}"
        if self.databases.url is None:
            shutil.copy(self.folder / f"{source}.db", self.databases.path(name))
        else:
            self._sql(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        files = self.folder / f"{source}.files"
        if files.is_dir():
            shutil.copytree(files, self.databases.files_folder(name))
        return name

    def drop(self, name: str) -> None:
        """Drop a copy that is no longer needed."""
        admin.remove(self.databases, name)

    def start(self, name: str, workers: int = 1) -> float:
        """Start a server, and wait until it answers a question about the database; gives the seconds that took."""
        began = time.monotonic()
        self.server = start_process(self.settings, name, GRIAL_ADDONS_PATH=str(self.addons), GRIAL_WORKERS=str(workers))
        self.wait_until_ready(name, began)
        return time.monotonic() - began

    def wait_until_ready(self, name: str, began: float, on_try: Callable[[], None] = lambda: None) -> float:
        """Ask until a person who logs in gets an answer; gives the seconds since `began`. Raises TimeoutError."""
        while True:
            on_try()
            try:
                assert self.log_in(name).call("res.partner", "search_count", [])
                return time.monotonic() - began
            except (OSError, HTTPException, Refused, ValueError) as error:
                if time.monotonic() - began > 4 * LONGEST:
                    raise TimeoutError(f"the server is not ready after {4 * LONGEST:.0f} s: {error}") from error
                time.sleep(0.05)

    def log_in(self, name: str) -> Client:
        """The session of an administrator."""
        assert self.server is not None
        return Client(self.server.url, name, "admin", PASSWORD)

    def may_kill_worker(self) -> bool:
        """Two lost workers within seconds count as a crash loop, which ends the server."""
        return time.monotonic() - self._worker_killed > CRASH_LOOP

    def kill(self, whole: bool) -> None:
        """Kill the server with all its processes, or only one of its workers, in the middle of whatever they do."""
        assert self.server is not None
        if whole:
            self.server.kill()
            self.server = None
            return
        workers = psutil.Process(self.server.process.pid).children(recursive=True)
        os.kill(workers[-1].pid, signal.SIGKILL)
        self._worker_killed = time.monotonic()

    def close(self) -> None:
        """End the server, and drop what was made."""
        if self.server is not None:
            self.server.stop()
        for name in self.databases.names():
            if name.startswith(self.prefix):
                self.drop(name)
        if self.databases.url is not None:
            for template in INSTALLED:
                self._sql(f'DROP DATABASE IF EXISTS "_{self.prefix}_{template}" WITH (FORCE)')

    def _make_templates(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for addon in ("orchard", "vine"):
            addons.write(self.addons, addon)
        for template, names in INSTALLED.items():
            if template == "base":
                self._command("db", "create", self._name(template), "--password", PASSWORD)
            else:
                self._command("db", "copy", "--as-is", self._name("base"), self._name(template))
                self._command("addon", "install", "-d", self._name(template), *names)
        addons.write(self.addons, "vine", version=2)
        for template in INSTALLED:
            self._put_aside(self._name(template), f"_{self.prefix}_{template}")

    def _name(self, template: str) -> str:
        return f"{self.prefix}-{template}"

    def _put_aside(self, name: str, aside: str) -> None:
        """Keep a database where no server looks for databases, so that nobody is connected when it is copied."""
        files = self.databases.files_folder(name)
        if files.is_dir():
            files.rename(self.folder / f"{aside}.files")
        self.databases.dispose(name)
        if self.databases.url is None:
            sqlite.rename_file(self.databases.path(name), self.folder / f"{aside}.db")
        else:
            self._sql(f'ALTER DATABASE "{name}" RENAME TO "{aside}"')

    def _sql(self, statement: str) -> None:
        assert self.databases.url is not None
        with connect_to_server(self.databases.url) as connection:
            connection.exec_driver_sql(statement)

    def _command(self, *arguments: str) -> None:
        given = {
            "GRIAL_DATA_DIR": str(self.settings.data_dir),
            "GRIAL_DATABASE_URL": self.settings.database_url,
            "GRIAL_ADDONS_PATH": str(self.addons),
            "PYTHONPATH": str(ROOT),
        }
        run(["-c", "from core.cli import main; main()", *arguments], given)


def run(arguments: Sequence[str], environ: dict[str, str]) -> None:
    """Run Python with these arguments. Raises RuntimeError with what it printed when it fails."""
    done = subprocess.run(
        [sys.executable, *arguments], env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{arguments} failed:\n{done.stdout}{done.stderr}")
