"""What the tags of one data file share: the database, external ids, the queue of records, the verdicts."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from core.data.batch import Batch, Waiting
from core.data.changes import changed_values
from core.data.external_ids import ExternalIds, ImportedIds, Known
from core.data.known_records import fields_at_fault, twin_of
from core.data.names import EvalNames
from core.data.outcome import LoadOutcome, Verdict, VerdictKind
from core.errors import DataFileError, GrialError, MissingError, UnknownName, UserError
from core.kernel.expression import compile_expression

if TYPE_CHECKING:
    from core.orm.env import Env

log = logging.getLogger(__name__)

Mode = Literal["init", "update"]
SignalSender = Callable[["Env", str, int, str], Any]  # Any: the answer of the workflow, which nobody reads
LARGEST_INCLUDED_FILE = 32 * 1024 * 1024


@dataclass
class Rooms:
    """What other rooms offer to data files; `core.module.wiring` fills it in."""

    signal: SignalSender | None = None


ROOMS = Rooms()


class Session:
    """The loading of one file.

    Attributes:
        env: on whose behalf, usually the superuser's.
        mode: `init` for a first installation, `update` for an upgrade.
        strict: the first rejected element raises; else it gets a verdict and the rest is loaded.
        noupdate: of the block at hand.
        legacy: the file is OpenERP's: unknown fields are dropped with a note.
        imported: the file is a person's: a record that is there already under another id is the same record.
    """

    def __init__(
        self, env: Env, addon: str, file: str, mode: Mode, noupdate: bool, strict: bool, imported: bool = False
    ) -> None:
        self.env = env
        self.file_name = file
        self.mode = mode
        self.strict = strict
        self.noupdate = noupdate
        self.legacy = False
        self.arch_line = 0
        self.outcome = LoadOutcome(file)
        self.imported = imported
        self.ids = (ImportedIds if imported else ExternalIds)(env, addon)
        self.batch = Batch(env, self.ids, self._failed)
        self.names = EvalNames(env, self.id_of, env.now())
        self._records: dict[str, dict[int, Any]] = {}
        self._notes: list[str] = []
        self._verdict_of: dict[int, int] = {}

    @property
    def tolerant(self) -> bool:
        """Is a part of an element left out, rather than all of it, when that part is not known here?"""
        return not self.strict or (self.legacy and self.imported)

    # What values may use.

    def known(self, xmlid: str) -> Known:
        """What an external id stands for. Raises MissingError, with the nearest id there is."""
        waiting = self.batch.waits(xmlid)
        if waiting:
            self.batch.flush(waiting)
        found = self.ids.find(xmlid)
        if found is None:
            near = self.ids.nearest(xmlid, self.outcome.xmlids)
            hint = f" Did you mean {near}?" if near else ""
            raise MissingError("There is no record with the external id {xmlid}.{hint}", xmlid=xmlid, hint=hint)
        return found

    def id_of(self, xmlid: str) -> int:
        """The database id behind an external id. Raises MissingError."""
        return self.known(xmlid).id

    def evaluate(self, source: str, model: str = "") -> Any:
        """The value of an expression of the file. Raises ExpressionError, or MissingError for an unknown reference."""
        names = self.names.of_model(self.env, model) if model else self.names
        text = " ".join(source.split()) if "\n" in source.strip() else source
        return compile_expression(text).evaluate(names)

    def flush(self) -> None:
        """Create everything that waits, and write the external ids: before anything that searches or calls."""
        self.batch.flush()
        self.ids.write()

    def file(self, path: str) -> bytes:
        """The bytes of a file of an addon: `addon/static/logo.png`, or a path inside the addon at hand.

        Raises UserError when there is no such file, it lies outside, or is too large.
        """
        for addon, rest in _candidates(path, self.ids.addon):
            folder = addon_folder(addon)
            if folder is None:
                continue
            found = (folder / rest).resolve()
            if found.is_relative_to(folder.resolve()) and found.is_file():
                if found.stat().st_size > LARGEST_INCLUDED_FILE:
                    raise UserError("The file {path} is too large.", path=path)
                return found.read_bytes()
        raise UserError("There is no file {path} in the addon.", path=repr(path))

    # Records.

    def put(
        self,
        line: int,
        model: str,
        xmlid: str,
        values: Mapping[str, Any],
        *,
        forcecreate: bool = True,
        context: Mapping[str, Any] | None = None,
        created: Callable[[int], None] | None = None,
    ) -> None:
        """Create a record, or update it, as the mode of the load and the record's own marks say."""
        message = notes = self.take_notes()
        kind: VerdictKind = "partial" if notes else "ok"
        if model not in self.env.registry:
            raise UnknownName("There is no model {name}.", name=model, known=self.env.registry.models)
        if not xmlid:
            if self.mode == "update":
                self.verdict("skipped", line, "", model, "a record without id is created once only")
                return
            self._create(line, model, "", values, kind, message, context, created)
            return
        self._check_owner(xmlid)
        self.outcome.xmlids.add(".".join(self.ids.key(xmlid)))
        waiting = self.batch.waits(xmlid)
        if waiting:
            self.batch.flush(waiting)
        found = self.ids.find(xmlid)
        if found is None:
            if self.mode == "update" and self.noupdate and not forcecreate:
                self.verdict("skipped", line, xmlid, model)
                return
            self._create(line, model, xmlid, values, kind, message, context, created)
            return
        if found.model != model:
            raise UserError(
                "{xmlid} is a record of {other}, not of {model}.", xmlid=xmlid, other=found.model, model=model
            )
        if self.mode == "update" and (self.noupdate or found.noupdate):
            self.verdict("skipped", line, xmlid, model)
            return
        self._write(model, found.id, values, context or {})
        self.verdict("partial" if notes else "updated", line, xmlid, model, message)
        if created is not None:
            created(found.id)

    def _write(self, model: str, record_id: int, values: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        record = self._existing(model, record_id)
        changed = changed_values(record, values)
        if changed:
            (record.with_context(**context) if context else record).write(changed)

    def _existing(self, model: str, record_id: int) -> Any:
        """A record of the database; those that the file names are read together."""
        if model not in self._records:
            self._records[model] = {record.id: record for record in self.env[model].browse(self.ids.of_model(model))}
        records = self._records[model]
        if record_id not in records:
            records[record_id] = self.env[model].browse(record_id)
        return records[record_id]

    def _create(
        self,
        line: int,
        model: str,
        xmlid: str,
        values: Mapping[str, Any],
        kind: VerdictKind,
        message: str,
        context: Mapping[str, Any] | None,
        created: Callable[[int], None] | None,
    ) -> None:
        waiting = Waiting(xmlid, values, line, self.noupdate, context or {}, created)
        self._verdict_of[id(waiting)] = len(self.outcome.verdicts)
        self.verdict(kind, line, xmlid, model, message)
        self.batch.add(model, waiting)

    def _failed(self, record: Waiting, model: str, error: GrialError) -> Waiting | None:
        """A record of the queue could not be created: it is there already, or lacks a part, or its line is named."""
        place = self._verdict_of.pop(id(record))
        verdict = self.outcome.verdicts[place]
        twin = twin_of(self.env, model, record.values) if self.imported and record.xmlid else None
        lacking = fields_at_fault(self.env.registry[model], record.values, error) if self.tolerant else ()
        try:
            if twin is not None:
                self.ids.add(record.xmlid, Known(model, twin, record.noupdate))
                with self.env.savepoint():
                    self._write(model, twin, record.values, record.context)
                self.outcome.verdicts[place] = replace(verdict, kind="partial" if verdict.message else "updated")
                if record.created is not None:
                    record.created(twin)
                return None
        except GrialError as worse:
            error = worse
        if lacking and twin is None:
            values = {name: value for name, value in record.values.items() if name not in lacking}
            message = "; ".join(filter(None, (verdict.message, f"{', '.join(lacking)}: {error}")))
            self.outcome.verdicts[place] = replace(verdict, kind="partial", message=message)
            again = replace(record, values=values)
            self._verdict_of[id(again)] = place
            return again
        if self.strict:
            raise self.placed(error, record.line)
        self.outcome.verdicts[place] = Verdict("rejected", record.line, record.xmlid, model, str(error))
        return None

    def _check_owner(self, xmlid: str) -> None:
        """A record may belong to another addon, but to one that is there."""
        module, _ = self.ids.written(xmlid)
        if module != self.ids.addon and module not in self.env.registry.addons and self.ids.find(xmlid) is None:
            raise UnknownName(
                "The external id {xmlid} belongs to {addon}, which is not installed.",
                xmlid=xmlid, addon=module, name=module, known=self.env.registry.addons,
            )  # fmt: skip

    # Verdicts.

    def note(self, message: str) -> None:
        """Say something about the record at hand; its verdict becomes `partial`."""
        self._notes.append(message)

    def take_notes(self) -> str:
        """All that was noted about the element at hand, as one text; the next one starts without."""
        notes, self._notes = self._notes, []
        return "; ".join(notes)

    def verdict(self, kind: VerdictKind, line: int, xmlid: str = "", model: str = "", message: str = "") -> None:
        """Record what became of an element."""
        if message and kind in ("partial", "dropped", "rejected"):
            log.warning("%s:%s: %s: %s", self.file_name, line, kind, message)
        self.outcome.verdicts.append(Verdict(kind, line, xmlid, model, message))

    def reject(self, line: int, error: GrialError, xmlid: str = "", model: str = "") -> None:
        """An element cannot be loaded: raise where the load is strict, else note it."""
        self._notes = []
        if isinstance(error, UnknownName) and self.tolerant and self.legacy:
            self.verdict("dropped", line, xmlid, model, str(error))
            return
        if self.strict:
            raise self.placed(error, line) from error
        self.verdict("rejected", line, xmlid, model, str(error))

    def placed(self, error: GrialError, line: int) -> DataFileError:
        """The error with file and line."""
        if isinstance(error, DataFileError) and error.file:
            return error
        return DataFileError("{reason}", file=self.file_name, line=line, reason=error)


def addon_folder(addon: str) -> Path | None:
    """The folder of an addon on the addons path."""
    for entry in importlib.import_module("addons").__path__:
        folder = Path(entry) / addon
        if folder.is_dir():
            return folder
    return None


def _candidates(path: str, addon: str) -> Iterable[tuple[str, str]]:
    """Addon and path inside it that a text may mean; an absolute path or one that climbs means nothing."""
    parts = [part for part in path.strip().replace(",", "/", 1).split("/") if part not in ("", ".")]
    if path.strip().startswith("/") or ".." in parts or not parts:
        return
    yield addon, "/".join(parts)
    if len(parts) > 1:
        yield parts[0], "/".join(parts[1:])
