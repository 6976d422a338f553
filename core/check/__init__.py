"""Static checks of addons and data files: every fault with file and line, without a database."""

from __future__ import annotations

from core.check.ledger import KINDS, Verdict
from core.check.run import Survey, run, survey
from core.kernel.finding import Finding

__all__ = ["KINDS", "Finding", "Survey", "Verdict", "run", "survey"]
