"""Passing the gate is explicit, narrow and listed; `core.lint` sees to what a block looks like and who else may."""

from __future__ import annotations

import pytest

from core import Env
from core.errors import AccessError
from core.testing.records import AsUser
from tests.elevation_page import PAGE, page, uses


def test_the_page_lists_every_use() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m tests.elevation_page, and look at what is new"


def test_addons_pass_the_gate_by_blocks() -> None:
    _, bookkeeping = uses()
    assert {use.file for use in bookkeeping if use.file.startswith("addons/")} == {"addons/base/identity.py"}


def test_an_elevated_block_passes_for_its_models_only(env: Env, as_user: AsUser) -> None:
    ana = as_user()
    with ana.elevated("try what it opens", "ir.cron") as su:
        assert su["ir.cron"].search([]) is not None
        with pytest.raises(AccessError):
            su["ir.config_parameter"].search([])
    with pytest.raises(AccessError):
        ana["ir.cron"].search([])
    with pytest.raises(TypeError):
        ana.elevated("everything")  # type: ignore[call-arg]  # what a hurried author might write
