# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""NIK and Nomor KK: what the sixteen digits must and may be (DOMAIN 2.4, 2.5)."""

import re

SIXTEEN_DIGITS = re.compile(r"^[0-9]{16}$")
# A sixteen-digit number that a spreadsheet took for a quantity: 6.20601E+15, or a
# number with a decimal part. Its last digit is lost, so it cannot be mended here.
FLOATED = re.compile(r"^[0-9]+[.,][0-9]*(?:[Ee]\+?[0-9]+)?$|^[0-9]+[Ee]\+?[0-9]+$")
# BPS writes these where a NIK is missing: fifteen nines, then the cause.
PLACEHOLDER = re.compile(r"^9{15}[0-9]$|^0{16}$")
# In a text: twelve digits or more, however they are set apart.
PERSONAL_NUMBER = re.compile(r"[0-9]([ .-]?[0-9]){11,}")
PROVINCES = (
    frozenset(range(11, 20))
    | {21}
    | frozenset(range(31, 37))
    | frozenset(range(51, 54))
    | frozenset(range(61, 66))
    | frozenset(range(71, 77))
    | {81, 82}
    | frozenset(range(91, 98))
)
# Last day of each month, in a leap year.
LAST_DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# Women have 40 added to the day of birth.
WOMEN_DAY = 40


def mask(number):
    """Return a NIK or KK number fit for the eyes of any user.

    The four digits of the regency and the last four stay, as in 6206********0012.
    """
    if not number or len(number) < 12:
        return number or ""
    return number[:4] + "*" * (len(number) - 8) + number[-4:]


def mask_account(number):
    """Return the number of a bank account with its last four digits alone."""
    number = number or ""
    return "*" * len(number[:-4]) + number[-4:]


def is_placeholder(nik):
    """Tell whether *nik* stands for "has none"."""
    return bool(PLACEHOLDER.match(nik))


def is_floated(number):
    """Tell whether *number* went through a spreadsheet's number format."""
    return bool(FLOATED.match(number))


def nik_form_error(nik):
    """Return what no NIK can be (a code), or None.

    The region is that of the first registration and may lie in any province; the
    date need not be the date of birth, for a NIK never changes.
    """
    if not SIXTEEN_DIGITS.match(nik):
        return "NIK_FORM"
    day = int(nik[6:8])
    if not (1 <= day <= 31 or WOMEN_DAY + 1 <= day <= WOMEN_DAY + 31):
        return "NIK_FORM"
    if not "01" <= nik[8:10] <= "12" or nik[12:] == "0000":
        return "NIK_FORM"
    return None if int(nik[:2]) in PROVINCES else "NIK_FORM"


def nik_warnings(nik, birth_date, sex, districts):
    """Return the codes of what a person should look at in a well-formed *nik*.

    None of them is a cause to reject: a NIK never changes, and its region is that of
    the first registration (DOMAIN 2.4).

    :param birth_date: ISO date or None
    :param sex: "1" male, "2" female, or None
    :param districts: the six-digit codes of the districts of province 62
    """
    codes = []
    day = int(nik[6:8])
    woman = day > WOMEN_DAY
    day -= WOMEN_DAY if woman else 0
    if sex and woman != (sex == "2"):
        codes.append("NIK_SEX_DIFFERS")
    if day > LAST_DAYS[int(nik[8:10])]:
        codes.append("NIK_DATE_IMPOSSIBLE")
    elif birth_date:
        written = f"{day:02d}{nik[8:12]}"
        if written != birth_date[8:10] + birth_date[5:7] + birth_date[2:4]:
            codes.append("NIK_DATE_DIFFERS")
    if nik.startswith("62") and nik[:6] not in districts:
        codes.append("NIK_REGION_UNKNOWN")
    return codes


def nik_disagrees(nik, birth_date, sex):
    """Tell whether a well-formed *nik* differs from the date of birth or the sex."""
    codes = nik_warnings(nik, birth_date, sex, {nik[:6]})
    return bool({"NIK_SEX_DIFFERS", "NIK_DATE_DIFFERS"} & set(codes))


def kk_form_error(number):
    """Return what no KK number can be (a code), or None."""
    if not SIXTEEN_DIGITS.match(number) or is_placeholder(number):
        return "KK_FORM"
    if not "01" <= number[6:8] <= "31" or not "01" <= number[8:10] <= "12":
        return "KK_FORM"
    return "KK_FORM" if number[12:] == "0000" else None
