"""Failed logins of one test do not count in the next; `gate_demo` is on the path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.module.finder import add_paths
from core.security import throttle
from core.security.throttle import Throttle

add_paths([Path(__file__).resolve().parents[1] / "addons_extra" / "addons"])


@pytest.fixture(autouse=True)
def fresh_counters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    counters = Throttle()
    monkeypatch.setattr(throttle, "_counters", counters)
    yield
    counters.close()
