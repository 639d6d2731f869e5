# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import datetime
import zipfile

import openpyxl
import pytest
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
        (b"nik;nama\n1;\xe9\n", "encoding"),
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
