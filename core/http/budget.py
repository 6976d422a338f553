"""Keeps one caller from using up the server: how many requests run at once, for one user and in all, and how long."""

from __future__ import annotations

import math
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.errors import Busy
from core.kernel.limit import time_limit


@dataclass(eq=False)
class _Waiter:
    user: str
    called: threading.Event = field(default_factory=threading.Event)


class Budget:
    """Places in this process; whoever waits gets one in the order of arrival.

    Args:
        active: requests that may work at once.
        per_user: how many of them may be one user's.
        waiting_per_user: how many more of one user may wait.
        patience: seconds a request waits before it is refused.
        seconds: what its work may take.
    """

    def __init__(
        self,
        active: int = 16,
        per_user: int = 8,
        waiting_per_user: int = 40,
        patience: float = 2.0,
        seconds: float = math.inf,
    ) -> None:
        self._active = active
        self._per_user = per_user
        self._waiting_per_user = waiting_per_user
        self._patience = patience
        self._seconds = seconds
        self._running: Counter[str] = Counter()
        self._queue: deque[_Waiter] = deque()
        self._waiting: Counter[str] = Counter()
        self._total = 0
        self._lock = threading.Lock()

    @contextmanager
    def place(self, user: str) -> Iterator[None]:
        """Hold a place while working for `user` (any text that names them).

        Raises:
            Busy: no place became free in time.
            TookTooLong: the work was stopped in the middle of a transaction.
        """
        self._enter(user)
        try:
            with time_limit(self._seconds):
                yield
        finally:
            self._leave(user)

    def _enter(self, user: str) -> None:
        with self._lock:
            if self._free(user):
                self._take(user)
                return
            if self._waiting[user] >= self._waiting_per_user:
                raise _refusal()
            waiter = _Waiter(user)
            self._queue.append(waiter)
            self._waiting[user] += 1
        if waiter.called.wait(self._patience):
            return
        with self._lock:
            if waiter.called.is_set():
                return
            self._queue.remove(waiter)
            _count_down(self._waiting, user)
        raise _refusal()

    def _leave(self, user: str) -> None:
        with self._lock:
            self._total -= 1
            _count_down(self._running, user)
            for waiter in self._queue:
                if self._free(waiter.user):
                    self._queue.remove(waiter)
                    _count_down(self._waiting, waiter.user)
                    self._take(waiter.user)
                    waiter.called.set()
                    break

    def _free(self, user: str) -> bool:
        return self._total < self._active and self._running[user] < self._per_user

    def _take(self, user: str) -> None:
        self._total += 1
        self._running[user] += 1


def _count_down(counter: Counter[str], user: str) -> None:
    counter[user] -= 1
    if counter[user] <= 0:
        del counter[user]


def _refusal() -> Busy:
    return Busy("The server is busy. Try again in a moment.", retry_after=2)
