"""Gives the records of data files their values in the other active languages, from the addons' catalogues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from core.db import addon_rows
from core.module.base_models import FIELDS, MODELS, table_of
from core.orm.compute import raw_values
from core.orm.fields.base import SOURCE_LANG

if TYPE_CHECKING:
    from core.orm.env import Env


def active_languages(env: Env) -> list[str]:
    """Codes of the languages that people of this database may choose, without the source language."""
    if "res.lang" not in env:
        return []
    return [lang.code for lang in table_of(env, "res.lang").search([("active", "=", True)]) if lang.code != SOURCE_LANG]


def translate_records(env: Env, addons: Iterable[str], langs: Sequence[str] | None = None) -> int:
    """Translate what the data files of `addons` created, into `langs` or all active languages; gives how many values.

    A translation that is there already stays: somebody may have written it.
    """
    langs = active_languages(env) if langs is None else [lang for lang in langs if lang != SOURCE_LANG]
    if not langs:
        return 0
    env.flush()
    count = 0
    for addon in addons:
        records: dict[str, list[int]] = {}
        for row in addon_rows.read_external_ids(env.tx.connection, addon):
            if row.model in env and row.model not in (MODELS, FIELDS):
                records.setdefault(row.model, []).append(row.record)
        for model, ids in records.items():
            count += _translate_model(env, addon, model, ids, langs)
    env.flush()
    return count


def _translate_model(env: Env, addon: str, model: str, ids: Sequence[int], langs: Sequence[str]) -> int:
    fields = [bound for bound in env.registry[model].columns if bound.translate and not bound.computed]
    if not fields:
        return 0
    count = 0
    present = table_of(env, model).browse(list(dict.fromkeys(ids))).exists()
    for bound in fields:
        for record, raw in zip(present, raw_values(env.tx, bound, present.ids), strict=True):
            source = (raw or {}).get(SOURCE_LANG)
            if not source:
                continue
            for lang in langs:
                if raw.get(lang):
                    continue
                reader = env.with_context(lang=lang)
                text = reader.translate_term(source, addon)
                if text != source:
                    setattr(record.with_env(reader), bound.name, text)
                    count += 1
    return count
