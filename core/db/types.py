"""What the ORM needs of SQL: column types, functions and batch statements that work alike on both databases."""

from __future__ import annotations

from core.db.batch import delete_pairs, insert_rows, values_update
from core.db.columns import FoldedText, JsonMap, UtcDateTime, id_column
from core.db.functions import collate_c, date_part_sql, date_trunc_sql, fold_sql, id_in, id_list, json_value, text_in
from core.db.ids import next_ids
from core.db.money import Money

__all__ = [
    "FoldedText",
    "JsonMap",
    "Money",
    "UtcDateTime",
    "collate_c",
    "date_part_sql",
    "date_trunc_sql",
    "delete_pairs",
    "fold_sql",
    "id_column",
    "id_in",
    "id_list",
    "insert_rows",
    "json_value",
    "next_ids",
    "text_in",
    "values_update",
]
