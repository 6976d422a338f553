"""How the log is written: by a server as lines with time and process, by a command as sentences for a person."""

from __future__ import annotations

import logging
import re
import sys

_OURS = ("core", "addons")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LINE = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"


def log_as_server() -> None:
    """Write what happens to the error stream of this process, from now on."""
    _write(_Lines(_LINE), logging.INFO)


def log_as_command(traces: bool = False) -> None:
    """Write warnings to the error stream, with the traces of errors for those who want them."""
    _write(_Lines("%(message)s") if traces else _Sentences("%(message)s"), logging.WARNING)


class _Lines(logging.Formatter):
    """Text that came from outside neither begins a line of the log nor moves the cursor of a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One line."""
        record.message = _CONTROL.sub(lambda found: repr(found[0])[1:-1], record.message)
        return super().formatMessage(record)


class _Sentences(_Lines):
    """The message alone: what a person can do is in it."""

    def formatException(self, ei: object) -> str:
        """No trace."""
        return ""

    def format(self, record: logging.LogRecord) -> str:
        """The message, whatever another handler has made of the record."""
        record.exc_text = None
        return super().format(record).rstrip()


class _Stderr:
    """The error stream as it is when something is written."""

    def write(self, text: str) -> None:
        """Write."""
        sys.stderr.write(text)

    def flush(self) -> None:
        """Flush."""
        sys.stderr.flush()


_handler = logging.StreamHandler(_Stderr())


def _write(formatter: logging.Formatter, level: int) -> None:
    _handler.setFormatter(formatter)
    logging.getLogger().addHandler(_handler)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
