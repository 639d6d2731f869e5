# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The generic layout as rows of text; CSV and XLSX differ in the container only."""

from . import records
from .records import LayoutError

ORDER_MARK = "KHBS-ORDER"
RESULT_MARK = "KHBS-RESULT"
VERSION = "1"
ORDER_COLUMNS = [
    "reference",
    "account",
    "name",
    "amount",
    "address",
    "remark",
    "nik",
    "birth_date",
]
RESULT_COLUMNS = ["reference", "account", "name", "amount", "code", "message"]


def order_rows(order, lines):
    """Yield the rows of an order: head, column names, lines."""
    yield [
        ORDER_MARK,
        VERSION,
        order.number,
        order.kind,
        order.day.strftime("%Y%m%d"),
        order.debit_account,
        order.count,
        order.total,
    ]
    yield ORDER_COLUMNS
    for line in records.counted(order, lines):
        yield [getattr(line, name) for name in ORDER_COLUMNS]


def parse_order(rows):
    """Return the order and the iterable of its lines from rows of text."""
    rows = iter(rows)
    head = _head(rows, ORDER_MARK, 8)
    order = records.Order(
        number=head[2],
        kind=head[3],
        day=records.to_day(head[4], 1),
        debit_account=head[5],
        count=records.to_count(head[6], 1),
        total=records.to_amount(head[7], 1),
    )
    _columns(rows, ORDER_COLUMNS)
    lines = (
        records.OrderLine(**{**line, "amount": records.to_amount(line["amount"], row)})
        for row, line in _lines(rows, ORDER_COLUMNS)
    )
    return order, records.counted(order, lines)


def parse_result(rows):
    """Return the result and the iterable of its lines from rows of text.

    Count and total are returned as the bank declared them; whether the lines agree is
    for the reader of the file to see, who keeps the batch open if they do not.
    """
    rows = iter(rows)
    head = _head(rows, RESULT_MARK, 5)
    result = records.Result(
        number=head[2],
        count=records.to_count(head[3], 1),
        total=records.to_amount(head[4], 1),
    )
    _columns(rows, RESULT_COLUMNS)
    lines = (
        records.ResultLine(
            row=number,
            **{**line, "amount": records.to_amount(line["amount"], row)},
        )
        for number, (row, line) in enumerate(_lines(rows, RESULT_COLUMNS), start=1)
    )
    return result, lines


def _head(rows, mark, size):
    head = next(rows, [])
    if head[:1] != [mark]:
        raise LayoutError("mark", mark=mark)
    if head[1:2] != [VERSION]:
        raise LayoutError("version", version=VERSION)
    if len(head) < size:
        raise LayoutError("cells", row=1, found=len(head), expected=size)
    return head


def _columns(rows, names):
    found = next(rows, [])
    if found[: len(names)] != names:
        raise LayoutError("columns", names=", ".join(names))


def _lines(rows, names):
    for number, row in enumerate(rows, start=3):
        if not any(row):
            continue
        if len(row) < len(names):
            raise LayoutError("cells", row=number, found=len(row), expected=len(names))
        yield number, dict(zip(names, row, strict=False))
