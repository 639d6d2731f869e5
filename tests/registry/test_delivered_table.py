# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime
import tracemalloc
import zipfile

import openpyxl
import pytest
import xlsxwriter
from khbs_registry import packed_file
from khbs_registry.delivered_table import TableError, open_table

COLUMNS = ("nik", "nama")


def rows_of(path):
    with open_table(path, COLUMNS) as table:
        return list(table.rows())


@pytest.mark.parametrize("delimiter", ";,")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_with_either_delimiter_and_with_or_without_bom(
    tmp_path, delimiter, encoding
):
    file = tmp_path / "a.csv"
    text = f"Nama{delimiter}NIK{delimiter}lain\nSITI{delimiter} 1 {delimiter}x\n"
    file.write_text(text, encoding)
    assert rows_of(file) == [(2, ["SITI", " 1 ", "x"], ["1", "SITI"])]


def test_a_row_of_another_width_keeps_its_cells(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("nik;nama\n1;SITI;x\n\n;\n2;BUDI\n")
    assert rows_of(file) == [
        (2, ["1", "SITI", "x"], None),
        (5, ["2", "BUDI"], ["2", "BUDI"]),
    ]


def test_xlsx_shows_what_excel_made_of_a_number(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["nik", "nama"])
    book.active.append([6206014506919012, datetime.date(1991, 6, 5)])
    book.active.append(["6206014506919012", 7])
    book.active.append(["1"])
    file = tmp_path / "a.xlsx"
    book.save(file)
    assert [values for _line, _cells, values in rows_of(file)] == [
        ["6.20601450691901E+15", "1991-06-05"],
        ["6206014506919012", "7"],
        ["1", ""],
    ]


def test_a_csv_alone_in_a_zip(tmp_path):
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("kiriman.csv", "\ufeffnik;nama\n1;SITI\n")
    assert rows_of(file) == [(2, ["1", "SITI"], ["1", "SITI"])]
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("lain.csv", "")
    with pytest.raises(TableError) as caught:
        rows_of(file)
    assert caught.value.code == "archive"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"nik;name\n", "columns"),
        ("nik;nama\n1;\u00e9\n".encode("utf-16"), "encoding"),
        (b"nik;nama\n1;\x81\xe9\n", "encoding"),
        (b'nik;nama\n1;"open\n', "broken"),
        (b"PK\x03\x04 no archive", "broken"),
    ],
)
def test_what_is_no_such_table_is_said_so(tmp_path, content, code):
    file = tmp_path / "a"
    file.write_bytes(content)
    with pytest.raises(TableError) as caught:
        rows_of(file)
    assert caught.value.code == code


def test_windows_1252_is_told_from_utf_8(tmp_path):
    file = tmp_path / "a.csv"
    for encoding, known in [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
    ]:
        file.write_text("nik;nama\n1;MA\u2019RIMBA\n", encoding)
        with open_table(file, COLUMNS) as table:
            assert table.encoding == known
            assert [cells for _line, _all, cells in table.rows()] == [
                ["1", "MA\u2019RIMBA"]
            ]


def test_columns_under_other_heads_below_a_title(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("DAFTAR;\nNama KRT; No NIK \nSITI;1\n")
    with open_table(file, header_line=2) as table:
        table.choose(
            ("nik", "nama", "rt"),
            {"nik": "no nik", "nama": "Nama KRT"},
            optional={"rt"},
        )
        assert list(table.rows()) == [(3, ["SITI", "1"], ["1", "SITI", ""])]
        with pytest.raises(TableError):
            table.choose(("nik", "nama", "rt"))


def test_merged_cells_of_a_sheet_are_no_values(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ("no_kk", "nik", "nama"),
        ("7", "1", "SITI"),
        ("7", "2", "BUDI"),
        ("8", "3", "ULIN"),
    ]:
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    file = tmp_path / "a.xlsx"
    book.save(file)
    with open_table(file, ("no_kk", "nik")) as table:
        rows = list(table.rows())
        assert rows[0][2] == ["7", "1"]
        assert rows[1] == (3, ["", "2", "BUDI"], None)
        assert rows[2][2] == ["8", "3"]
        assert table.guess(rows[1][1]) == (True, ["7", "2"])
    with open_table(file, COLUMNS) as table:  # the merged column is not asked for
        assert [row[2] for row in table.rows()][1] == ["2", "BUDI"]


def test_the_texts_of_a_large_sheet_stay_out_of_memory(tmp_path):
    """Excel keeps the texts of all cells apart from the sheet."""
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, COLUMNS)
        for row in range(1, 20_000):
            sheet.write_row(row, 0, [f"{row:016d}", f"WARGA {row}"])
    tracemalloc.start()
    with open_table(file, COLUMNS) as table:
        count = sum(1 for _row in table.rows())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 19_999
    assert peak < 3_000_000


HEAD = '<row r="1"><c t="str"><v>nik</v></c><c t="str"><v>nama</v></c></row>'


def workbook(path, rows, before=""):
    """Write a workbook of a bare sheet, as no spreadsheet would."""
    book = openpyxl.Workbook()
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        f"<?xml version='1.0'?>{before}"
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{HEAD}{rows}</sheetData></worksheet>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_formatted_cells_without_content_are_no_columns(tmp_path):
    file = tmp_path / "a.xlsx"
    rows = (
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="str"><v>SITI</v></c>'
        '<c r="C2" s="0"/><c r="XFD2" s="0"/></row>'
        '<row r="4"><c r="B4" t="str"><v>BUDI</v></c></row>'
    )
    workbook(file, rows)
    assert rows_of(file) == [
        (2, ["1", "SITI"], ["1", "SITI"]),
        (4, ["", "BUDI"], ["", "BUDI"]),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2"><v>abc</v></c></row>',
        '<row r="2"><c r="A2"><v>nan</v></c></row>',
        '<row r="2"><c r="A2" s="x"><v>1</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>7</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>-1</v></c></row>',
        '<row r="2"><c r="2"><v>1</v></c></row>',
        '<row r="2"><c r="ZZZZ2"><v>1</v></c></row>',
        '<row r="2"><c r="XFD2"><v>1</v></c></row>',
        '<row r="3"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>',
        '<row r="2"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>',
        '<row r="9999999"><c r="A2"><v>1</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></row>',
    ],
)
def test_a_sheet_that_no_spreadsheet_writes_is_broken(tmp_path, rows):
    file = tmp_path / "a.xlsx"
    workbook(file, rows)
    with pytest.raises(TableError) as caught:
        rows_of(file)
    assert caught.value.code == "broken"


def test_a_workbook_declares_no_entities(tmp_path):
    file = tmp_path / "a.xlsx"
    row = '<row r="2"><c t="str"><v>&a;</v></c></row>'
    workbook(file, row, before='<!DOCTYPE a [<!ENTITY a "1">]>')
    with pytest.raises(TableError) as caught:
        rows_of(file)
    assert caught.value.code == "broken"


def test_a_file_that_unpacks_without_end_is_refused(tmp_path):
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("kiriman.csv", "w") as member:
            for _piece in range(64):
                member.write(b"a" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(TableError) as caught:
        rows_of(file)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code == "broken"
    assert peak < 16 << 20


@pytest.mark.parametrize("bound", ["MOST_BYTES", "MOST_BYTES_AT_ONCE"])
def test_what_a_file_unpacks_to_has_bounds(tmp_path, monkeypatch, bound):
    file = tmp_path / "a.xlsx"
    workbook(file, "")
    monkeypatch.setattr(packed_file, bound, 500)
    with pytest.raises(TableError) as caught:
        rows_of(file)
    assert caught.value.code == "large"


def test_a_password_or_a_broken_archive_is_said_so(tmp_path):
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kiriman.csv", "nik;nama\n" + "1;SITI\n" * 100)
    whole = file.read_bytes()
    locked = bytearray(whole)
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    broken = bytearray(whole)
    broken[45:55] = b"\xff" * 10
    for content, code in ((locked, "locked"), (broken, "broken")):
        file.write_bytes(content)
        with pytest.raises(TableError) as caught:
            rows_of(file)
        assert caught.value.code == code
