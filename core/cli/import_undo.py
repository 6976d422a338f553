"""`grial import --list` and `--undo`: what was imported, and taking one import back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from core.cli.options import confirm
from core.cli.output import show_json, show_rows
from core.cli.records import on_behalf_of

if TYPE_CHECKING:
    from core.data.sheets.undo import UndoPlan
    from core.module.registries import Registries
    from core.orm.env import Env

COLUMNS = ("id", "date", "file", "model", "user", "created", "updated", "refused", "state")


def show_imports(found: Registries, database: str, model: str | None, login: str | None, as_json: bool) -> None:
    """List the imports that a user may see, the latest first."""

    def work(env: Env) -> list[dict[str, object]]:
        reader = on_behalf_of(env, login)
        batches: Any = reader["ir.import.batch"].search(
            [("model", "=", model)] if model else []
        )  # Any: a model of an addon
        return [_facts(batch) for batch in batches]

    show_rows(found.run(database, work, write=False), COLUMNS, as_json, "Nothing has been imported yet.")


def undo_import(
    found: Registries, database: str, batch_id: int, login: str | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Show what undoing an import takes away, ask, and do it."""
    from core.data.sheets.undo import find_import, plan_undo, undo

    def look(env: Env) -> tuple[dict[str, object], UndoPlan]:
        reader = on_behalf_of(env, login)
        return _facts(find_import(reader, batch_id)), plan_undo(reader, batch_id)

    facts, plan = found.run(database, look, write=False)
    if not as_json:
        click.echo(f"Import {batch_id}: {facts['file']} into {facts['model']}, {facts['date']}, {facts['user']}.")
        click.echo("\n".join(_lines(plan)))
    if not dry_run:
        confirm("Undo this import?", yes)
        plan = found.run(database, lambda env: undo(on_behalf_of(env, login), batch_id))
    if as_json:
        show_json({"dry_run": dry_run, **facts, "state": facts["state"] if dry_run else "undone", "undo": asdict(plan)})
    elif not dry_run:
        click.echo("Undone.")


def _facts(batch: Any) -> dict[str, object]:  # Any: a record of an addon's model
    """What a list of imports tells about one."""
    return {
        "id": batch.id,
        "date": batch.date.isoformat(" ", "seconds"),
        "file": batch.file_name,
        "model": batch.model,
        "user": batch.user_id.display_name,
        "created": batch.created_count,
        "updated": batch.updated_count,
        "refused": batch.refused_count,
        "state": batch.state,
    }


def _lines(plan: UndoPlan) -> list[str]:
    """What an undo does, for people."""
    lines = [f"Records it created, to delete: {plan.delete}"]
    lines.append(f"Records it changed, to give their values back: {plan.restore}")
    lines += [f"Records made on the way, to delete where nothing uses them: {n} of {m}" for m, n in plan.made.items()]
    if plan.later:
        lines.append(f"Of these, {plan.later} were changed since: what people wrote into imported fields is lost.")
    if plan.locked:
        lines.append(f"Of these, {plan.locked} cannot be deleted: changed since, and the user may not delete.")
    if plan.gone:
        lines.append(f"Records that are gone already: {plan.gone}")
    return lines
