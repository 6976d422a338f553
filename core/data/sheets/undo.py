"""Takes an import back: created records go, updated ones get their values again, tags made on the way go if unused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import AccessError, GrialError, UserError
from core.kernel.i18n import mark
from core.orm.domain import Leaf

if TYPE_CHECKING:
    from core.orm.env import Env


LOCKED = mark("You may not delete records, and {count} of those that came in were changed since: ask somebody who may.")


@dataclass(frozen=True)
class UndoPlan:
    """What undoing an import will do.

    Attributes:
        delete: how many records it created and will delete.
        restore: how many it changed and will give their values back.
        later: how many of both somebody has changed since; what they wrote into imported fields is lost.
        gone: how many are not there any more.
        locked: how many of those it created the user may not delete, for somebody has changed them since; then nothing
            is undone.
        made: how many records of other models it created on the way; those that nothing uses are deleted too.
    """

    delete: int
    restore: int
    later: int
    gone: int
    locked: int
    made: Mapping[str, int]


def plan_undo(env: Env, batch_id: int) -> UndoPlan:
    """What `undo` would do; shown to the person first."""
    batch = find_import(env, batch_id)
    lines = _lines(env, batch_id)
    created, updated = _ids(lines, "created"), list(_before(lines))
    there: Any = env.super_env[batch.model].browse([*created, *updated]).exists()
    found = set(there.ids)
    later = {record.id for record in there if record.write_date > batch.date}
    may = env.may(batch.model, "unlink")
    return UndoPlan(
        delete=sum(i in found for i in created),
        restore=sum(i in found for i in updated),
        later=len(later),
        gone=sum(i not in found for i in (*created, *updated)),
        locked=0 if may else sum(i in later or batch.user_id.id != env.uid for i in created if i in found),
        made={model: len(ids) for model, ids in _made(batch).items()},
    )


def undo(env: Env, batch_id: int) -> UndoPlan:
    """Take an import back, with the user's own rights; what he brought in and nobody changed since he may take away.

    Raises:
        UserError: when it is not an import that is done.
        AccessError: when the user may not delete or change the records.
    """
    batch = find_import(env, batch_id)
    if batch.state != "done":
        raise UserError("This import cannot be undone: it is {state}.", state=batch.state)
    plan = plan_undo(env, batch_id)
    if plan.locked:
        raise AccessError(LOCKED, count=plan.locked)
    lines = _lines(env, batch_id)
    table = env[batch.model].with_context(active_test=False)
    fields = env.registry[batch.model].fields
    before = _before(lines)
    for record in table.browse(list(before)).exists():
        old = {name: value for name, value in before[record.id].items() if name in fields}
        record.write({n: [(6, 0, v)] if fields[n].to_many else v for n, v in old.items()})
    created = _ids(lines, "created")
    if env.may(batch.model, "unlink"):
        table.browse(created).exists().unlink()
    else:
        with env.elevated("people take away what they brought in and nobody changed since", batch.model) as su:
            su[batch.model].browse(created).exists().unlink()
    for model, ids in _made(batch).items():
        _drop_unused(env, model, ids)
    batch.write({"state": "undone"})
    return plan


def _drop_unused(env: Env, model: str, ids: list[int]) -> None:
    """Delete those of the records that nothing links to."""
    records: Any = env[model].with_context(active_test=False).browse(ids).exists()
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
                owners: Any = table.search(Leaf(field.name, "in", records.ids))
                if info.name == model:
                    owners -= records
                used.update(owners.mapped(field.name).ids)
    _drop(records.filtered(lambda record: record.id not in used))


def _drop(records: Any) -> None:
    """Delete the records; those that something still needs stay."""
    if not records:
        return
    try:
        with records.env.savepoint():
            records.unlink()
    except GrialError:
        half = len(records) // 2
        if half:
            _drop(records[:half])
            _drop(records[half:])


def find_import(env: Env, batch_id: int) -> Any:
    """The import of this number. Raises UserError when there is none that the user may undo."""
    batch: Any = env.super_env["ir.import.batch"].browse(batch_id).exists()
    if not batch or (batch.user_id.id != env.uid and not env.has_group("base.group_system")):
        raise UserError("There is no import {id} of yours.", id=batch_id)
    return batch


def _made(batch: Any) -> dict[str, list[int]]:
    """Ids of the records that an import created on the way, by model."""
    return (batch.mapping or {}).get("made") or {}


def _lines(env: Env, batch_id: int) -> Any:
    return env.super_env["ir.import.line"].search(Leaf("batch_id", "=", batch_id))


def _before(lines: Any) -> dict[int, dict[str, Any]]:
    """By id, what the records that an import changed had before."""
    return {line.res_id: line.before for line in lines if line.action == "updated" and line.before}


def _ids(lines: Any, action: str) -> list[int]:
    return [line.res_id for line in lines if line.action == action]
