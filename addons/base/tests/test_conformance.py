"""What every addon is tested for, of base."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from string import ascii_uppercase, digits
from typing import Any

from core import Env
from core.testing.conformance import Conformance

CODES = ["".join(three) for three in product(digits, digits + ascii_uppercase, digits + ascii_uppercase)]
FLOWS = "the engine alone writes it, one record at a time"


class TestConformance(Conformance):
    unwritten = {
        "ir.change": "the log of changes is never altered",
        "res.country": "a country has a code of two letters: there are less than a thousand",
        "res.lang": "a language is one of those that Babel knows",
        "workflow.instance": FLOWS,
        "workflow.triggers": FLOWS,
        "workflow.version": FLOWS,
        "workflow.workitem": FLOWS,
    }

    def values(self, env: Env, model: str, number: int) -> Mapping[str, Any]:
        account = f"{number:010}"
        own: dict[str, Mapping[str, Any]] = {
            "ir.actions.act_window": {"res_model": "res.partner"},
            "ir.cron": {"model": "ir.autovacuum", "function": "run"},
            "ir.filters": {"model_id": "res.partner"},
            "ir.sequence.date_range": {"date_from": f"{1000 + number}-01-01", "date_to": f"{1000 + number}-12-31"},
            "res.country.state": {"code": CODES[number]},
            "res.currency": {"name": CODES[number], "rounding": 0.01},
            "res.currency.rate": {"name": f"{1000 + number}-01-01"},
            "res.partner.bank": {"acc_number": account, "state": "bank"},
            "workflow": {"osv": "res.partner"},
        }
        return own.get(model, {})
