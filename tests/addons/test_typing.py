"""An addon in Python names classes, and `mypy --strict` understands them: no escape, and mistakes are found."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ROOT / "tests" / "addons_extra"

SNIPPET = """
from addons.base.models.partner import Partner
from addons.claim_demo.hookspecs import claim_closed
from addons.claim_demo.models.claim import Claim
from addons.claim_demo.models.partner import ClaimPartner
from core import Env


def types(env: Env, partner: Partner) -> None:
    claim = env[Claim].search(Claim.state == "open")
    reveal_type(claim)
    reveal_type(claim.name)
    reveal_type(claim.date)
    reveal_type(claim.date_deadline)
    reveal_type(claim.state)
    reveal_type(claim.cost)
    reveal_type(claim.partner_id)
    reveal_type(claim.line_ids)
    reveal_type(claim.line_ids.currency_id)
    reveal_type(Claim.state == "open")
    reveal_type(ClaimPartner.of(partner).claim_ids)
    reveal_type(env.fire(claim_closed, claim))


def mistakes(env: Env, claim: Claim, partner: Partner) -> None:
    claim.nmae
    claim.name = 3
    claim.state = "opne"
    claim.partner_id = claim
    partner.claim_ids
    env.fire(claim_closed, partner)
    env.fire(claim_closed)
"""

TYPES = [
    "addons.claim_demo.models.claim.Claim",
    "str",
    "datetime.date",
    "datetime.date | None",
    "Literal['draft'] | Literal['open'] | Literal['pending'] | Literal['done'] | Literal['cancel']",
    "decimal.Decimal",
    "addons.base.models.partner.Partner",
    "addons.claim_demo.models.claim.ClaimLine",
    "addons.base.models.currency.Currency",
    "core.orm.domain.Domain",
    "addons.claim_demo.models.claim.Claim",
    "list[str]",
]


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What mypy says about the addons of the foreign folder, and about a file that uses them."""
    snippet = tmp_path_factory.mktemp("typing") / "snippet.py"
    snippet.write_text(SNIPPET.lstrip())
    words = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*words, "--no-pretty", "--no-error-summary", *map(str, sorted((FOREIGN / "addons").iterdir())), str(snippet)],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(FOREIGN)},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.slow
def test_the_addons_pass_mypy_strict(answer: list[str]) -> None:
    assert [line for line in answer if "snippet.py" not in line] == []


@pytest.mark.slow
def test_fields_have_the_types_that_records_give(answer: list[str]) -> None:
    revealed = [found[1] for line in answer if (found := re.search(r'Revealed type is "(.*)"', line))]
    assert revealed == TYPES


@pytest.mark.slow
def test_mistakes_are_found_before_the_addon_runs(answer: list[str]) -> None:
    wrong = [int(found[1]) for line in answer if (found := re.search(r"snippet\.py:(\d+): error", line))]
    first = SNIPPET.lstrip().splitlines().index("    claim.nmae") + 1
    assert sorted(set(wrong)) == list(range(first, first + 7)), answer


def test_the_addons_need_no_escape() -> None:
    for file in sorted(FOREIGN.rglob("*.py")):
        for escape in ("type: ignore", "noqa", "Any", "cast("):
            assert escape not in file.read_text(), file
