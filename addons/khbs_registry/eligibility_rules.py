# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a rule set asks of a family, apart from where it is written. Knows no Odoo."""

import dataclasses
import datetime

# What a family may be required to have; a missing one is a reason of its own.
MINIMUM_DATA = {
    "head_nik": "NIK_MISSING",
    "place": "PLACE_MISSING",
    "address": "ADDRESS_MISSING",
    "birth_date": "BIRTH_MISSING",
}


@dataclasses.dataclass(frozen=True)
class Rules:
    """The rules of one decision.

    :param max_decile: families of this decile and below may receive the card
    :param excluding: ids of the programmes that exclude
    :param flagging: ids of the programmes that call for verification
    :param unit: ``kk`` or ``house``
    :param needs: keys of MINIMUM_DATA
    """

    max_decile: int
    excluding: tuple[int, ...] = ()
    flagging: tuple[int, ...] = ()
    unit: str = "kk"
    needs: frozenset = frozenset()


def next_quarter(day):
    """Return the first day of the quarter after the one that *day* lies in."""
    month = 3 * ((day.month - 1) // 3) + 4
    if month > 12:
        return datetime.date(day.year + 1, 1, 1)
    return day.replace(month=month, day=1)
