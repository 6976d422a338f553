"""Runs the checks a model declares in Python, and the rule that trees have no cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.orm import hierarchy

if TYPE_CHECKING:
    from core.orm.model import Model


def run(records: Model, names: frozenset[str] | None) -> None:
    """Run the checks that concern the written fields; all of them for new records (`names` None).

    Raises:
        ValidationError: as the check says.
    """
    info = records._info
    if info.parent_name and (names is None or info.parent_name in names):
        hierarchy.check_cycle(records.env.tx, info.fields[info.parent_name], records._ids, names is None)
    for method, fields in info.constrains:
        if names is None or not names.isdisjoint(fields):
            getattr(records, method)()
