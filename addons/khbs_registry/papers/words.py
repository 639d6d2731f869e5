# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How Indonesian papers write numbers, money, dates and times (DOMAIN 6)."""

from datetime import UTC, timedelta, timezone

from num2words import num2words

WIB = timezone(timedelta(hours=7), "WIB")
# Titles that stand before a name; those after it follow a comma.
TITLES = {"apt", "dr", "dra", "drg", "drh", "drs", "hj", "ir", "ns", "prof"}
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)


def whole(value):
    """Return *value* as an integer; a sum of rupiah comes from Odoo as a float."""
    integer = int(value)
    if integer != value:
        raise ValueError(f"{value} is no whole number")
    return integer


def number(value):
    """Return a whole number with dots between the thousands: 1.234.567."""
    return f"{whole(value):,}".replace(",", ".")


def rupiah(value):
    """Return an amount of whole rupiah: Rp1.234.567."""
    sign = "-" if value < 0 else ""
    return f"{sign}Rp{number(abs(value))}"


def rupiah_legal(value):
    """Return an amount as decrees write it: figures with two zeros, then words."""
    return f"{rupiah(value)},00 ({terbilang(value)} rupiah)"


def terbilang(value):
    """Return a whole number below a quadrillion in Indonesian words."""
    value = whole(value)
    if value < 0:
        return f"minus {terbilang(-value)}"
    text = num2words(value, lang="id")
    # num2words says seribu for 1,000 alone but "satu juta satu ribu" for 1,001,000.
    if value // 1000 % 1000 == 1:
        text = text.replace("satu ribu", "seribu")
    return text


def listed(items):
    """Return texts in a sentence: a; a dan b; a, b, dan c."""
    *others, last = items or [""]
    if len(others) == 1:
        return f"{others[0]} dan {last}"
    return ", ".join([*others, f"dan {last}" if others else last])


def date(value):
    """Return a date as 20 Februari 2026."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def month_span(first, count):
    """Return *count* months of one year from *first* on: Januari s.d. Maret 2026."""
    last = MONTHS[first.month + count - 2]
    begins = f"{MONTHS[first.month - 1]} s.d. " if count > 1 else ""
    return f"{begins}{last} {first.year}"


def date_in_words(value):
    """Return a date as the head of minutes spells it.

    Jumat tanggal dua puluh bulan Februari tahun dua ribu dua puluh enam.
    """
    return (
        f"{DAYS[value.weekday()]} tanggal {terbilang(value.day)} "
        f"bulan {MONTHS[value.month - 1]} tahun {terbilang(value.year)}"
    )


def utc(value):
    """Return a datetime in UTC; one without a zone is UTC, as Odoo stores it."""
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def moment(value):
    """Return a time as 22 November 2026 pukul 08.05 WIB."""
    local = utc(value).astimezone(WIB)
    return f"{date(local)} pukul {local:%H.%M} WIB"


def capitals(name):
    """Return a person's name as signatures have it: titles keep their letters.

    ``Dr. Hj. Siti, S.Sos.`` is ``Dr. Hj. SITI, S.Sos.``
    """
    name, comma, titles = name.partition(",")
    before = [
        word if word.rstrip(".").lower() in TITLES else word.upper()
        for word in name.split()
    ]
    return " ".join(before) + comma + titles.rstrip()


def nip(value):
    """Return the eighteen digits of a NIP grouped 8-6-1-3."""
    digits = "".join(value.split())
    if len(digits) != 18:
        return value
    return " ".join((digits[:8], digits[8:14], digits[14], digits[15:]))
