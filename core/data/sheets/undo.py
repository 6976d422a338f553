"""Takes an import back: created records go, updated ones get their values again, tags made on the way go if unused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import GrialError, UserError

if TYPE_CHECKING:
    from core.orm.env import Env


@dataclass(frozen=True)
class UndoPlan:
    """What undoing an import will do: how many records are deleted and restored, how many are gone already."""

    delete: int
    restore: int
    gone: int


def plan_undo(env: Env, batch_id: int) -> UndoPlan:
    """What `undo` would do; shown to the person first."""
    lines = _lines(env, batch_id)
    created, updated = (_ids(lines, action) for action in ("created", "updated"))
    table = env[_batch(env, batch_id).model].with_context(active_test=False)
    there = set(table.browse([*created, *updated]).exists().ids)
    return UndoPlan(
        delete=sum(i in there for i in created),
        restore=sum(i in there for i in updated),
        gone=sum(i not in there for i in (*created, *updated)),
    )


def undo(env: Env, batch_id: int) -> UndoPlan:
    """Take an import back, with the user's own rights.

    Raises:
        UserError: when it is not an import that is done.
        AccessError: when the user may not delete or change the records.
    """
    batch = _batch(env, batch_id)
    if batch.state != "done":
        raise UserError("This import cannot be undone: it is {state}.", state=batch.state)
    plan = plan_undo(env, batch_id)
    lines = _lines(env, batch_id)
    table = env[batch.model].with_context(active_test=False)
    for line in lines.filtered(lambda one: one.action == "updated"):
        record = table.browse(line.res_id).exists()
        if record and line.before:
            fields = env.registry[batch.model].fields
            record.write({n: [(6, 0, v)] if fields[n].to_many else v for n, v in line.before.items() if n in fields})
    table.browse(_ids(lines, "created")).exists().unlink()
    for model, ids in ((batch.mapping or {}).get("made") or {}).items():
        _drop_unused(env, model, ids)
    batch.write({"state": "undone"})
    return plan


def _drop_unused(env: Env, model: str, ids: list[int]) -> None:
    """Delete those of the records that nothing links to."""
    records = env[model].with_context(active_test=False).browse(ids).exists()
    used: set[int] = set()
    for info in env.registry.models.values():
        for field in info.fields.values():
            if (
                field.type in ("many2one", "many2many")
                and field.stored
                and info.stored
                and getattr(field, "comodel", "") == model
            ):
                table = env.super_env[info.name].with_context(active_test=False)
                owners: Any = table.search([(field.name, "in", records.ids)])
                if info.name == model:
                    owners -= records
                used.update(owners.mapped(field.name).ids)
    for record in records:
        if record.id in used:
            continue
        try:
            with env.savepoint():
                record.unlink()
        except GrialError:
            continue


def _batch(env: Env, batch_id: int) -> Any:
    batch: Any = env.super_env["ir.import.batch"].browse(batch_id).exists()
    if not batch or (batch.user_id.id != env.uid and not env.has_group("base.group_system")):
        raise UserError("There is no import {id} of yours.", id=batch_id)
    return batch


def _lines(env: Env, batch_id: int) -> Any:
    return env.super_env["ir.import.line"].search([("batch_id", "=", batch_id)])


def _ids(lines: Any, action: str) -> list[int]:
    return [line.res_id for line in lines if line.action == action]
