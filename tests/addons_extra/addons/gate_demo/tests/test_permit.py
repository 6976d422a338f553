"""A permit gets one paper, and its number."""

from __future__ import annotations

import pytest

from addons.gate_demo.models.permit import Permit
from core import Env
from core.errors import UserError


def test_a_permit_gets_one_paper(env: Env) -> None:
    first, second = env[Permit].create([{"name": "First"}, {"name": "Second"}])
    assert (first.issue(), second.issue()) == ("P-0001", "P-0002")
    with pytest.raises(UserError, match="already"):
        first.issue()
