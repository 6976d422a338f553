"""Static checks of addons and data files: every fault with file and line, without a database."""

from __future__ import annotations

from core.check.run import run
from core.kernel.finding import Finding

__all__ = ["Finding", "run"]
