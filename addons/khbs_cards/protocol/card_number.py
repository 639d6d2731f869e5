# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Card numbers: KH, list (2), index (7), check (2), as in KH01012345642."""

import re

_FORM = re.compile(r"KH([0-9]{2})([0-9]{7})([0-9]{2})")
MAX_INDEX = 9_999_999


class CardNumberError(ValueError):
    """Not the number of any card."""


def make(list_no, index):
    """Return the card number of position *index* (int) in list *list_no* ("01")."""
    if not re.fullmatch(r"[0-9]{2}", list_no) or not 0 <= index <= MAX_INDEX:
        raise CardNumberError("no such list or index")
    digits = f"{list_no}{index:07d}"
    return f"KH{digits}{_check(digits)}"


def parse(card_no):
    """Return (list_no, index) of *card_no*.

    :raises CardNumberError: wrong form or wrong check digits
    """
    match = _FORM.fullmatch(card_no) if isinstance(card_no, str) else None
    if not match:
        raise CardNumberError("a card number is KH and eleven digits")
    list_no, index, check = match.groups()
    if _check(list_no + index) != check:
        raise CardNumberError("the check digits do not match")
    return list_no, int(index)


def _check(digits):
    """ISO 7064 mod 97-10 over the nine digits."""
    return f"{98 - int(digits) * 100 % 97:02d}"
