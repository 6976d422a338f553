"""What a file says and Grial does not know, as the import wizard shows it: one line a column, choices, single texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.data.sheets.feeds import Meant, Unknown
from core.data.sheets.mapping import LINKS, notes_field
from core.http.web.import_file import ImportFile
from core.http.web.page import say
from core.http.web.pages.field import Choice, FieldView
from core.http.web.pages.transfer import UnknownColumn, UnknownText
from core.http.web.query import link
from core.kernel.formats import format_number
from core.kernel.i18n import mark

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from core.http.request import Request

SHOWN_TEXTS = 100
_SAYS = re.compile(r"(meant\.(\w+)\.\d+)\.says")


def unknown_columns(request: Request, file: ImportFile, found: list[Unknown]) -> tuple[UnknownColumn, ...]:
    """The columns with something that is not known, for a person to choose."""
    return tuple(_column(request, file, one) for one in found)


_TOLD = {
    "": (mark("{column}: 1 value in {rows} is not known."),
         mark("{column}: {count} different values in {rows} are not known.")),
    "number": (mark("{column}: 1 value in {rows} is not a number."),
               mark("{column}: {count} different values in {rows} are not numbers.")),
    "date": (mark("{column}: 1 value in {rows} is not a date."),
             mark("{column}: {count} different values in {rows} are not dates.")),
}  # fmt: skip


def sentence(request: Request, column: str, texts: int, rows: int, kind: str = "") -> str:
    """`Country: 437 different values in 942 rows are not known.`"""
    if not texts:
        return column
    counted = say(request, "1 row") if rows == 1 else say(request, "{count} rows", count=_number(request, rows))
    return say(request, _TOLD[kind][texts != 1], column=column, count=_number(request, texts), rows=counted)


def outcome_sentences(request: Request, mapping: Any) -> tuple[str, ...]:
    """What was not known in a finished import, and what was done with it."""
    done = {
        "refuse": say(request, "These rows were refused."),
        "suggested": say(request, "What was suggested was taken; the text is in the notes."),
        "keep": say(request, "The field stayed empty; the text is in the notes."),
        "empty": say(request, "The field stayed empty."),
        "create": say(request, "Records were created."),
    }
    kept = mapping.get("unknown", []) if isinstance(mapping, dict) else []
    return tuple(
        f"{sentence(request, column, texts, rows, *kind)} {done.get(choice, '')}"
        for column, texts, rows, choice, *kind in kept
        if texts
    )


def read_meanings(form: MultiDict[str, str]) -> Iterator[tuple[str, str, Meant | None]]:
    """What a person said that single texts mean: field, text, and the record, its name, or None for nothing."""
    for name in form:
        asked = _SAYS.fullmatch(name)
        if asked:
            chosen, typed = form.get(asked[1], "").strip(), form.get(f"{asked[1]}.text", "").strip()
            meant: Meant | None = int(chosen) if chosen.isdigit() and typed else (typed or chosen or None)
            yield asked[2], form[name], meant


def _column(request: Request, file: ImportFile, one: Unknown) -> UnknownColumn:
    puzzling = sorted(one.values.items(), key=lambda item: (item[0] in one.suggested, -item[1]))
    said = [*one.given.most_common(), *puzzling[:SHOWN_TEXTS]]
    texts = tuple(_text(request, file, one, place, text, rows) for place, (text, rows) in enumerate(said))
    return UnknownColumn(
        one.name, one.column, sentence(request, one.column, len(one.values), len(one.lines), one.kind),
        choices=_choices(request, file, one) if one.values else (), texts=texts,
        more=max(0, len(one.values) - SHOWN_TEXTS), opened=bool(one.given),
    )  # fmt: skip


def _choices(request: Request, file: ImportFile, one: Unknown) -> tuple[Choice, ...]:
    env = request.env
    notes = env.registry[file.model].fields.get(notes_field(env, file.model))
    remarks = env.translate_term(notes.string, notes.addon) if notes is not None else ""
    labels = {
        "refuse": say(request, "Refuse these rows"),
        "suggested": say(
            request, "Take what is suggested, in {count} rows, and keep the text in {field}",
            count=_number(request, one.helped), field=remarks,
        ),
        "keep": say(request, "Leave the field empty, and keep the text in {field}", field=remarks),
        "empty": say(request, "Leave the field empty"),
        "create": say(request, "Create {count} records", count=_number(request, len(one.values))),
    }  # fmt: skip
    listed = [choice for choice in one.choices if choice != "suggested" or one.suggested or one.choice == choice]
    return tuple(Choice(choice, labels[choice], choice == one.choice) for choice in listed)


def _text(request: Request, file: ImportFile, one: Unknown, place: int, text: str, rows: int) -> UnknownText:
    """One text, with the input that says what it means where the field is a link or a selection."""
    env = request.env
    bound: Any = env.registry[file.model].field(one.name)
    meant = file.meant.get(one.name, {}).get(text, "")
    suggested = one.suggested.get(text, (0, ""))[1]
    name = f"meant.{one.name}.{place}"
    common: dict[str, Any] = {
        "name": name, "label": say(request, "What “{text}” means", text=text), "mode": "edit", "nolabel": True,
        "placeholder": say(request, "{name} (suggested)", name=suggested) if suggested else "",
    }  # fmt: skip
    field = None
    if bound.type in LINKS:
        record: Any = env[bound.comodel].browse(meant if isinstance(meant, int) and meant else ())
        shown = record.display_name if record else str(meant)
        source = link(f"/web/{file.model}/m2o", field=one.name)
        raw = str(meant) if record else ""
        field = FieldView(**common, widget="many2one", text=shown, raw=raw, source=source)
    elif bound.type == "selection":
        options = tuple(Choice(label, label, label == meant) for label in bound.labels(env).values())
        field = FieldView(**common, widget="selection", choices=options, raw=str(meant))
    return UnknownText(text, _number(request, rows), name, field)


def _number(request: Request, value: int) -> str:
    return format_number(value, 0, request.lang)
