"""Data files: XML in today's and OpenERP's tags, and CSV, loaded record by record with a verdict each."""

from __future__ import annotations

from core.data.loader import load_file
from core.data.outcome import LoadOutcome, Verdict
from core.data.session import ROOMS, Rooms

__all__ = ["ROOMS", "LoadOutcome", "Rooms", "Verdict", "load_file"]
