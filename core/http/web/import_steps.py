"""What the import wizard shows at each step, from a waiting file, a dry run or a finished import."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from core.data.sheets.ids import split_path
from core.data.sheets.mapping import DATABASE_ID, XMLID, id_paths, importable
from core.data.sheets.outcome import Outcome
from core.data.sheets.reader import ENCODINGS, SEPARATORS, Sheet
from core.data.sheets.undo import LOCKED, UndoPlan, plan_undo
from core.http.web.import_file import ImportFile
from core.http.web.import_unknown import outcome_sentences, unknown_columns
from core.http.web.page import say
from core.http.web.pages.transfer import FieldOption, Figure, ImportPage, RowProblem, SheetColumn
from core.http.web.query import Query
from core.kernel.formats import format_number

if TYPE_CHECKING:
    from core.http.request import Request
    from core.orm.env import Env

SAMPLES = 3
SHOWN_PROBLEMS = 200


def options(env: Env, model: str, chosen: Collection[str] = ()) -> tuple[FieldOption, ...]:
    """The fields a column may feed, by label; ids behind links only where they are chosen."""
    found = [
        FieldOption(f.name, env.translate_term(f.string, f.addon), f.required and f.default is None, f.type)
        for f in importable(env, model)
    ]
    own = {XMLID: env.translate_term("External ID", "base"), DATABASE_ID: "ID"}
    labels = {option.path: option.label for option in found} | {"": ""}
    for path in id_paths(env, model):
        field, by = split_path(path)
        if not field or path in chosen:
            found.append(FieldOption(path, f"{labels[field]} / {own[by]}" if field else own[by], False, "char"))
    return tuple(sorted(found, key=lambda option: option.label.lower()))


def mapping_page(request: Request, file: ImportFile, sheet: Sheet, title: str, error: str = "") -> ImportPage:
    """The step that says which column feeds which field."""
    env = request.env
    chosen = file.columns(env, sheet)
    columns = []
    for index, heading in enumerate(sheet.header):
        targets = tuple(file.targets[index]) if file.targets and index in file.targets else chosen.get(index, ())
        samples = tuple(dict.fromkeys(row[index] for row in sheet.rows if row[index].strip()))[:SAMPLES]
        columns.append(SheetColumn(index, heading, samples, targets, guessed=file.targets is None and bool(targets)))
    used = {name for column in columns for name in column.targets}
    separators = {",": say(request, "Comma"), ";": say(request, "Semicolon"), "\t": say(request, "Tabulator"), "|": "|"}
    return ImportPage(
        "mapping", file.model, title, url=f"/web/import/{file.model}/{file.token}",
        back_url=f"/web/import/{file.model}", filename=file.name,
        encodings=tuple((e, e) for e in dict.fromkeys([sheet.encoding, *ENCODINGS])) if sheet.encoding else (),
        encoding=sheet.encoding,
        separators=tuple((s, separators[s]) for s in SEPARATORS) if sheet.separator else (), separator=sheet.separator,
        columns=tuple(columns), options=options(env, file.model, used), has_header=not file.title,
        keys=tuple(file.keys), on_error=file.on_error, empty=file.empty,
        row_count=len(sheet.rows), error=error,
    )  # fmt: skip


def figures(request: Request, created: int, updated: int, refused: int) -> tuple[Figure, ...]:
    """The numbers of a dry run or an outcome."""

    def number(value: int) -> str:
        return format_number(value, 0, request.lang)

    return (
        Figure(say(request, "Created"), number(created), "success" if created else ""),
        Figure(say(request, "Updated"), number(updated), "info" if updated else ""),
        Figure(say(request, "Refused"), number(refused), "danger" if refused else ""),
    )


def check_page(request: Request, file: ImportFile, sheet: Sheet, outcome: Outcome, title: str) -> ImportPage:
    """The step that tells what the import would do."""
    shown = problems(sheet, outcome)
    address = f"/web/import/{file.model}/{file.token}"
    return ImportPage(
        "check", file.model, title, url=address, back_url=address, filename=file.name,
        figures=figures(request, len(outcome.created), len(outcome.updated), len(outcome.refused)),
        problems=tuple(shown[:SHOWN_PROBLEMS]), problem_count=len(shown),
        problems_url=f"{address}/refused" if outcome.refused else "", notes=_emptiness(request, outcome),
        unknown=unknown_columns(request, file, outcome.unknown), on_error=file.on_error,
        total=0 if outcome.refused and file.on_error == "stop" else len(outcome.created) + len(outcome.updated),
    )  # fmt: skip


def _emptiness(request: Request, outcome: Outcome) -> tuple[str, ...]:
    """What empty cells do to the records that rows update."""
    found = []
    if outcome.cleared:
        count = format_number(outcome.cleared, 0, request.lang)
        found.append(say(request, "Empty cells clear values of records: {count}.", count=count))
    if outcome.spared:
        count = format_number(outcome.spared, 0, request.lang)
        found.append(
            say(request, "Values of records that stay as they are, for the cell is empty: {count}.", count=count)
        )
    return tuple(found)


def problems(sheet: Sheet, outcome: Outcome) -> list[RowProblem]:
    """The refused rows, with the cell that was wrong."""
    found: list[RowProblem] = []
    for refusal in outcome.refused:
        column = sheet.header.index(refusal.column) if refusal.column in sheet.header else -1
        value = refusal.cells[column] if column >= 0 else refusal.cells[0]
        found.append(RowProblem(refusal.line, refusal.column, value[:80], refusal.reason))
    return found


def outcome_page(request: Request, batch: Any, lines: Sequence[Any], title: str, token: str) -> ImportPage:
    """The last step: what the import did, and its undo."""
    base = f"/web/import/{batch.model}/done/{batch.id}"
    plan = plan_undo(request.env, batch.id) if batch.state == "done" else None
    listed = [("import", str(batch.id)), ("title", batch.file_name)]
    shown = tuple(RowProblem(line.line_no, "", "", line.message) for line in lines[:SHOWN_PROBLEMS])
    return ImportPage(
        "outcome", batch.model, title, url=base, back_url=f"/web/import/{batch.model}", filename=batch.file_name,
        figures=figures(request, batch.created_count, batch.updated_count, batch.refused_count), problems=shown,
        problem_count=len(lines), notes=(*outcome_sentences(request, batch.mapping), *_locked(request, plan)),
        problems_url=f"/web/import/{batch.model}/{token}/refused" if token and lines else "",
        records_url=str(Query.of(f"/web/{batch.model}", listed).url),
        undo_url=base if plan and not plan.locked else "", undo_question=_undo_question(request, plan) if plan else "",
        undone=batch.state == "undone",
    )  # fmt: skip


def _locked(request: Request, plan: UndoPlan | None) -> tuple[str, ...]:
    """Why an undo is not offered."""
    if plan is None or not plan.locked:
        return ()
    count = format_number(plan.locked, 0, request.lang)
    return (say(request, LOCKED, count=count),)


def _undo_question(request: Request, plan: UndoPlan) -> str:
    """What an undo would do, for the person to say yes or no to."""
    counts = {name: format_number(getattr(plan, name), 0, request.lang) for name in ("delete", "restore", "later")}
    asked = say(
        request, "Undo this import? {delete} new records are removed, {restore} get their old values back.", **counts
    )
    if not plan.later:
        return asked
    return f"{asked} {say(request, '{later} of them were changed since, and that is lost too.', **counts)}"
