"""Passing the gate is explicit, narrow and listed; doors ask the environment, and nobody else asks the gate."""

from __future__ import annotations

import ast

import pytest

from core import Env
from core.errors import AccessError
from core.testing.records import AsUser
from tests.elevation_page import PAGE, page, trees, uses


def test_the_page_lists_every_use() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m tests.elevation_page, and look at what is new"


def test_a_block_says_why_and_names_its_models() -> None:
    blocks, _ = uses()
    assert blocks
    for use in blocks:
        assert len(use.reason.split()) >= 2, use
        assert use.models, use
        assert "*env" not in use.models.replace(" ", ""), use


def test_addons_pass_the_gate_by_blocks() -> None:
    _, bookkeeping = uses()
    assert {use.file for use in bookkeeping if use.file.startswith("addons/")} == {"addons/base/identity.py"}


def test_nobody_becomes_another_user_or_makes_an_environment() -> None:
    """`with_user` and `Env(…)` outside the ORM would be elevation without a reason."""
    found: set[str] = set()
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in ("with_user", "Env"):
                    found.add(f"{file} {name}")
    assert found == {
        "core/cli/access.py with_user", "core/cli/records.py with_user", "core/cli/user.py with_user",
        "core/data/functions.py with_user", "core/data/legacy.py with_user", "core/http/dispatch.py with_user",
        "core/orm/draft.py Env", "core/orm/env.py Env", "core/orm/model.py with_user", "core/orm/registry.py Env",
    }  # fmt: skip


def test_doors_ask_the_environment_and_not_the_gate() -> None:
    """What a user may see of a model, a record, a field or a link is told by `Env` and `core.orm.edge`."""
    for file, tree in trees():
        if file.startswith(("core/security/", "core/orm/", "core/cli/access.py", "core/module/wiring.py")):
            continue
        for node in ast.walk(tree):
            assert getattr(node, "attr", "") not in ("gate", "rule_domain"), (file, getattr(node, "lineno", 0))
            if file.startswith(("core/http/", "core/rpc/")) and isinstance(node, ast.Call):
                called = getattr(node.func, "attr", "")
                allowed = file in ("core/http/web/saving.py", "core/http/web/content.py", "core/http/web/shown.py")
                assert called != "__get__" or allowed, (file, node.lineno)


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
