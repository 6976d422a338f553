"""Runs an import: dry or for good, in batches, refusing rows one by one with line and reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.data.sheets.changes import changes, key_of, snapshots
from core.data.sheets.feeds import Feed, Meant
from core.data.sheets.ids import Identity, split_path
from core.data.sheets.mapping import REFUSED, Columns, notes_field, reason_titles
from core.data.sheets.names import Names
from core.data.sheets.notes import with_notes
from core.data.sheets.outcome import Outcome, Refusal, Stopped
from core.data.sheets.reader import Sheet
from core.errors import GrialError, UnknownName, UserError
from core.orm.domain import Leaf

if TYPE_CHECKING:
    from core.orm.env import Env

BATCH = 500
EMPTY = ("keep", "clear")
"""What an empty cell does to a record that a row updates."""
Progress = Callable[[int, int], None]


@dataclass
class _Row:
    line: int
    cells: tuple[str, ...]
    values: dict[str, Any]
    kept: list[str]
    empty: frozenset[str]
    target: int = 0
    xmlid: str = ""
    named: bool = False


class Import:
    """One import of one sheet into one model.

    Args:
        env: on whose behalf; his rights decide.
        model: where the rows go.
        sheet: the file.
        columns: which column feeds which fields.
        key: fields by which a row finds the record it updates; rows without a match are created. A column of ids comes
            before them.
        stop: keep nothing when a row is bad, instead of leaving it out.
        missing: by field, what to do with texts that are not known, one of `feeds.CHOICES`. Without a choice, tags
            are created and other rows refused.
        meant: by field, what single texts mean.
        empty: one of EMPTY; empty cells leave the values of a record alone, or clear them.
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
        meant: Mapping[str, Mapping[str, Meant]] | None = None,
        empty: str = "keep",
    ) -> None:
        self.env, self.model, self.sheet, self.columns = env, model, sheet, columns
        self.key = tuple(field for field, _ in map(split_path, key) if field)
        self.stop, self.clears = stop, empty == "clear"
        self.info = env.registry[model]
        self.outcome = Outcome(total=len(sheet.rows), reason=env._(REFUSED), reasons=reason_titles(env))
        fed = [(column, *split_path(name)) for column, names in columns.items() for name in names]
        self.identity = Identity(env, model, {column: by for column, name, by in fed if not name})
        mapped = {name for _, name, _ in fed if name}
        if not mapped:
            raise UserError("No column is mapped to a field; choose at least one.")
        for name in self.key:
            if name not in mapped:
                raise UnknownName("The key {name} is fed by no column.", name=name, known=mapped)
        for name in (*(missing or {}), *(meant or {})):
            if name not in mapped:
                raise UnknownName("{name} is fed by no column.", name=name, known=mapped)
        self.notes = notes_field(env, model)
        self.names: dict[tuple[str, str], Names] = {}
        self.feeds = [
            Feed(env, self.info.field(name), column, sheet.header[column], (missing or {}).get(name, ""),
                 (meant or {}).get(name, {}), self.names, by)
            for column, name, by in fed if name
        ]  # fmt: skip
        self.blanks = {feed.name: feed.read(0, "").value for feed in self.feeds}

    def run(self, dry: bool = False, progress: Progress | None = None) -> Outcome:
        """Import the rows; `dry` undoes everything at the end and only tells what would happen.

        Raises:
            AccessError: when the user may not create or change records of the model.
            Stopped: when it is to stop at a bad row and there is one; a dry run only tells.
            Cancelled: as `progress` raises it.
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
        self._check_rights(rows)
        history: list[dict[str, Any]] = []
        done = len(self.outcome.refused)
        for start in range(0, len(rows), BATCH):
            chunk = rows[start : start + BATCH]
            history += self._save(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, self.outcome.total)
        self.outcome.refused.sort(key=lambda refusal: refusal.line)
        self.outcome.unknown = [feed.unknown for feed in self.feeds if feed.unknown.values or feed.unknown.given]
        for found in self.names.values():
            kept = self._needed(found, rows)
            if kept:
                self.outcome.made.setdefault(found.model, []).extend(kept)
        if self.stop and self.outcome.refused and not self.outcome.dry:
            raise Stopped(self.outcome)
        if batch is not None:
            self._keep(batch, history)

    def _needed(self, names: Names, rows: list[_Row]) -> list[int]:
        """The records made for names that a row came in with; those of refused rows alone are deleted again."""
        if not names.made:
            return []
        refused = {refusal.line for refusal in self.outcome.refused}
        links = {feed.name for feed in self.feeds if feed.links is names}
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
                "mapping": {
                    "columns": titles,
                    "header": list(self.sheet.header),
                    "key": list(self.key),
                    "made": self.outcome.made,
                    "unknown": [
                        [u.column, len(u.values), len(u.lines), u.choice, u.kind] for u in self.outcome.unknown
                    ],
                },
            }
        )

    def _converted(self) -> list[_Row]:
        """The rows as values; a row with cells that do not fit is refused with all its faults."""
        for feed in self.feeds:
            feed.prepare((cells[feed.column] for cells in self.sheet.rows), self.outcome.dry)
        self.identity.prepare(self.sheet.rows)
        rows: list[_Row] = []
        for line, cells in zip(self.sheet.lines, self.sheet.rows, strict=True):
            values: dict[str, Any] = {}
            kept: list[str] = []
            faults: dict[tuple[str, str], None] = {}
            empty: set[str] = set()
            target, xmlid = 0, ""
            try:
                target, xmlid = self.identity.of(cells)
            except GrialError as error:
                faults[self.sheet.header[min(self.identity.columns)], self._told(error)] = None
            for feed in self.feeds:
                text = cells[feed.column].strip()
                if not text:
                    empty.add(feed.name)
                    continue
                try:
                    cell = feed.read(line, text)
                except GrialError as error:
                    faults[feed.unknown.column, self._told(error)] = None
                    continue
                values[feed.name] = feed.joined(values[feed.name], cell.value) if feed.name in values else cell.value
                if cell.kept:
                    kept += [f"{feed.unknown.column}: {one}" for one in cell.kept]
            if faults:
                self._refuse(line, list(faults), cells)
            else:
                blank = frozenset(empty.difference(values))
                rows.append(_Row(line, cells, values, kept, blank, target, xmlid, bool(target)))
        return rows

    def _told(self, error: GrialError) -> str:
        return error.translated(lambda text: self.env.translate_term(text, "base"))

    def _refuse(self, line: int, faults: Sequence[tuple[str, str]], cells: tuple[str, ...]) -> None:
        column, reason = faults[0]
        others = [f"{title}: {why}" if title else why for title, why in faults[1:]]
        self.outcome.refused.append(Refusal(line, column, " ".join([reason, *others]), cells))

    def _match(self, rows: list[_Row]) -> None:
        """Find the records that rows update by key; no record comes twice in a file."""
        found = self._by_key(rows)
        seen: dict[tuple[Any, ...], int] = {}
        kept: list[_Row] = []
        for row in rows:
            value = tuple(row.values.get(name) or None for name in self.key)
            mark = ("id", row.target or row.xmlid) if row.target or row.xmlid else ("key", *value) if any(value) else ()
            targets = [row.target] if row.target else found.get(value, []) if any(value) else []
            if mark and mark in seen:
                error = UserError("It has the same key as line {line}.", line=seen[mark])
                self._refuse(row.line, [("", self._told(error))], row.cells)
            elif len(targets) > 1:
                error = UserError("Its key fits {count} records; choose a key that fits one.", count=len(targets))
                self._refuse(row.line, [("", self._told(error))], row.cells)
            else:
                row.target = targets[0] if targets else 0
                kept.append(row)
            seen.setdefault(mark, row.line)
        rows[:] = kept

    def _by_key(self, rows: list[_Row]) -> dict[tuple[Any, ...], list[int]]:
        """The records by their key, with one query."""
        found: dict[tuple[Any, ...], list[int]] = {}
        if not self.key:
            return found
        first = self.key[0]
        wanted = {row.values.get(first) for row in rows if row.values.get(first)}
        present = self.env[self.model].with_context(active_test=False).search(Leaf(first, "in", list(wanted)))
        for record in present:
            found.setdefault(tuple(key_of(record, name) for name in self.key), []).append(record.id)
        return found

    def _check_rights(self, rows: list[_Row]) -> None:
        """Whoever may do none of what the rows ask for is told once; else the rows are refused one by one."""
        wanted = {"write" if row.target else "create" for row in rows}
        if wanted and not any(self.env.may(self.model, access) for access in wanted):
            self.env.check(self.model, sorted(wanted)[0])

    def _save(self, rows: list[_Row]) -> list[dict[str, Any]]:
        """Create and update a batch; when one of its rows is bad, each row on its own."""
        try:
            with self.env.savepoint():
                return self._save_all(rows)
        except GrialError as error:
            if len(rows) == 1:
                fields = getattr(error, "fields", ())
                title = next((feed.unknown.column for feed in self.feeds if feed.name in fields), "")
                self._refuse(rows[0].line, [(title, self._told(error))], rows[0].cells)
                return []
            half = len(rows) // 2
            return self._save(rows[:half]) + self._save(rows[half:])

    def _save_all(self, rows: list[_Row]) -> list[dict[str, Any]]:
        history: list[dict[str, Any]] = []
        table = self.env[self.model]
        fresh = [row for row in rows if not row.target]
        created = table.create([_filled(self._complete(row)) for row in fresh]).ids if fresh else []
        history += [{"line_no": r.line, "action": "created", "res_id": i} for r, i in zip(fresh, created, strict=True)]
        updates = [row for row in rows if row.target]
        targets = table.browse([row.target for row in updates])
        names = {feed.name for feed in self.feeds} | ({self.notes} if any(row.kept for row in updates) else set())
        before = snapshots(targets, sorted(names))
        same = blank = 0
        for row, record in zip(updates, targets, strict=True):
            fixed: Collection[str] = () if row.named else self.key
            empty = {name: self.blanks[name] for name in row.empty if name not in fixed}
            blank += sum(bool(getattr(record, name)) for name in empty)
            values = {**self._complete(row, record), **(empty if self.clears else {})}
            changed = changes(record, {n: v for n, v in values.items() if n not in fixed})
            if changed:
                record.write(changed)
            else:
                same += 1
            old = {name: value for name, value in before[record.id].items() if name in changed}
            history.append({"line_no": row.line, "action": "updated", "res_id": record.id, "before": old})
        self.env.flush()
        if not self.outcome.dry:
            self.identity.name({row.xmlid: i for row, i in zip(fresh, created, strict=True) if row.xmlid})
        self.outcome.created += created
        self.outcome.updated += [row.target for row in updates]
        self.outcome.same += same
        self.outcome.cleared += blank if self.clears else 0
        self.outcome.spared += 0 if self.clears else blank
        return history

    def _complete(self, row: _Row, record: Any = None) -> dict[str, Any]:
        """The values of a row, with what it kept in the notes: after those of the file, or of the record."""
        if not row.kept or not self.notes:
            return row.values
        base = row.values[self.notes] if self.notes in row.values else getattr(record, self.notes) if record else ""
        return {**row.values, self.notes: with_notes(self.info.fields[self.notes], base, row.kept)}


class _DryRunEnds(Exception):
    """Undoes a dry run."""


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Only the values there are, so that defaults fill the rest."""
    return {name: value for name, value in values.items() if value not in ("", None)}
