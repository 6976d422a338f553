"""Lets what people saved follow a renamed model or field: filters, rules, actions, views, stored references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.db import table_rows
from core.module.base_models import table_of
from core.module.migration import Migration
from core.module.rewriting import FieldRename

if TYPE_CHECKING:
    from core.orm.env import Env

MODEL_NAME_FIELDS = frozenset({"model", "res_model", "src_model", "model_name"})
"""Text fields of these names hold the name of a model, in every model."""

FIELD_USERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("ir.filters", "model_id", {"domain": "domain", "context": "context"}),
    ("ir.rule", "model_id.model", {"domain_force": "domain"}),
    ("ir.actions.act_window", "res_model", {"domain": "domain", "context": "context"}),
    ("ir.ui.view", "model", {"arch": "view"}),
)
"""Models whose records name fields: where they say of which model, and how each of their texts is to be read."""


def follow_renames(env: Env, migration: Migration) -> None:
    """Rewrite what names the models and fields that a migration has renamed."""
    for old, new in migration.renamed_models:
        _follow_model(env, old, new)
    for model, old, new in migration.renamed_fields:
        for current_old, current_new in migration.renamed_models:
            model = current_new if model == current_old else model
        _follow_field(env, FieldRename(model, old, new, lambda name, field: _comodel(env, name, field)))
    if migration.renamed_models or migration.renamed_fields:
        env.flush()
        env.tx.invalidate()


def _follow_model(env: Env, old: str, new: str) -> None:
    env.flush()
    connection = env.tx.connection
    for info in env.registry.models.values():
        if not info.stored:
            continue
        for bound in info.columns:
            if bound.type == "reference":
                table_rows.replace_prefix(connection, info.table.name, bound.name, f"{old},", f"{new},")
            elif bound.name in MODEL_NAME_FIELDS and bound.type == "char" and not bound.mapped:
                table_rows.replace(connection, info.table.name, bound.name, old, new)
    if "ir.filters" in env:
        table_rows.replace(connection, "ir_filters", "model_id", old, new)
    env.tx.invalidate()


def _follow_field(env: Env, rename: FieldRename) -> None:
    for model, place, texts in FIELD_USERS:
        if model not in env:
            continue
        known = {name: kind for name, kind in texts.items() if name in env.registry[model].fields}
        for record in table_of(env, model).search([]):
            subject = _subject(record, place)
            changes = {}
            for name, kind in known.items():
                before = getattr(record, name) or ""
                after = getattr(rename, kind)(subject, before)
                if after != before:
                    changes[name] = after
            if changes:
                record.write(changes)


def _subject(record: Any, place: str) -> str:
    found = record
    for step in place.split("."):
        found = getattr(found, step)
    return str(found or "")


def _comodel(env: Env, model: str, field: str) -> str:
    info = env.registry.models.get(model)
    if info is None or field not in info.fields:
        return ""
    return str(getattr(info.fields[field], "comodel", "") or "")
