"""Puts the foreign addons folder on the path: claim_demo and crm_answer live there, as a company's own addons would."""

from pathlib import Path

from core.module.finder import add_paths

FOREIGN = Path(__file__).resolve().parents[1] / "addons_extra" / "addons"

add_paths([FOREIGN])
