"""All that a database holds, tables and rows, so that two moments can be compared."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

MOMENTS = frozenset({"write_date", "row_version", "write_uid"})
"""Columns that say when a row was written, even where nothing in it has changed."""
COUNTERS = frozenset({"ir_registry"})
"""Tables that count changes of the database itself."""


def snapshot(engine: Engine) -> dict[str, Any]:
    """The tables with their columns and indexes, and every row of each. Any: what a database may hold."""
    found: dict[str, Any] = {}
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        for name in sorted(inspector.get_table_names()):
            if name in COUNTERS:
                continue
            columns = [column["name"] for column in inspector.get_columns(name)]
            kept: list[sa.ColumnClause[Any]] = [sa.column(column) for column in columns if column not in MOMENTS]
            rows = connection.execute(sa.select(*kept).select_from(sa.table(name)))
            found[name] = {
                "columns": sorted(columns),
                "indexes": sorted(str(index["name"]) for index in inspector.get_indexes(name)),
                "rows": sorted(repr(tuple(row)) for row in rows),
            }
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What is different, a line each. Any: what `snapshot` gives."""
    found = [f"table {name}" for name in sorted(before.keys() ^ after.keys())]
    for name in sorted(before.keys() & after.keys()):
        for part, old in before[name].items():
            new = after[name][part]
            found += [f"{name}, {part}: - {one}" for one in old if one not in new]
            found += [f"{name}, {part}: + {one}" for one in new if one not in old]
    return found
