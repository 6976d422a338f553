"""Reads a CSV or spreadsheet file a person brings: encoding and separator are found, or chosen by the person."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook

from core.data.sheets.cells import unmistakable
from core.data.sheets.formulas import original
from core.errors import UserError, fill

SEPARATORS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "utf-16")
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OTHERS = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"{\\rtf")
"""How files begin that are no text with rows: PDF, pictures, archives, documents."""
MOST_ROWS = 200_000
MOST_COLUMNS = 500


@dataclass(frozen=True)
class Sheet:
    """A file as text cells.

    Attributes:
        header: the titles of the columns.
        rows: the other rows that are not blank, each as long as the header.
        lines: for each row, its line in the file (the header is line 1).
    """

    file_name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    encoding: str = ""
    separator: str = ""


def read_sheet(data: bytes, file_name: str, encoding: str = "", separator: str = "", title: str = "") -> Sheet:
    """The cells of a file.

    Args:
        data: its bytes.
        file_name: its name; the ending tells spreadsheets from CSV.
        encoding: of a CSV file; found out when empty.
        separator: of a CSV file; found out when empty.
        title: when the first line is a row like the others, what columns are called, with their number in place of
            `{number}`.

    Raises:
        UserError: when the file cannot be read, is empty, or is too large; the message says what to do.
    """
    if file_name.lower().endswith(SPREADSHEETS):
        return _spreadsheet(data, file_name, title)
    if data.startswith(_OTHERS) or (b"\0" in data[:4096] and not encoding and not data.startswith(_WIDE)):
        raise UserError("{file} is not a CSV file or a spreadsheet.", file=file_name)
    text, found = _decode(data, encoding)
    mark = separator or _separator(text)
    numbered: list[tuple[int, list[str]]] = []
    last = 0
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        for cells in reader:
            numbered.append((last + 1, [original(cell) for cell in cells]))
            last = reader.line_num
    except csv.Error as error:
        raise UserError(
            "Line {line} of {file} cannot be read: {why}", line=last + 1, file=file_name, why=str(error)
        ) from error
    return _sheet(file_name, numbered, found, mark, title)


def _decode(data: bytes, encoding: str) -> tuple[str, str]:
    """The text and the encoding. Files that are no UTF-8 are taken for cp1252, as Spanish office programs write."""
    if encoding:
        try:
            return data.decode(encoding).removeprefix("\ufeff"), encoding
        except (UnicodeDecodeError, LookupError) as error:
            raise UserError("The file is not in {encoding}; choose another encoding.", encoding=encoding) from error
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig"), "utf-8"
    if data.startswith(_WIDE):
        return data.decode("utf-16"), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "cp1252"


def _separator(text: str) -> str:
    """The separator that cuts the first lines into the same number of cells, and the most of them."""
    head = "\n".join(text.splitlines()[:30])
    best, most = ",", (0, 0)
    for mark in SEPARATORS:
        try:
            rows = [row for row in csv.reader(io.StringIO(head), delimiter=mark) if row]
        except csv.Error:
            continue
        width = len(rows[0]) if rows else 0
        score = (sum(len(row) == width for row in rows) if width > 1 else 0, width)
        if score > most:
            best, most = mark, score
    return best


def _spreadsheet(data: bytes, file_name: str, title: str) -> Sheet:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        cells = sheet.to_python()
    except (CalamineError, OSError, ValueError) as error:
        raise UserError("{file} cannot be read as a spreadsheet.", file=file_name) from error
    first = (sheet.start or (0, 0))[0] + 1
    numbered = [(line, [_text(cell) for cell in row]) for line, row in enumerate(cells, start=first)]
    return _sheet(file_name, numbered, "", "", title)


def _text(cell: object) -> str:
    """A cell as a person would type it; dates in ISO form, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, float):
        return unmistakable(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def _sheet(file_name: str, numbered: list[tuple[int, list[str]]], encoding: str, separator: str, title: str) -> Sheet:
    filled = [(line, cells) for line, cells in numbered if any(cell.strip() for cell in cells)]
    if not filled:
        raise UserError("{file} is empty.", file=file_name)
    if title:
        widest = max(len(cells) for _, cells in filled)
        filled.insert(0, (0, [fill(title, {"number": n}) for n in range(1, widest + 1)]))
    header = tuple(cell.strip() for cell in filled[0][1])
    if len(header) > MOST_COLUMNS or len(filled) > MOST_ROWS:
        raise UserError(
            "{file} is too large: at most {rows} rows, {columns} columns.",
            file=file_name,
            rows=MOST_ROWS,
            columns=MOST_COLUMNS,
        )
    width = len(header)
    rows = tuple(tuple((*cells, *[""] * width)[:width]) for _, cells in filled[1:])
    return Sheet(file_name, header, rows, tuple(line for line, _ in filled[1:]), encoding, separator)
