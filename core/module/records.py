"""Loads an addon's data files, and takes its records away again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from core.data.loader import Kind, load_file
from core.data.session import Mode
from core.db import addon_rows, table_rows
from core.db.addon_rows import ExternalId
from core.errors import GrialError
from core.kernel.i18n import mark
from core.module.base_models import FIELDS, MODELS, table_of
from core.module.manifest import Manifest
from core.module.notice import Notice
from core.orm.tables import table_name

if TYPE_CHECKING:
    from core.orm.env import Env

Step = Callable[[str], None]


def load_files(env: Env, manifest: Manifest, mode: Mode, demo: bool, step: Step) -> tuple[set[str], list[str]]:
    """Load data files, then demo files; gives the external ids they set and the warnings.

    Args:
        mode: `init` for a new addon, `update` for an upgrade, which leaves records marked noupdate alone.
        demo: load the demo files too.
        step: told of each file before it is loaded.

    Raises DataFileError with file, line and reason.
    """
    touched: set[str] = set()
    warnings: list[str] = []
    kinds: tuple[tuple[Kind, Sequence[str]], ...] = (("data", manifest.data), ("demo", manifest.demo if demo else ()))
    for kind, paths in kinds:
        for path in paths:
            step(f"{manifest.addon}/{path}")
            loaded = load_file(env, manifest.addon, manifest.folder / path, mode=mode, kind=kind)
            touched |= loaded.xmlids
            warnings += loaded.messages
            env.flush()
    return touched, warnings


def remove_unshipped(env: Env, addon: str, touched: Collection[str]) -> list[Notice]:
    """After an upgrade, delete the records of an addon that its files no longer ship; says which, and which stay.

    Records marked noupdate belong to the users and stay.
    """
    rows = [
        row
        for row in addon_rows.read_external_ids(env.tx.connection, addon)
        if not row.noupdate and row.model not in (MODELS, FIELDS) and f"{addon}.{row.name}" not in touched
    ]
    there = {model: _existing(env, model, rows) for model in {row.model for row in rows}}
    kept = remove_records(env, addon, rows)
    left = {model: _existing(env, model, rows) for model in there}
    addon_rows.delete_external_ids(env.tx.connection, [row.id for row in rows if row.id not in kept])
    deleted = [row for row in rows if row.record in there[row.model] - left[row.model]]
    return [
        *(
            Notice(
                mark("{record} ({model}) was deleted: the files of {addon} no longer have it."),
                record=f"{addon}.{row.name}", model=row.model, addon=addon,
            )
            for row in deleted
        ),
        *(
            Notice(mark("{record} stays: {reason}"), record=f"{addon}.{row.name}", reason=kept[row.id])
            for row in rows
            if row.id in kept
        ),
    ]  # fmt: skip


def _existing(env: Env, model: str, rows: Sequence[ExternalId]) -> set[int]:
    """The records of a model that external ids stand for and that are there."""
    if model not in env or not env.registry[model].stored:
        return set()
    ids = {row.record for row in rows if row.model == model}
    return table_rows.existing_records(env.tx.connection, table_name(model), ids)


def remove_records(env: Env, addon: str, rows: Sequence[ExternalId]) -> dict[int, GrialError]:
    """Delete the records behind external ids of an addon, newest first.

    A record that another addon names too stays. Gives the reason for each row whose record could not be deleted; all
    others are gone from their tables. The external ids themselves are left to the caller.
    """
    connection = env.tx.connection
    shared: dict[str, set[int]] = {}
    for model in {row.model for row in rows}:
        owners = addon_rows.owners(connection, model, {row.record for row in rows if row.model == model})
        shared[model] = {record for record, names in owners.items() if names - {addon}}
    waiting = [
        row
        for row in sorted(rows, key=lambda row: row.id, reverse=True)
        if row.model in env and env.registry[row.model].stored and row.record not in shared[row.model]
    ]
    refused: dict[int, GrialError] = {}
    while waiting:
        refused = {}
        for _, batch in groupby(waiting, key=lambda row: row.model):
            refused.update(_remove_batch(env, list(batch)))
        left = [row for row in waiting if row.id in refused]
        if len(left) == len(waiting):
            break
        waiting = left
    return refused


def _remove_batch(env: Env, rows: Sequence[ExternalId]) -> dict[int, GrialError]:
    """Delete records of one model at once, or one by one where that fails."""
    try:
        _unlink(env, rows[0].model, [row.record for row in rows])
    except GrialError as error:
        if len(rows) == 1:
            return {rows[0].id: error}
    else:
        return {}
    refused: dict[int, GrialError] = {}
    for row in rows:
        refused.update(_remove_batch(env, [row]))
    return refused


def _unlink(env: Env, model: str, ids: Iterable[int]) -> None:
    with env.savepoint():
        table_of(env, model).browse(list(ids)).exists().unlink()
