"""Writes the models and fields of an addon into `ir.model` and `ir.model.fields`, with external ids (`model_crm_lead`).

These rows are what rights, rules and people point at, and what tells an uninstall which tables and columns an addon
brought, even when its Python can no longer be imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.db import addon_rows
from core.module.base_models import FIELDS, MODELS, table_of
from core.orm.declare import declarations
from core.orm.model import Model

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.registry import ModelInfo, Registry


@dataclass
class Gone:
    """What an addon had brought before and brings no more."""

    models: list[str] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)


def reflect(env: Env, addon: str) -> Gone:
    """Bring the rows and external ids of one addon up to date; says which of its models and fields are gone.

    Nothing happens before `base`'s models of models are there.
    """
    gone = Gone()
    if MODELS not in env or FIELDS not in env:
        return gone
    registry = env.registry
    infos = [info for info in registry.models.values() if addon in info.addons]
    models = _sync_rows(env, MODELS, ("model",), [_model_row(info) for info in infos])
    owners = bringers(registry)
    brought = [
        (info, bound)
        for info in registry.models.values()
        for bound in info.fields.values()
        if owners[info.name, bound.name] == addon
    ]
    ids = {info.name: models.get((info.name,), 0) for info in infos}
    missing = sorted({info.name for info, _ in brought} - set(ids))
    for row in table_of(env, MODELS).search_read([("model", "in", missing)], ["model"]):
        ids[row["model"]] = row["id"]
    rows = [_field_row(env, bound, ids[info.name]) for info, bound in brought if ids.get(info.name)]
    fields = _sync_rows(env, FIELDS, ("model", "name"), rows)
    wanted: dict[str, tuple[str, int]] = {model_id(name): (MODELS, record) for (name,), record in models.items()}
    for (model, name), record in sorted(fields.items(), key=lambda item: len(item[0][1]), reverse=True):
        if name not in Model._system_fields:
            xmlid = field_id(model, name)
            wanted[xmlid if xmlid not in wanted else field_id(model, name, "__")] = (FIELDS, record)
    _sync_external_ids(env, addon, wanted, gone)
    env.flush()
    return gone


def forget_models(env: Env, models: Sequence[str], fields: Iterable[tuple[str, str]]) -> None:
    """Delete the rows of models and fields that an uninstalled addon had brought.

    A model that somebody has made rules or rights for keeps its row, so that they are there when the addon comes back.
    """
    if MODELS not in env or FIELDS not in env:
        return
    doomed = set(fields)
    names = sorted({*models, *(model for model, _ in doomed)})
    rows = table_of(env, FIELDS).search([("model", "in", names)])
    rows.filtered(lambda row: row.model in models or (row.model, row.name) in doomed).unlink()
    in_use: set[int] = set()
    for table in ("ir.rule", "ir.model.access"):
        if table in env:
            for record in table_of(env, table).search([("model_id.model", "in", list(models))]):
                in_use.update(record.mapped("model_id").ids)
    table_of(env, MODELS).search([("model", "in", list(models)), ("id", "not in", sorted(in_use))]).unlink()
    env.flush()


def model_id(model: str) -> str:
    """The external id of a model, without its addon."""
    return f"model_{model.replace('.', '_')}"


def field_id(model: str, name: str, between: str = "_") -> str:
    """The external id of a field, without its addon."""
    return f"field_{model.replace('.', '_')}{between}{name}"


def bringers(registry: Registry) -> dict[tuple[str, str], str]:
    """By model and field, the addon that brought the field into the model.

    A field of a mixin is brought by the addon whose class takes the mixin in.
    """
    found: dict[tuple[str, str], str] = {}
    for addon in registry.addons:
        for cls in declarations(addon):
            info = registry.models.get(cls._name)
            if info is None:
                continue
            for base in cls.__mro__:
                for name in vars(base):
                    if name in info.fields:
                        found.setdefault((info.name, name), addon)
    for info in registry.models.values():
        for bound in info.fields.values():
            found.setdefault((info.name, bound.name), bound.addon or info.addon)
    return found


def _model_row(info: ModelInfo) -> dict[str, Any]:
    return {
        "model": info.name,
        "name": info.description,
        "state": "base",
        "transient": info.transient,
        "abstract": info.abstract,
        "info": info.cls.__doc__ or "",
    }


def _field_row(env: Env, bound: Field[Any, Any], model: int) -> dict[str, Any]:
    relation_table = ""
    if bound.type == "many2many" and bound.stored:
        relation_table = bound.names()[0]  # type: ignore[attr-defined]  # every many2many has names
    return {
        "model": bound.model,
        "name": bound.name,
        "model_id": model,
        "field_description": bound.string or bound.name,
        "help": bound.help,
        "ttype": bound.type,
        "relation": getattr(bound, "comodel", "") or "",
        "relation_field": getattr(bound, "inverse_name", "") or "",
        "relation_table": relation_table,
        "required": bound.required,
        "readonly": bound.readonly,
        "translate": bound.translate,
        "store": bound.stored,
        "size": getattr(bound, "size", 0) or 0,
        "state": "base",
    }


def _sync_rows(
    env: Env, model: str, key: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, ...], int]:
    """Create and write the rows that are missing or different; gives the id of each by its key."""
    known = env.registry[model].fields
    rows = [{name: value for name, value in row.items() if name in known} for row in rows]
    if not rows:
        return {}
    table = table_of(env, model)
    names = sorted({row[key[0]] for row in rows})
    wanted_keys = {tuple(row[part] for part in key) for row in rows}
    present = {}
    for record in table.search([(key[0], "in", names)]):
        found = tuple(getattr(record, part) for part in key)
        if found in wanted_keys:
            present[found] = record
    ids = {found: record.id for found, record in present.items()}
    fresh = []
    for row in rows:
        record = present.get(tuple(row[part] for part in key))
        if record is None:
            fresh.append(row)
            continue
        changes = {name: value for name, value in row.items() if not _same(getattr(record, name), value)}
        if changes:
            record.write(changes)
    for row, record in zip(fresh, table.create(fresh) if fresh else (), strict=True):
        ids[tuple(row[part] for part in key)] = record.id
    return ids


def _same(present: Any, wanted: Any) -> bool:
    if isinstance(present, Model):
        return bool((present.id if present else 0) == wanted)
    return bool(present == wanted) or (not present and not wanted)


def _sync_external_ids(env: Env, addon: str, wanted: Mapping[str, tuple[str, int]], gone: Gone) -> None:
    """Add the generated ids that are missing, correct the others, and take away those of what is gone."""
    connection = env.tx.connection
    stale = []
    present = {}
    for row in addon_rows.read_external_ids(connection, addon, (MODELS, FIELDS)):
        if wanted.get(row.name) == (row.model, row.record):
            present[row.name] = row
        elif row.name.startswith(("model_", "field_")):
            stale.append(row)
    _name_gone(env, [row.record for row in stale if row.model == MODELS], gone)
    _name_gone_fields(env, [row.record for row in stale if row.model == FIELDS], gone)
    addon_rows.delete_external_ids(connection, [row.id for row in stale])
    addon_rows.add_external_ids(
        connection,
        [
            {"module": addon, "name": name, "model": model, "res_id": record, "noupdate": False}
            for name, (model, record) in wanted.items()
            if name not in present
        ],
    )
    gone_ids = {
        MODELS: [row.record for row in stale if row.model == MODELS],
        FIELDS: [row.record for row in stale if row.model == FIELDS],
    }
    _delete_rows(env, gone, gone_ids)


def _name_gone(env: Env, records: Sequence[int], gone: Gone) -> None:
    for row in table_of(env, MODELS).search_read([("id", "in", list(records))], ["model"]):
        if row["model"] not in env.registry:
            gone.models.append(row["model"])


def _name_gone_fields(env: Env, records: Sequence[int], gone: Gone) -> None:
    for row in table_of(env, FIELDS).browse(list(records)).exists():
        info = env.registry.models.get(row.model)
        if info is not None and row.name in info.fields:
            continue
        gone.fields.append((row.model, row.name))
        if row.relation_table and row.relation_table not in env.registry.relations:
            gone.relations.append(row.relation_table)


def _delete_rows(env: Env, gone: Gone, candidates: Mapping[str, Iterable[int]]) -> None:
    """Delete the rows of models and fields that no addon brings any more."""
    lost_models = set(gone.models)
    lost_fields = set(gone.fields)
    fields = table_of(env, FIELDS).browse(list(candidates[FIELDS])).exists()
    doomed = fields.filtered(lambda row: (row.model, row.name) in lost_fields)
    models = table_of(env, MODELS).browse(list(candidates[MODELS])).exists()
    doomed_models = models.filtered(lambda row: row.model in lost_models)
    left = table_of(env, FIELDS).search([("model", "in", sorted(lost_models))])
    (doomed | left).unlink()
    doomed_models.unlink()
