"""Fills the columns that an addon adds to tables with records: by defaults, or by computing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from core.db import table_rows
from core.db.columns import FOLDED
from core.module.base_models import table_of
from core.orm import compute
from core.orm.fields.base import SOURCE_LANG

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field

BATCH = 2000
"""Records whose computed value is worked out at once, so that memory stays flat."""


def fill_new_columns(env: Env, columns: Iterable[tuple[str, str]], restored: Iterable[tuple[str, str]] = ()) -> None:
    """Fill columns, given as (table, column).

    Args:
        columns: new ones, which get the field's default, or are computed.
        restored: ones that come back from an archive; computed ones may have grown stale, the others keep their values.
    """
    by_column = {
        (info.table.name, bound.name): bound
        for info in env.registry.models.values()
        if info.stored
        for bound in info.columns
    }
    computed: list[Field[Any, Any]] = []
    for place in columns:
        bound = by_column.get(place)
        whole = by_column.get((place[0], place[1].removesuffix(FOLDED)))
        if bound is None and whole is not None and whole.folded:
            table_rows.fill_folded(env.tx.connection, whole.column)
        if bound is None:
            continue
        if bound.compute_method:
            computed.append(bound)
        else:
            _fill_default(env, bound)
    for place in restored:
        bound = by_column.get(place)
        if bound is not None and bound.compute_method:
            computed.append(bound)
    recompute(env, computed)


def recompute(env: Env, fields: Iterable[Field[Any, Any]]) -> None:
    """Work stored computed fields out again for all records."""
    by_model: dict[str, list[Field[Any, Any]]] = {}
    for bound in fields:
        by_model.setdefault(bound.model, []).append(bound)
    for model, bounds in by_model.items():
        ids = table_of(env, model).search([], order="id").ids
        for start in range(0, len(ids), BATCH):
            for bound in bounds:
                compute.mark(env.tx, bound, ids[start : start + BATCH])
            env.flush()
            env.tx.invalidate()


def _fill_default(env: Env, bound: Field[Any, Any]) -> None:
    records = env[bound.model]
    if bound.default_method:
        value = getattr(records, bound.default_method)()
    elif callable(bound.default):
        value = bound.default(records)
    else:
        value = bound.default
    if value is None:
        return
    raw = bound.to_raw(value, env)
    if bound.is_empty(raw):
        return
    if bound.mapped:
        companies = map(str, table_of(env, "res.company").search([]).ids if bound.company_dependent else ())
        keys = companies if bound.company_dependent else [SOURCE_LANG]
        json = bound.to_json(raw)  # type: ignore[attr-defined]  # of a mapped field
        table_rows.fill_column(env.tx.connection, bound.column, dict.fromkeys(keys, json))
    else:
        table_rows.fill_column(env.tx.connection, bound.column, bound.to_column(raw))
