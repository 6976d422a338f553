"""`grial run`: from nothing to a page, with the link that logs in once."""

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from core.cli import main
from core.security import login_link

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def started(environment, scratch, tmp_path):
    """Start the server on a database that is not there yet; what it said."""
    processes = []

    def start(*options):
        import os

        log = tmp_path / f"{len(processes)}.log"
        command = [sys.executable, str(ROOT / "server.py"), "run", "--port", "0", *options]
        with log.open("w") as out:
            processes.append(
                subprocess.Popen(command, env={**os.environ, **environment}, stdout=out, stderr=out, cwd=tmp_path)
            )
        for _ in range(1200):
            if "logs in once" in log.read_text() or processes[-1].poll() is not None:
                break
            time.sleep(0.1)
        return log.read_text()

    yield start
    for process in processes:
        process.terminate()
        process.wait(20)


def get(client, url):
    """Ask until the server has come up."""
    for _ in range(200):
        try:
            return client.get(url)
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@pytest.mark.slow
def test_the_first_start_makes_the_database_and_its_link_logs_in_once(started, scratch):
    name = scratch("run")
    said = started("-d", name)
    assert "Log in as admin with the password" in said, said
    link = re.search(r"http://\S+/web/enter/\S+", said)
    assert link is not None, said
    with httpx.Client() as client:
        entered = get(client, link[0])
        assert (entered.status_code, entered.headers["location"]) == (303, "/web")
        assert client.get(entered.url.join("/web")).status_code == 200
    with httpx.Client() as client:
        assert client.get(link[0]).headers["location"] == "/web/login?spent=1"
    again = started("-d", name)
    assert "password" not in again
    assert "logs in once" in again


def test_a_port_in_use_is_named(environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = CliRunner().invoke(main, ["run", "-d", "never", "--port", str(port)], env=environment)
    assert answer.exit_code == 1
    assert f"127.0.0.1:{port}" in answer.stderr


@pytest.mark.case("A11")
def test_a_link_works_once_and_only_in_its_time(tmp_path, monkeypatch):
    token = login_link.make(tmp_path, "shop", 2)
    assert token not in "".join(path.name for path in (tmp_path / ".login-links").iterdir())
    assert login_link.redeem(tmp_path, token[:-1] + "x") is None
    assert login_link.redeem(tmp_path, token) == ("shop", 2)
    assert login_link.redeem(tmp_path, token) is None
    late = login_link.make(tmp_path, "shop", 2)
    now = time.time()
    monkeypatch.setattr(login_link.time, "time", lambda: now + login_link.LIFETIME + 1)
    assert login_link.redeem(tmp_path, late) is None


@pytest.mark.parametrize("token", ["", "../../secret", "x" * 43 + "/..", None, 7, "é" * 43])
def test_nothing_but_a_token_is_looked_up(tmp_path, token):
    login_link.make(tmp_path, "shop", 2)
    assert login_link.redeem(tmp_path, token) is None


def test_a_new_start_ends_the_links_of_earlier_ones(tmp_path):
    token = login_link.make(tmp_path, "shop", 2)
    login_link.clean(tmp_path)
    assert login_link.redeem(tmp_path, token) is None
