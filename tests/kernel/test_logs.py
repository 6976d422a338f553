"""The log of a server has one line an event, whoever chose the text; a command tells its warnings without traces."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from core.kernel import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    levels = {name: logging.getLogger(name).level for name in ("core", "addons")}
    known = list(logging.getLogger().handlers)
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    for handler in list(logging.getLogger().handlers):
        if handler not in known:
            logging.getLogger().removeHandler(handler)


def write_something() -> None:
    log = logging.getLogger("core.something")
    log.info("begun")
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        log.warning("failed for %s", "ana\r\n2030-01-01 INFO all is well\x1b[2J", exc_info=True)


@pytest.mark.case("C44")
def test_a_server_writes_one_line_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    logs.log_as_server()
    write_something()
    told = capsys.readouterr().err
    begun, failed, *trace = told.splitlines()
    assert begun.endswith("core.something: begun")
    assert " INFO " in begun
    assert failed.endswith(r"failed for ana\r\n2030-01-01 INFO all is well\x1b[2J")
    assert trace[0].startswith("Traceback")


def test_a_command_tells_warnings_without_traces(capsys: pytest.CaptureFixture[str]) -> None:
    logs.log_as_command()
    write_something()
    assert capsys.readouterr().err == "failed for ana\\r\\n2030-01-01 INFO all is well\\x1b[2J\n"
    logs.log_as_command(traces=True)
    write_something()
    assert "ZeroDivisionError" in capsys.readouterr().err
