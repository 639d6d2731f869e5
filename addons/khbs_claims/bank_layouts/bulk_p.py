# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The bulk ``P`` layout of corporate cash management (DOMAIN 5.1).

Lines of text without quotes, cells divided by commas: a head ``P`` and one line for
each credit. Banks of this layout take plain capitals only, so names and addresses are
spelled accordingly and cut to their width.
"""

import io
import itertools
import re
import unicodedata

from . import records
from .records import LayoutError

CODE = "p"
LABEL = "P (payroll)"
EXTENSION = "txt"
MIMETYPE = "text/plain"
KINDS = ("transfer",)

ACCOUNT_WIDTH = 35
NAME_WIDTH = 40
ADDRESS_WIDTH = 35
REMARK_WIDTH = 140
CURRENCY = "IDR"
# In-house transfer: the families' accounts are at the same bank.
SERVICE = "IBU"
CELLS = 10

_UNSAFE = re.compile(r"[^A-Z0-9 .'/()&:+-]+")


def plain(text, width):
    """Return *text* as the layout can carry it: plain capitals, cut to *width*."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = _UNSAFE.sub(" ", letters.upper()).split()
    return " ".join(words)[:width].strip()


def write_order(order, lines, file):
    if order.kind not in KINDS:
        raise LayoutError("kind")
    text = io.TextIOWrapper(file, encoding="ascii", newline="", write_through=True)
    text.write(
        f"P,{order.day:%Y%m%d},{order.debit_account},{order.count},{order.total}.00\r\n"
    )
    for line in records.counted(order, lines):
        text.write(",".join(_cells(line)) + "\r\n")
    text.detach()


def _cells(line):
    if not re.match(r"^[0-9]{1,35}$", line.account):
        raise LayoutError("account", reference=line.reference)
    address = plain(line.address, 3 * ADDRESS_WIDTH)
    parts = [
        address[start : start + ADDRESS_WIDTH].strip()
        for start in range(0, 3 * ADDRESS_WIDTH, ADDRESS_WIDTH)
    ]
    return [
        line.account,
        plain(line.name, NAME_WIDTH),
        *parts,
        CURRENCY,
        f"{line.amount}.00",
        plain(line.remark, REMARK_WIDTH),
        line.reference,
        SERVICE,
    ]


def read_order(file):
    text = io.TextIOWrapper(file, encoding="ascii", newline="")
    rows = (row.rstrip("\r\n").split(",") for row in text)
    try:
        head = next(rows, [])
    except UnicodeDecodeError as error:
        raise LayoutError("encoding") from error
    if head[:1] != ["P"] or len(head) != 5:
        raise LayoutError("mark", mark="P")
    order = records.Order(
        # The layout has no place for the number of the order.
        number="",
        kind="transfer",
        day=records.to_day(head[1], 1),
        debit_account=head[2],
        count=records.to_count(head[3], 1),
        total=records.to_amount(head[4], 1),
    )
    return order, records.counted(order, _lines(rows))


def _lines(rows):
    for number, cells in zip(itertools.count(2), rows, strict=False):
        if len(cells) != CELLS:
            raise LayoutError("cells", row=number, found=len(cells), expected=CELLS)
        yield records.OrderLine(
            reference=cells[8],
            account=cells[0],
            name=cells[1],
            amount=records.to_amount(cells[6], number),
            address=" ".join(part for part in cells[2:5] if part),
            remark=cells[7],
        )
