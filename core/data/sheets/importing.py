"""Runs an import: dry or for good, in batches, refusing rows one by one with line and reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.data.sheets.cells import Names, converter, split_tags
from core.data.sheets.formulas import harmless
from core.data.sheets.mapping import Columns
from core.data.sheets.reader import Sheet
from core.errors import AccessError, GrialError, UnknownName, UserError
from core.orm.domain import Leaf

if TYPE_CHECKING:
    from core.orm.env import Env

BATCH = 500
MISSING_CHOICES = ("refuse", "empty", "create")
Progress = Callable[[int, int], None]


@dataclass
class Refusal:
    """A row that was not imported, and why."""

    line: int
    column: str
    reason: str
    cells: tuple[str, ...]


@dataclass
class Outcome:
    """What an import did, or would do.

    Attributes:
        created, updated: ids of records.
        refused: rows left out.
        made: records of other models created on the way, by model.
        dropped: by field, names that were not found and left empty.
        batch: id of the kept record of this import; 0 after a dry run.
    """

    total: int = 0
    created: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    made: dict[str, list[int]] = field(default_factory=dict)
    dropped: dict[str, list[str]] = field(default_factory=dict)
    batch: int = 0
    dry: bool = False

    def refused_file(self, sheet: Sheet, reason: str = "Reason") -> bytes:
        """The refused rows as a CSV file to correct and import again, with the reason in a last column."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=sheet.separator or ",")
        writer.writerow([*map(harmless, sheet.header), reason])
        for refusal in self.refused:
            writer.writerow([*map(harmless, refusal.cells), harmless(refusal.reason)])
        return out.getvalue().encode("utf-8-sig")


class Cancelled(UserError):
    """The person stopped the import; nothing was kept."""


@dataclass
class _Row:
    line: int
    cells: tuple[str, ...]
    values: dict[str, Any]
    target: int = 0


class Import:
    """One import of one sheet into one model.

    Args:
        env: on whose behalf; his rights decide.
        model: where the rows go.
        sheet: the file.
        columns: which column feeds which fields.
        key: fields by which a row finds the record it updates; rows without a match are created.
        stop: refuse the whole file at the first bad row instead of leaving it out.
        missing: by link field, what to do with names that are not found: `refuse`, `empty` or `create`. Without a
            choice, tags are created and other links refuse the row.
    """

    def __init__(
        self,
        env: Env,
        model: str,
        sheet: Sheet,
        columns: Columns,
        key: Sequence[str] = (),
        stop: bool = False,
        missing: Mapping[str, str] | None = None,
    ) -> None:
        self.env, self.model, self.sheet, self.columns = env, model, sheet, columns
        self.key, self.stop, self.missing = tuple(key), stop, dict(missing or {})
        self.info = env.registry[model]
        self.outcome = Outcome(total=len(sheet.rows))
        mapped = {name for names in columns.values() for name in names}
        if not mapped:
            raise UserError("No column is mapped to a field; choose at least one.")
        for name in self.key:
            if name not in mapped:
                raise UnknownName("The key {name} is fed by no column.", name=name, known=mapped)
        self.names: dict[str, Names] = {}

    def run(self, dry: bool = False, progress: Progress | None = None) -> Outcome:
        """Import the rows; `dry` undoes everything at the end and only tells what would happen.

        Raises:
            AccessError: when the user may not create or change records of the model.
            UserError: when the import stops at a bad row, or is cancelled by `progress` raising `Cancelled`.
        """
        self.outcome.dry = dry
        if not dry:
            self._import(progress)
            return self.outcome
        try:
            with self.env.savepoint():
                self._import(progress)
                raise _DryRunEnds
        except _DryRunEnds:
            return self.outcome

    def _import(self, progress: Progress | None) -> None:
        batch: Any = None
        if not self.outcome.dry:
            batch = self.env.super_env["ir.import.batch"].create(
                {"model": self.model, "file_name": self.sheet.file_name, "user_id": self.env.uid}
            )
            self.outcome.batch = batch.id
        rows = self._converted()
        self._match(rows)
        history: list[dict[str, Any]] = []
        done = len(self.outcome.refused)
        for start in range(0, len(rows), BATCH):
            chunk = rows[start : start + BATCH]
            history += self._save(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, self.outcome.total)
        if self.stop and self.outcome.refused:
            first = self.outcome.refused[0]
            raise UserError("Line {line}: {reason} Nothing was imported.", line=first.line, reason=first.reason)
        for name, found in self.names.items():
            if found.dropped:
                self.outcome.dropped[name] = sorted(found.dropped)
            kept = self._needed(found, rows)
            if kept:
                self.outcome.made.setdefault(found.model, []).extend(kept)
        if batch is not None:
            self._keep(batch, history)

    def _needed(self, names: Names, rows: list[_Row]) -> list[int]:
        """The records made for names that a row came in with; those of refused rows alone are deleted again."""
        if not names.made:
            return []
        refused = {refusal.line for refusal in self.outcome.refused}
        links = [name for name, found in self.names.items() if found.model == names.model]
        used: set[int] = set()
        for row in rows:
            if row.line not in refused:
                for name in links:
                    value = row.values.get(name)
                    used.update(value[0][2] if isinstance(value, list) else [value] if value else [])
        idle = [i for i in names.made if i not in used]
        if idle:
            self.env.super_env[names.model].browse(idle).unlink()
        return [i for i in names.made if i in used]

    def _keep(self, batch: Any, history: list[dict[str, Any]]) -> None:
        """Write down what happened, for the undo."""
        history += [
            {"line_no": r.line, "action": "refused", "message": f"{r.column}: {r.reason}" if r.column else r.reason}
            for r in self.outcome.refused
        ]
        self.env.super_env["ir.import.line"].create([{**row, "batch_id": batch.id} for row in history])
        titles = {self.sheet.header[column]: list(names) for column, names in self.columns.items()}
        batch.write(
            {
                "state": "done",
                "created_count": len(self.outcome.created),
                "updated_count": len(self.outcome.updated),
                "refused_count": len(self.outcome.refused),
                "mapping": {"columns": titles, "key": list(self.key), "made": self.outcome.made},
            }
        )

    def _converted(self) -> list[_Row]:
        """The rows as values; cells that do not fit are refused with their column."""
        plan: list[tuple[int, str, Callable[[str], Any], bool]] = []
        for column, fields in self.columns.items():
            for name in fields:
                bound = self.info.field(name)
                names = self._prepared(name, column) if bound.type in ("many2one", "many2many") else None
                plan.append((column, name, converter(self.env, bound, names), bound.type == "many2many"))
        rows: list[_Row] = []
        for line, cells in zip(self.sheet.lines, self.sheet.rows, strict=True):
            values: dict[str, Any] = {}
            for column, name, convert, _ in plan:
                text = cells[column].strip()
                if not text and not self.key:
                    continue
                try:
                    values[name] = convert(text)
                except GrialError as error:
                    self._refuse(line, self.sheet.header[column], error, cells)
                    break
            else:
                rows.append(_Row(line, cells, values))
        return rows

    def _prepared(self, name: str, column: int) -> Names:
        """The names of a link's column, looked up all at once; tags that are missing are created."""
        bound: Any = self.info.field(name)
        many = bound.type == "many2many"
        found = self.names.setdefault(name, Names(self.env, bound.comodel, self._choice(name, many)))
        texts = {cells[column] for cells in self.sheet.rows}
        found.prepare({part for text in texts for part in split_tags(text)} if many else texts)
        return found

    def _choice(self, name: str, many: bool) -> str:
        choice = self.missing.get(name) or ("create" if many else "refuse")
        if choice not in MISSING_CHOICES:
            raise UnknownName("{name} is no choice for missing names.", name=choice, known=MISSING_CHOICES)
        return choice

    def _refuse(self, line: int, column: str, error: GrialError, cells: tuple[str, ...]) -> None:
        reason = error.translated(lambda text: self.env.translate_term(text, "base"))
        self.outcome.refused.append(Refusal(line, column, reason, cells))

    def _match(self, rows: list[_Row]) -> None:
        """Find the records that rows update, with one query."""
        if not self.key:
            return
        first = self.key[0]
        wanted = {row.values.get(first) for row in rows if row.values.get(first)}
        present = self.env[self.model].with_context(active_test=False).search(Leaf(first, "in", list(wanted)))
        found: dict[tuple[Any, ...], list[int]] = {}
        for record in present:
            found.setdefault(tuple(_key_of(record, name) for name in self.key), []).append(record.id)
        seen: dict[tuple[Any, ...], int] = {}
        kept: list[_Row] = []
        for row in rows:
            value = tuple(row.values.get(name) or None for name in self.key)
            if value in seen and any(value):
                error = UserError("It has the same key as line {line}.", line=seen[value])
                self._refuse(row.line, "", error, row.cells)
                continue
            seen[value] = row.line
            targets = found.get(value, []) if any(value) else []
            if len(targets) > 1:
                error = UserError("Its key fits {count} records; choose a key that fits one.", count=len(targets))
                self._refuse(row.line, "", error, row.cells)
                continue
            row.target = targets[0] if targets else 0
            kept.append(row)
        rows[:] = kept

    def _save(self, rows: list[_Row]) -> list[dict[str, Any]]:
        """Create and update a batch; when one of its rows is bad, each row on its own."""
        try:
            with self.env.savepoint():
                return self._save_all(rows)
        except AccessError:
            raise
        except GrialError as error:
            if len(rows) == 1:
                fields = getattr(error, "fields", ())
                column = next((c for c, names in self.columns.items() if set(names) & set(fields)), None)
                self._refuse(
                    rows[0].line, self.sheet.header[column] if column is not None else "", error, rows[0].cells
                )
                return []
            half = len(rows) // 2
            return self._save(rows[:half]) + self._save(rows[half:])

    def _save_all(self, rows: list[_Row]) -> list[dict[str, Any]]:
        history: list[dict[str, Any]] = []
        table = self.env[self.model]
        fresh = [row for row in rows if not row.target]
        created = table.create([_filled(row.values) for row in fresh]).ids if fresh else []
        history += [{"line_no": r.line, "action": "created", "res_id": i} for r, i in zip(fresh, created, strict=True)]
        updates = [row for row in rows if row.target]
        targets = table.browse([row.target for row in updates])
        before = snapshots(targets, [name for names in self.columns.values() for name in names if name not in self.key])
        for row, record in zip(updates, targets, strict=True):
            fresh_values = _changes(record, {n: v for n, v in row.values.items() if n not in self.key})
            if fresh_values:
                record.write(fresh_values)
            old = {name: value for name, value in before[record.id].items() if name in fresh_values}
            history.append({"line_no": row.line, "action": "updated", "res_id": record.id, "before": old})
        self.env.flush()
        self.outcome.created += created
        self.outcome.updated += [row.target for row in updates]
        return history


class _DryRunEnds(Exception):
    """Undoes a dry run."""


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Only the values there are, so that defaults fill the rest."""
    return {name: value for name, value in values.items() if value not in ("", None)}


def _changes(record: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that differ from what the record has, so that the others are neither written nor undone."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        now = getattr(record, name)
        if isinstance(value, list):
            same = set(now.ids) == set(value[0][2])
        else:
            same = ((now.id if hasattr(now, "_ids") else now) or None) == (value or None)
        if not same:
            found[name] = value
    return found


def _key_of(record: Any, name: str) -> Any:
    value = getattr(record, name)
    return (value.id or None) if hasattr(value, "_ids") else value or None


def snapshots(records: Any, names: Sequence[str]) -> dict[int, dict[str, Any]]:
    """By id, values of records that JSON can hold, as an undo needs them."""
    rows = records.with_context(lang="", active_test=False).read(list(names), load="_classic_write") if names else []
    found: dict[int, dict[str, Any]] = {record_id: {} for record_id in records.ids}
    for row in rows:
        record_id = row.pop("id")
        found[record_id] = {name: str(value) if isinstance(value, Decimal) else value for name, value in row.items()}
    return found
