# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The paper receipt: 32 columns, as the printers of EDC terminals have."""

import textwrap
import time

WIDTH = 32
# Kalimantan Tengah is in WIB, UTC+7, without summer time.
_WIB = 7 * 3600


def rupiah(amount):
    """Return 600000 as "Rp 600.000"."""
    return "Rp " + f"{amount:,}".replace(",", ".")


def wib(seconds):
    """Return Unix seconds as date and time in WIB."""
    return time.strftime("%d-%m-%Y %H:%M", time.gmtime(seconds + _WIB)) + " WIB"


def render(tid, number, at, operator, card_no, name, items, online):
    """Return the receipt of one claim.

    :param items: list of (label, round, amount in rupiah, commodities)
    """
    lines = [
        "KARTU HUMA BETANG SEJAHTERA".center(WIDTH),
        "Provinsi Kalimantan Tengah".center(WIDTH),
        "-" * WIDTH,
        *_pair("No", number),
        *_pair("Waktu", wib(at)),
        *_pair("Terminal", tid),
        *_pair("Petugas", operator),
        *_pair("Kartu", card_no),
        *_wrap(name),
        "-" * WIDTH,
    ]
    for label, round_code, amount, goods in items:
        lines += _wrap(label)
        lines += _pair(f"  {round_code}", rupiah(amount))
        for commodity in goods:
            lines += _wrap(commodity, "  - ")
    lines += [
        "-" * WIDTH,
        *_pair("JUMLAH", rupiah(sum(item[2] for item in items))),
        "Daring" if online else "Luring: dikirim kemudian",
        "-" * WIDTH,
        *_wrap("Bantuan ini gratis. Hitung sebelum meninggalkan tempat."),
        *_wrap("Simpan struk ini sebagai bukti."),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _pair(label, value):
    """Return label at the left and value at the right, on two lines if too long."""
    gap = WIDTH - len(label) - len(value)
    if gap > 0:
        return [label + " " * gap + value]
    return [label, *(line.rjust(WIDTH) for line in textwrap.wrap(value, WIDTH))]


def _wrap(text, lead=""):
    return textwrap.wrap(
        text, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead)
    )
