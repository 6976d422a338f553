"""Stops work that takes too long, in whatever thread it runs."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class TookTooLong(BaseException):
    """Raised inside a block whose time is over; no `except Exception` in it catches this."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TookTooLong inside the block after `seconds`; signals would only work in the main thread.

    It comes between two steps of Python: a call that waits outside of it is stopped when it returns.
    """
    thread = ctypes.c_ulong(threading.get_ident())
    guard = threading.Lock()
    ended = fired = False

    def stop() -> None:
        nonlocal fired
        with guard:
            if not ended:
                fired = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TookTooLong))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with guard:
            ended = True
        # The exception comes between two steps of this thread: take the steps here, where it does no harm.
        with suppress(TookTooLong):
            for _ in range(10_000 if fired else 0):
                pass
