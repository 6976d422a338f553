"""The web servers that carry the application: real sockets, odd requests, and processes that end when they should."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rpc.running import HOST, Running, running_server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["granian", "waitress"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_server(tmp_path_factory.mktemp("serving"), "", server=request.param) as running:
        yield running


def ask(server: Running, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=10)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def raw(server: Running, data: bytes) -> bytes:
    with socket.create_connection((HOST, server.port), timeout=5) as connection:
        connection.sendall(data)
        connection.settimeout(5)
        answer = b""
        try:
            while chunk := connection.recv(65_536):
                answer += chunk
                if b"\r\n\r\n" in answer:
                    break
        except TimeoutError:
            pass
        return answer


VERSION = json.dumps({"jsonrpc": "2.0", "params": {}, "id": 1}).encode()


def test_the_server_answers_with_its_status_and_headers(server: Running) -> None:
    status, headers, body = ask(server, "GET", "/health")
    assert (status, json.loads(body)) == (200, {"status": "pass"})
    status, headers, body = ask(server, "GET", "/no/such/page")
    assert status == 404
    assert headers["x-content-type-options"] == "nosniff"
    status, headers, body = ask(server, "HEAD", "/web/static/error.css")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 100


@pytest.mark.case("E04")
def test_a_body_may_come_in_chunks(server: Running) -> None:
    chunks = iter([VERSION[:10], VERSION[10:]])
    status, _, body = ask(server, "POST", "/web/webclient/version_info", chunks, **{"Content-Type": "application/json"})
    assert status == 200
    assert json.loads(body)["result"]["server_serie"] == "10.0"


def test_many_requests_on_one_connection(server: Running) -> None:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=10)
    for _ in range(20):
        connection.request("POST", "/web/webclient/version_info", VERSION, {"Content-Type": "application/json"})
        assert connection.getresponse().read()
    connection.close()


@pytest.mark.case("E04")
def test_a_body_that_is_said_to_be_too_large_is_not_waited_for(server: Running) -> None:
    head = (
        f"POST /jsonrpc HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\nContent-Length: {10**11}\r\n\r\n"
    )
    assert b" 413 " in raw(server, head.encode()).split(b"\r\n")[0]


@pytest.mark.case("G07", "G08")
@pytest.mark.parametrize(
    "head",
    [
        "POST /jsonrpc HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /jsonrpc HTTP/1.1\r\nHost: {host}\r\nContent-Length: +5\r\n\r\nabcde",
        "POST /jsonrpc HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "GET /health HTTP/1.1\r\nHost: {host}\r\nX: a\x00b\r\n\r\n",
        "GET /health HTTP/1.1\r\n Host: {host}\r\n\r\n",
        "GET /nothing HTTP/1.1\r\nHost: evil host\r\n\r\n",
    ],
)
def test_ambiguous_requests_are_refused(server: Running, head: str) -> None:
    answer = raw(server, head.format(host=HOST).encode("latin-1")).split(b"\r\n")[0]
    assert answer == b"" or b" 4" in answer[:13], answer


@pytest.mark.case("J09")
def test_the_server_stops_when_it_is_told_to(tmp_path: Path) -> None:
    for name in ("granian", "waitress"):
        folder = tmp_path / name
        folder.mkdir()
        with running_server(folder, "", server=name) as running:
            pass
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, running.port), timeout=1).close()


@pytest.mark.case("J08")
def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    with running_server(tmp_path, "", workers=2) as running:
        os.kill(running.pid, signal.SIGKILL)
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            try:
                socket.create_connection((HOST, running.port), timeout=1).close()
            except OSError:
                return
            time.sleep(0.2)
    raise AssertionError("the workers still listen")
