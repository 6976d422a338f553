"""Failed logins of one test do not count in the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.security import throttle
from core.security.throttle import Throttle


@pytest.fixture(autouse=True)
def fresh_counters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    counters = Throttle()
    monkeypatch.setattr(throttle, "_counters", counters)
    yield
    counters.close()
