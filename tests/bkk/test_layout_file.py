# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Payment files in the columns that a treasurer maps himself."""

import csv
import io
from datetime import date

import khbs_bkk_layout_file as layout_file
import pytest
from hypothesis import given
from hypothesis import strategies as st
from khbs_bkk_layout_file import Column, Layout, LayoutError
from openpyxl import load_workbook

ROW = {
    "number": 1,
    "name": "DAMANG CONTOH",
    "account": "0012500077000123",
    "net": 731_250,
    "tax": 18_750,
    "paid_on": date(2026, 3, 31),
}
COLUMNS = [
    Column("account", "Rekening"),
    Column("name", "Nama"),
    Column("net", "Jumlah"),
    Column("paid_on", "Tanggal"),
    Column("constant", "Ket", constant="BKK"),
]


def test_csv_has_the_columns_in_their_order():
    layout = Layout(
        delimiter="semicolon",
        date_format="slash",
        amount_format="comma",
        columns=COLUMNS,
    )
    assert layout_file.content(layout, [ROW]).decode() == (
        "Rekening;Nama;Jumlah;Tanggal;Ket\r\n"
        "0012500077000123;DAMANG CONTOH;731250,00;31/03/2026;BKK\r\n"
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("plain", "1234567"),
        ("dots", "1.234.567"),
        ("point", "1234567.00"),
        ("comma", "1234567,00"),
    ],
)
def test_amounts_are_written_as_the_bank_wants(form, expected):
    assert layout_file.amount(1_234_567, form) == expected


def test_fixed_width_cuts_names_and_refuses_to_cut_numbers():
    columns = [
        Column("account", width=18),
        Column("name", width=6),
        Column("net", "", 9),
    ]
    layout = Layout(file_type="fixed", with_header=False, columns=columns)
    assert (
        layout_file.content(layout, [ROW]) == b"0012500077000123  DAMANG   731250\r\n"
    )
    narrow = Layout(file_type="fixed", columns=[Column("account", "Rek", 10)])
    with pytest.raises(LayoutError, match="Rek") as caught:
        layout_file.content(narrow, [ROW])
    assert (caught.value.row, caught.value.length) == (1, 16)
    # It says how long the number is, not the number.
    assert ROW["account"] not in str(vars(caught.value)) + str(caught.value)
    with pytest.raises(LayoutError):
        layout_file.content(Layout(file_type="fixed", columns=[Column("net")]), [ROW])


def test_a_workbook_keeps_every_digit_of_an_account():
    layout = Layout(file_type="xlsx", columns=COLUMNS)
    book = load_workbook(io.BytesIO(layout_file.content(layout, [ROW])))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:3] == ("Rekening", "Nama", "Jumlah")
    assert rows[1][:3] == ("0012500077000123", "DAMANG CONTOH", 731_250)


@pytest.mark.parametrize("name", ["=1+1", "+62", "@SUM(A1)", "-2"])
def test_no_text_becomes_a_formula(name):
    layout = Layout(with_header=False, columns=[Column("name")])
    assert layout_file.content(layout, [{"name": name}]).decode() == f"'{name}\r\n"
    book = load_workbook(
        io.BytesIO(
            layout_file.content(
                Layout(file_type="xlsx", with_header=False, columns=[Column("name")]),
                [{"name": name}],
            )
        )
    )
    assert book.active["A1"].data_type == "s"


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": st.text(max_size=30),
                "net": st.integers(min_value=0, max_value=10**12),
                "tax": st.integers(min_value=0, max_value=10**12),
            }
        ),
        max_size=20,
    ),
    st.sampled_from(sorted(layout_file.DELIMITERS)),
)
def test_what_is_written_is_read_again(rows, delimiter):
    columns = [Column("net", "Netto"), Column("name", "Nama"), Column("tax", "PPh")]
    content = layout_file.content(Layout(delimiter=delimiter, columns=columns), rows)
    reader = csv.reader(
        io.StringIO(content.decode(), newline=""),
        delimiter=layout_file.DELIMITERS[delimiter],
    )
    head, *lines = reader
    assert head == ["Netto", "Nama", "PPh"]
    assert len(lines) == len(rows)
    assert sum(int(line[0]) for line in lines) == sum(row["net"] for row in rows)
    assert sum(int(line[2]) for line in lines) == sum(row["tax"] for row in rows)
