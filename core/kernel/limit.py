"""Ends work whose time is over: says by when it must be done, and stops it in whatever thread it runs.

with time_limit(60):            # around all of it: the database asks `seconds_left` before each statement
    with stoppable():           # around what may be cut off anywhere: never a commit
        …
"""

from __future__ import annotations

import ctypes
import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from types import TracebackType

from core.errors import TookTooLong

GRACE = 1.0
"""Seconds after the end in which the database may refuse by itself, which is the gentler way."""

_AGAIN = 1.0
"""Seconds after which a block is stopped once more: one that runs inside a library may have lost the first stop."""

_TICK = 0.1


class Deadline:
    """The moment at which work ends; somebody else may bring it forward."""

    def __init__(self, end: float) -> None:
        self.end = end

    def expire(self) -> None:
        """The time is over now."""
        self.end = min(self.end, time.monotonic())


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class TimeIsUp(BaseException):
    """Raised inside a `stoppable` block whose time is over; no `except Exception` in it catches this."""


@contextmanager
def time_limit(seconds: float) -> Iterator[Deadline]:
    """The work inside has so many seconds, or what is left of the limit around it."""
    outer = _deadline.get()
    with _ending(Deadline(min(time.monotonic() + seconds, math.inf if outer is None else outer.end))) as deadline:
        yield deadline


def unlimited() -> AbstractContextManager[Deadline]:
    """The work inside takes its time, whatever the limit around it: a change of addons, a command at the console."""
    return _ending(Deadline(math.inf))


@contextmanager
def _ending(deadline: Deadline) -> Iterator[Deadline]:
    token = _deadline.set(deadline)
    try:
        yield deadline
    finally:
        _deadline.reset(token)


def seconds_left() -> float | None:
    """What is left of the time limit, negative when it is over; None where nobody has set one."""
    deadline = _deadline.get()
    return None if deadline is None else deadline.end - time.monotonic()


class stoppable:
    """A block that ends with TookTooLong when the time limit around it is over, wherever it is by then.

    Its thread is stopped between two steps of Python: a call that waits outside of it is stopped when it returns. In a
    block of its own kind that ends no later, it leaves the work to that.
    """

    def __init__(self) -> None:
        self._entry: _Entry | None = None
        self._outer: _Entry | None = None

    def __enter__(self) -> None:
        deadline = _deadline.get()
        self._outer = getattr(_here, "entry", None)
        if deadline is None or deadline.end == math.inf:
            return
        if self._outer is not None and self._outer.deadline.end <= deadline.end:
            return
        self._entry = _here.entry = _Entry(deadline)
        _watcher.add(self._entry)

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        entry = self._entry
        if entry is None:
            return
        with suppress(TimeIsUp):
            entry.close()
        _here.entry = self._outer
        _watcher.remove(entry)
        if entry.fired:
            raise TookTooLong from error


class _Entry:
    """A block under watch."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.fired = False
        self._again = 0.0
        self._closed = False
        self._lock = threading.Lock()
        self._thread = ctypes.c_ulong(threading.get_ident())

    def is_due(self, now: float) -> bool:
        """Is its time over, or has it lived on for a while after it was stopped?"""
        return now > max(self.deadline.end + GRACE, self._again)

    def fire(self, now: float) -> None:
        """Stop the block, if it is still at work."""
        if self._lock.acquire(blocking=False):  # it is being left otherwise
            try:
                if not self._closed:
                    self.fired = True
                    self._again = now + _AGAIN
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, ctypes.py_object(TimeIsUp))
            finally:
                self._lock.release()

    def close(self) -> None:
        """The block is left: it is not stopped any more. Raises TimeIsUp when that was on its way."""
        with self._lock:
            self._closed = True
        # It comes between two steps of this thread: take the steps here, where it does no harm.
        for _ in range(10_000 if self.fired else 0):
            pass


class _Watcher:
    """Looks after all blocks of the process, in one thread that sleeps while there are none."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._any = threading.Event()
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()

    def add(self, entry: _Entry) -> None:
        """Watch a block."""
        self._entries[id(entry)] = entry
        self._any.set()
        if self._thread is None:
            with self._guard:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._watch, name="time limits", daemon=True)
                    self._thread.start()

    def remove(self, entry: _Entry) -> None:
        """The block has ended."""
        self._entries.pop(id(entry), None)

    def _watch(self) -> None:
        while self._any.wait():
            self._any.clear()
            while self._entries:
                now = time.monotonic()
                for entry in list(self._entries.values()):
                    if entry.is_due(now):
                        entry.fire(now)
                time.sleep(_TICK)


_here = threading.local()
_watcher = _Watcher()


def _after_fork() -> None:
    """The thread is the parent's."""
    global _watcher
    _watcher = _Watcher()


os.register_at_fork(after_in_child=_after_fork)
