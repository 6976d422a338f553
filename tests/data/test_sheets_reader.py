"""Files as people bring them: encodings, separators, quotes and workbooks become the same cells."""

import datetime as dt
import io

import pytest
import xlsxwriter

from core.data.sheets.reader import read_sheet
from core.errors import UserError

ROWS = [["Empresa", "País", "Etiquetas"], ["Piñón y Cía", "España", "Madera, Café"], ["Ünal «Ç»", "Türkiye", ""]]


def as_csv(separator):
    return "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in ROWS)


def workbook(rows, **formats):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write_datetime(y, x, cell, day)
            else:
                sheet.write(y, x, cell)
    book.close()
    return out.getvalue()


@pytest.mark.case("C43")
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("codec", "said"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "cp1252")]
)
def test_encoding_and_separator_are_found_out(codec, said, separator):
    text = as_csv(separator) if codec != "cp1252" else as_csv(separator).replace("Türkiye", "Turkiye")
    sheet = read_sheet(text.encode(codec), "a.csv")
    assert (sheet.encoding, sheet.separator) == (said, separator)
    assert sheet.header == ("Empresa", "País", "Etiquetas")
    assert sheet.rows[0] == ("Piñón y Cía", "España", "Madera, Café")
    assert sheet.rows[1][0] == "Ünal «Ç»"


@pytest.mark.case("C43")
def test_commas_inside_cells_do_not_hide_a_semicolon():
    sheet = read_sheet(b"Name;Tags\nOak;wood, tree, old\nFir;wood, tree, new\n", "a.csv")
    assert sheet.separator == ";"
    assert sheet.rows == (("Oak", "wood, tree, old"), ("Fir", "wood, tree, new"))


def test_what_the_person_says_counts():
    data = "Name;Note\nŽofie;€5\n".encode("iso-8859-15")
    assert read_sheet(data, "a.csv", "iso-8859-15").rows == (("Žofie", "€5"),)
    assert read_sheet(data, "a.csv", "iso-8859-15", ",").header == ("Name;Note",)
    with pytest.raises(UserError, match="not in utf-8"):
        read_sheet(data, "a.csv", "utf-8")


@pytest.mark.case("C43")
def test_lines_are_those_of_the_file_in_spite_of_blank_ones_and_line_breaks_in_cells():
    sheet = read_sheet(b'Name,Note\n\nA,"one\ntwo"\n,\nB,\n', "a.csv")
    assert [row[0] for row in sheet.rows] == ["A", "B"]
    assert sheet.lines == (3, 6)


def test_a_file_without_titles_has_its_columns_numbered():
    sheet = read_sheet(b"Oak,Lugo\nFir,Bonn,x\n", "a.csv", title="Column {number}")
    assert sheet.header == ("Column 1", "Column 2", "Column 3")
    assert sheet.rows == (("Oak", "Lugo", ""), ("Fir", "Bonn", "x"))
    assert sheet.lines == (1, 2)


def test_short_rows_are_filled_and_long_ones_cut():
    sheet = read_sheet(b"a,b,c\n1\n1,2,3,4\n", "a.csv")
    assert sheet.rows == (("1", "", ""), ("1", "2", "3"))


def test_a_workbook_has_the_same_cells():
    sheet = read_sheet(workbook(ROWS), "A.XLSX")
    assert sheet.header == ("Empresa", "País", "Etiquetas")
    assert sheet.rows == tuple(tuple(row) for row in ROWS[1:])
    assert sheet.lines == (2, 3)


def test_numbers_and_dates_of_a_workbook_are_as_a_person_types_them():
    sheet = read_sheet(workbook([["n", "f", "d"], [34.0, 2.5, dt.date(2026, 3, 9)]]), "a.xlsx")
    assert sheet.rows == (("34", "2.5", "2026-03-09"),)


def test_the_titles_of_a_workbook_may_begin_below_its_first_line():
    sheet = read_sheet(workbook([[], [], ["Name"], ["Oak"]]), "a.xlsx")
    assert (sheet.header, sheet.rows, sheet.lines) == (("Name",), (("Oak",),), (4,))


@pytest.mark.case("C43", "E06")
@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.csv", "is empty"),
        (b"\n , \n", "a.csv", "is empty"),
        (b"no workbook", "a.xlsx", "cannot be read as a spreadsheet"),
        (b'Name\n"open', "a.csv", "Line 2"),
        (b",".join([b"x"] * 501) + b"\n", "a.csv", "too large"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(data, name, said):
    with pytest.raises(UserError, match=said):
        read_sheet(data, name)


@pytest.mark.parametrize("data", [b'%PDF-1.7\n"x', b"\x89PNG\r\n", b"PK\x03\x04..", b"\x7fELF\0\0"])
def test_files_that_are_no_sheets_say_so(data):
    with pytest.raises(UserError, match="not a CSV file or a spreadsheet"):
        read_sheet(data, "letter.csv")
