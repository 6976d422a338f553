"""Counts events in a moving window of time, in one small file that all worker processes of a machine share."""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from limits.storage import MovingWindowSupport, Storage

_ENTRY = struct.Struct("<16sd")
_HEAD = struct.Struct("<Q")
SLOTS = 32_768


class SharedWindow(Storage, MovingWindowSupport):
    """A storage for `limits`: a ring of (digest of the key, time), overwritten from the oldest on.

    Args:
        file: where it lives; None keeps it in this process.
        clock: seconds since the epoch, equal in all processes.
        slots: how many events are held before the oldest are overwritten.
    """

    STORAGE_SCHEME = ["grial"]

    def __init__(self, file: Path | None = None, clock: Callable[[], float] = time.time, slots: int = SLOTS) -> None:
        super().__init__()
        self._clock = clock
        self._slots = slots
        size = _HEAD.size + slots * _ENTRY.size
        self._lock = threading.Lock()
        self._descriptor = -1
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            os.ftruncate(self._descriptor, size)
        self._map = mmap.mmap(self._descriptor, size)

    def close(self) -> None:
        """Let the file go."""
        self._map.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def base_exceptions(self) -> type[Exception]:
        return OSError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        with self._exclusive():
            if len(self._times(key, expiry)) + amount > limit:
                return False
            for _ in range(amount):
                self._append(key)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        with self._exclusive():
            times = self._times(key, expiry)
        return (min(times), len(times)) if times else (self._clock(), 0)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        with self._exclusive():
            for _ in range(amount):
                self._append(key)
            return len(self._times(key, expiry))

    def get(self, key: str) -> int:
        return self.get_moving_window(key, 0, 300)[1]

    def get_expiry(self, key: str) -> float:
        return self.get_moving_window(key, 0, 300)[0] + 300

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with self._exclusive():
            self._map[:] = bytes(len(self._map))
        return None

    def clear(self, key: str) -> None:
        with self._exclusive():
            for place in self._places(key):
                self._map[place : place + _ENTRY.size] = bytes(_ENTRY.size)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with self._lock:
            if self._descriptor >= 0:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                if self._descriptor >= 0:
                    fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _append(self, key: str) -> None:
        (position,) = _HEAD.unpack_from(self._map, 0)
        _ENTRY.pack_into(self._map, _HEAD.size + (position % self._slots) * _ENTRY.size, _digest(key), self._clock())
        _HEAD.pack_into(self._map, 0, position + 1)

    def _times(self, key: str, expiry: int) -> list[float]:
        """Events inside the window. A time of the future (the clock was set back) counts no longer than the window."""
        now = self._clock()
        found = (_ENTRY.unpack_from(self._map, place)[1] for place in self._places(key))
        return [moment for moment in found if abs(now - moment) < expiry]

    def _places(self, key: str) -> list[int]:
        wanted = _digest(key)
        places = []
        start = self._map.find(wanted, _HEAD.size)
        while start >= 0:
            if (start - _HEAD.size) % _ENTRY.size == 0:
                places.append(start)
            start = self._map.find(wanted, start + 1)
        return places


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
