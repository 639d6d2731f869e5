# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a bank file says, whatever its layout."""

import re
from dataclasses import dataclass
from datetime import date

# Result codes (DOMAIN 5.1). The programme's own; a bank's codes are mapped to them.
SUCCESS = "00"
RESULT_CODES = [
    (SUCCESS, "Success"),
    ("01", "Account not found"),
    ("02", "Name does not match"),
    ("03", "Account passive or dormant"),
    ("04", "Account closed"),
    ("05", "Account blocked"),
    ("06", "Twice in the file"),
    ("07", "Amount does not match"),
    ("08", "Data refused by the bank"),
    ("99", "Other"),
]
# Failures that lie with the account: it is not used again before it is mended.
ACCOUNT_CODES = ("01", "02", "03", "04", "05")

_AMOUNT = re.compile(r"^([0-9]{1,18})(?:\.0{1,2})?$")
_COUNT = re.compile(r"^[0-9]{1,9}$")


class LayoutError(ValueError):
    """The file is not what its layout says.

    :param code: what is wrong; the backend has a sentence for each
    :param values: where it is, and what was found
    """

    def __init__(self, code, **values):
        super().__init__(code, values)
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Order:
    """Head of a file to the bank: count and total are declared before the lines."""

    number: str
    kind: str
    day: date
    debit_account: str
    count: int
    total: int


@dataclass(frozen=True)
class OrderLine:
    """One account to open or to credit; amounts in rupiah.

    ``nik`` and ``birth_date`` stand in orders to open an account only.
    """

    reference: str
    account: str
    name: str
    amount: int
    address: str = ""
    remark: str = ""
    nik: str = ""
    birth_date: str = ""


@dataclass(frozen=True)
class Result:
    """Head of the bank's answer to an order."""

    number: str
    count: int
    total: int


@dataclass(frozen=True)
class ResultLine:
    """What became of one line; *row* is its place in the file, from one."""

    row: int
    reference: str
    account: str
    name: str
    amount: int
    code: str
    message: str = ""


def to_amount(text, row):
    """Return whole rupiah from the text of a file; *row* is where it stands."""
    match = _AMOUNT.match(text)
    if not match:
        raise LayoutError("amount", row=row, text=text)
    return int(match[1])


def to_count(text, row):
    """Return the number of lines from the text of a file."""
    if not _COUNT.match(text):
        raise LayoutError("count", row=row, text=text)
    return int(text)


def to_day(text, row):
    """Return the date from YYYYMMDD."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError as error:
        raise LayoutError("day", row=row, text=text) from error


def counted(order, lines):
    """Yield *lines* and see that they are as many and as much as *order* declares."""
    count = total = 0
    for line in lines:
        count += 1
        total += line.amount
        yield line
    if (count, total) != (order.count, order.total):
        raise LayoutError(
            "declared",
            count=order.count,
            total=order.total,
            found_count=count,
            found_total=total,
        )
