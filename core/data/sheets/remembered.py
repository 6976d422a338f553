"""What an earlier import of a file with the same titles fed: for the corrected rows, or next month's list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.data.sheets.mapping import reason_titles

if TYPE_CHECKING:
    from core.orm.env import Env

LOOKED_AT = 20


def remembered(env: Env, model: str, header: Sequence[str]) -> tuple[dict[int, list[str]], list[str]] | None:
    """The columns and the key of the user's latest import of a file with these titles; None where there was none."""
    reasons = reason_titles(env)
    titles = [title for title in header if title not in reasons]
    own = [("model", "=", model), ("user_id", "=", env.uid)]
    batches: Any = env["ir.import.batch"].search(own, limit=LOOKED_AT)
    for batch in batches:
        kept = batch.mapping or {}
        if len(set(titles)) == len(titles) and titles == [t for t in kept.get("header", ()) if t not in reasons]:
            columns: dict[str, list[str]] = kept["columns"]
            return {place: columns.get(title, []) for place, title in enumerate(header)}, kept["key"]
    return None
