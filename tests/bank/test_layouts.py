# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bank files: what is written is read back, and what is wrong is named."""

import io
from datetime import date

import bank_layouts
import openpyxl
import pytest
from bank_layouts import bulk_p, generic_csv, generic_xlsx
from bank_layouts.records import LayoutError, Order, OrderLine, Result, ResultLine
from hypothesis import given, settings
from hypothesis import strategies as st

GENERIC = [generic_csv, generic_xlsx]

# Text as a registry holds it: any script, no control characters.
words = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=60
).map(str.strip)
digits = st.text("0123456789", min_size=1, max_size=20)
order_lines = st.lists(
    st.builds(
        OrderLine,
        reference=st.text("ABCDEFGHIJ0123456789-", min_size=1, max_size=24),
        account=digits,
        name=words,
        amount=st.integers(0, 10**12),
        address=words,
        remark=words,
        nik=st.text("0123456789", min_size=16, max_size=16),
        birth_date=st.dates().map(lambda day: day.strftime("%Y%m%d")),
    ),
    max_size=8,
)


def order_of(lines, kind="transfer"):
    return Order(
        number="BTR-2026-0001",
        kind=kind,
        day=date(2026, 3, 1),
        debit_account="1000000001",
        count=len(lines),
        total=sum(line.amount for line in lines),
    )


def written(layout, order, lines):
    file = io.BytesIO()
    layout.write_order(order, iter(lines), file)
    return file.getvalue()


def result_csv(lines, count=None, total=None, number="BTR-2026-0001"):
    count = len(lines) if count is None else count
    total = sum(line[3] for line in lines) if total is None else total
    rows = [
        ["KHBS-RESULT", "1", number, str(count), str(total)],
        ["reference", "account", "name", "amount", "code", "message"],
        *([str(cell) for cell in line] for line in lines),
    ]
    return "\r\n".join(";".join(row) for row in rows).encode()


@pytest.mark.parametrize("layout", GENERIC)
@given(lines=order_lines)
@settings(max_examples=40, deadline=None)
def test_generic_order_is_read_back_as_written(layout, lines):
    order = order_of(lines)
    found, found_lines = layout.read_order(io.BytesIO(written(layout, order, lines)))
    assert found == order
    assert list(found_lines) == lines


@given(lines=order_lines)
@settings(max_examples=60, deadline=None)
def test_bulk_p_order_is_read_back_in_plain_capitals(lines):
    order = order_of(lines)
    content = written(bulk_p, order, lines)
    found, found_lines = bulk_p.read_order(io.BytesIO(content))
    assert (found.day, found.count, found.total) == (
        order.day,
        order.count,
        order.total,
    )
    for line, read in zip(lines, found_lines, strict=True):
        assert (read.account, read.amount) == (line.account, line.amount)
        assert read.reference == line.reference
        assert read.name == bulk_p.plain(line.name, bulk_p.NAME_WIDTH)
    assert max(map(len, content.decode("ascii").splitlines())) < 400


@pytest.mark.parametrize("layout", [*GENERIC, bulk_p])
def test_lines_that_differ_from_the_declared_total_are_not_written(layout):
    line = OrderLine("R1", "123", "SITI", 250000)
    order = Order("B", "transfer", date(2026, 3, 1), "1", 1, 250001)
    with pytest.raises(LayoutError) as caught:
        written(layout, order, [line])
    assert caught.value.code == "declared"


def test_bulk_p_spells_a_name_as_the_bank_takes_it():
    line = OrderLine("R1", "0012", 'Siti "É" Nur, S.E.', 250000, "Jl. A,\nRT 1")
    text = written(bulk_p, order_of([line]), [line]).decode()
    assert "0012,SITI E NUR S.E.,JL. A RT 1," in text
    assert ",IDR,250000.00," in text


def test_bulk_p_carries_no_account_opening():
    with pytest.raises(LayoutError):
        written(bulk_p, order_of([], kind="opening"), [])


def test_result_is_read_with_leading_zeros_and_decimals():
    content = result_csv([["R1", "00123", "SITI", "250000.00", "00", ""]], total=250000)
    result, lines = generic_csv.read_result(io.BytesIO(b"\xef\xbb\xbf" + content))
    assert result == Result("BTR-2026-0001", 1, 250000)
    assert list(lines) == [ResultLine(1, "R1", "00123", "SITI", 250000, "00")]


def test_result_whose_count_differs_is_still_read():
    content = result_csv([["R1", "1", "A", 5, "00", ""]], count=2, total=10)
    result, lines = generic_csv.read_result(io.BytesIO(content))
    assert result.count == 2
    assert len(list(lines)) == 1


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b"", "mark", None),
        (b"reference;account\r\n", "mark", None),
        (b"KHBS-RESULT;2;B;0;0\r\n", "version", None),
        (b"KHBS-RESULT;1;B;x;0\r\n", "count", 1),
        (b"KHBS-RESULT;1;B;0;0\r\nreference;name\r\n", "columns", None),
        (result_csv([["R1", "1", "A", "1,5", "00", ""]], total=1), "amount", 3),
        (result_csv([["R1", "1", "A", "-5", "00", ""]], total=1), "amount", 3),
        (result_csv([["R1", "1", "A"]], total=1), "cells", 3),
        (b"KHBS-RESULT;1;B;0;0\r\n\xff\xfe", "encoding", None),
        (b'KHBS-RESULT;1;B;0;0\r\n"a"b', "csv", 2),
    ],
)
def test_a_result_that_breaks_the_layout_is_refused_with_its_place(content, code, row):
    with pytest.raises(LayoutError) as caught:
        _result, lines = generic_csv.read_result(io.BytesIO(content))
        list(lines)
    assert caught.value.code == code
    assert caught.value.values.get("row") == row


def test_xlsx_account_that_a_spreadsheet_took_for_a_number_is_refused():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["KHBS-RESULT", "1", "B", 1, 250000])
    sheet.append(["reference", "account", "name", "amount", "code", "message"])
    sheet.append(["R1", 6201010101800001, "SITI", 250000, "00"])
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(LayoutError) as caught:
        _result, lines = generic_xlsx.read_result(file)
        list(lines)
    assert caught.value.values == {"row": 3, "column": 2}


def test_a_file_that_is_no_workbook_is_refused():
    with pytest.raises(LayoutError):
        generic_xlsx.read_result(io.BytesIO(b"no workbook"))


def test_layouts_are_found_by_their_code():
    assert bank_layouts.get("p") is bulk_p
    assert [code for code, _label in bank_layouts.result_choices()] == ["csv", "xlsx"]
