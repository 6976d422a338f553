"""Connects the rooms that do not import each other: what the ORM calls upwards, what data files ask for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from core.data.session import ROOMS
from core.db import addon_rows
from core.kernel.finding import Finding
from core.kernel.i18n import Catalogue
from core.module import terms, views
from core.module.clean import clean_html
from core.module.finder import find_addons, folder_of
from core.module.sleeping import refuse_needed
from core.orm import xmlids
from core.orm.domain import Leaf
from core.orm.model import Model
from core.security import rights
from core.security.access import Gate
from core.workflow import engine

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.registry import Registry

WATCHED = frozenset(
    {
        "ir.ui.view",
        "ir.ui.menu",
        "ir.actions.act_window",
        "ir.actions.act_window.view",
        "ir.actions.act_url",
        "ir.actions.client",
        "ir.actions.server",
        "ir.actions.report.xml",
        "ir.translation",
        "ir.config_parameter",
        "res.lang",
        "workflow",
        "workflow.activity",
        "workflow.transition",
        "workflow.version",
    }
)
"""Models whose rows are kept, worked out, in the caches of registries."""


def connect(registry: Registry) -> None:
    """Fill in the ports of a new registry, as far as the models they stand on are there."""
    ports = registry.ports
    ports.clean_html = clean_html
    ports.translate = _translator(registry)
    ports.addon_folder = folder_of
    rights_there = {"ir.model.access", "ir.rule", "res.groups", "res.users"} <= registry.models.keys()
    flows_there = {"workflow", "workflow.version", "workflow.instance", "workflow.workitem"} <= registry.models.keys()
    created: list[Callable[[Model], None]] = [_cached_created, _language_created]
    written: list[Callable[[Model, frozenset[str]], None]] = [_cached_written, _language_written]
    unlinking: list[Callable[[Model], None]] = [refuse_needed]
    if rights_there:
        ports.gate = Gate
        created.append(rights.records_created)
        written.append(rights.records_written)
    if flows_there:
        created.append(engine.start)
        written.append(engine.changed)
        unlinking.append(engine.removing)
        ports.transition = engine.transition
        ports.states = engine.states
        ROOMS.signal = _send_signal
    ports.unlinking = _each(unlinking)
    ports.created = _each(created)
    ports.written = _each(written)
    ports.unlinked = _unlinked_with_rights if rights_there else _unlinked
    if "ir.change" in registry:
        ports.changed = _note_changes


def view_faults(env: Env, changed: Collection[str]) -> tuple[list[Finding], list[Finding]]:
    """As `core.module.views.view_faults`, on what the rows say now."""
    env.registry.clear_caches()
    return views.view_faults(env, changed)


def _each(acts: Sequence[Callable[..., None]]) -> Callable[..., None]:
    def run(*arguments: Any) -> None:  # Any: what the port hands on
        for act in acts:
            act(*arguments)

    return run


def _translator(registry: Registry) -> Callable[[Env, str, str], str]:
    """Looks a text up: first what an administrator has changed by hand, then the addons' catalogues."""
    shelf = find_addons()
    catalogue = Catalogue((name, shelf.manifests[name].folder) for name in registry.addons if name in shelf.manifests)

    def translate(env: Env, text: str, addon: str) -> str:
        own = _own_texts(env).get((env.lang, text))
        return own or catalogue.translate(env.lang, text, "", addon)

    return translate


def _own_texts(env: Env) -> dict[tuple[str, str], str]:
    kept = env.registry.cache("own texts")
    if "texts" not in kept:
        kept["texts"] = {}
        if "ir.translation" in env:
            rows = env.super_env["ir.translation"].with_context(lang=None).search([("value", "!=", False)])
            kept["texts"] = {(row.lang, row.src): row.value for row in rows}  # type: ignore[attr-defined]  # base's model
    texts: dict[tuple[str, str], str] = kept["texts"]
    return texts


def _cached_created(records: Model) -> None:
    _announce(records.env, records._name)


def _cached_written(records: Model, _fields: frozenset[str]) -> None:
    _announce(records.env, records._name)


def _language_created(records: Model) -> None:
    _language_written(records, frozenset({"active"}))


def _language_written(records: Model, fields: frozenset[str]) -> None:
    """A language that people may choose from now on: what the data files have created gets its values in it."""
    if records._name == "res.lang" and "active" in fields:
        langs: Any = records.with_env(records.env.super_env)
        terms.translate_records(
            records.env.super_env, records.env.registry.addons, [lang.code for lang in langs if lang.active]
        )


FILES = "ir.attachment"


def _unlinked(env: Env, model: str, ids: Sequence[int]) -> None:
    """Deleted records take their external ids and their files with them."""
    if FILES in env.registry and model != FILES:
        own: Any = env.super_env[FILES].search(Leaf("res_model", "=", model) & Leaf("res_id", "in", list(ids)))
        if own:
            own.unlink()
    if model != "ir.model.data":
        names = addon_rows.forget_records(env.tx.connection, model, ids)
        if names:
            memo = env.tx.memo.get("xmlids", {})
            for name in names:
                memo.pop(name, None)
            xmlids.forget(env, names)
            _announce(env, model, always=True)
    _announce(env, model)


def _unlinked_with_rights(env: Env, model: str, ids: Sequence[int]) -> None:
    _unlinked(env, model, ids)
    rights.records_unlinked(env, model, ids)


def _announce(env: Env, model: str, always: bool = False) -> None:
    """Let every worker forget what it worked out from rows of this model, once the transaction has ended well."""
    if not (always or model in WATCHED):
        return
    env.tx.memo.pop("views", None)
    if "caches announced" in env.tx.flags:
        return
    env.tx.flags.add("caches announced")
    env.registry.clear_caches()
    env.tx.on_before_commit(lambda: addon_rows.bump_caches(env.tx.connection))
    env.tx.on_commit(env.registry.clear_caches)


def _send_signal(env: Env, model: str, record: int, signal: str) -> object:
    return engine.exec_workflow(env, model, signal, [record])


def _note_changes(records: Model, changes: dict[str, dict[int, tuple[Any, Any]]]) -> None:  # Any: field values
    """Append what `tracking` fields changed to the log of changes."""
    env, info = records.env, records._info
    if env.context.get("tracking_disable"):
        return
    su_env = env.super_env
    rows = []
    for name, by_record in changes.items():
        told = _told(su_env, info.fields[name], by_record)
        for record, (before, after) in zip(by_record, told, strict=True):
            rows.append(
                {"model": records._name, "res_id": record, "field": name, "old": before[0], "old_link": before[1],
                 "new": after[0], "new_link": after[1]}
            )  # fmt: skip
    if rows:
        su_env["ir.change"].create(rows)


Told = tuple[str, str]
"""A value as the log keeps it, and the record that a link leads to: its name is for whom it is."""


def _told(env: Env, field: Field[Any, Any], changes: dict[int, tuple[Any, Any]]) -> list[tuple[Told, Told]]:
    """Old and new values of a field for the log; the records that links lead to are read together."""
    if field.type != "many2one" or field.mapped:
        return [(_shown(env, field, i, old), _shown(env, field, i, new)) for i, (old, new) in changes.items()]
    target: Any = env[field.comodel]  # type: ignore[attr-defined]  # a link
    ids = dict.fromkeys(raw for pair in changes.values() for raw in pair if raw)
    named = {found.id: (found.display_name, f"{found._name},{found.id}") for found in target.browse(ids).exists()}
    return [(named.get(old, ("", "")), named.get(new, ("", ""))) for old, new in changes.values()]


def _shown(env: Env, field: Field[Any, Any], record: int, raw: Any) -> Told:  # Any: a field's raw value
    value = field.to_record(raw, env[field.model].browse(record))
    if isinstance(value, Model):
        found = value.exists()
        return (found.display_name, f"{found._name},{found.id}") if found else ("", "")
    return ("" if value is None or value is False else str(value)), ""
