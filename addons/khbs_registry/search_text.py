# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What somebody typed into the one search box: a number, or a name and a place."""

import dataclasses
import re

# A NIK or KK as people write it, with gaps or without.
_NUMBER = re.compile(r"[0-9](?:[ .-]?[0-9])*")
_GAP = re.compile(r"[ .-]")
_HOUSEHOLD = re.compile(r"KHBS-[0-9.]+-[0-9]+")
_SERIAL = re.compile(r"[0-9]{6,7}")
NUMBER_LENGTH = 16
# Shorter words find too much, and no index helps.
SHORTEST_WORD = 3
MOST_WORDS = 6


@dataclasses.dataclass(frozen=True)
class Query:
    """What to look for; one of these is set, or nothing where nothing can be found.

    :param number: sixteen digits, of a NIK or a KK
    :param partial: digits that may be a part of one: nothing is found by them
    :param household: number of a household
    :param serial: last part of the number of a household
    :param words: words of a name and of a place, in any order
    """

    number: str = ""
    partial: bool = False
    household: str = ""
    serial: str = ""
    words: tuple = ()

    def __bool__(self):
        return self != Query()


def parse(text):
    """Return the :class:`Query` that *text* is."""
    text = " ".join((text or "").split())
    digits = _GAP.sub("", text) if _NUMBER.fullmatch(text) else ""
    if len(digits) == NUMBER_LENGTH:
        return Query(number=digits)
    household = _HOUSEHOLD.search(text.upper())
    if household:
        # Also within what a list shows of a family: its number and its head.
        return Query(household=household[0])
    if digits:
        if _SERIAL.fullmatch(text):
            return Query(serial=text)
        return Query(partial=True)
    words = tuple(dict.fromkeys(re.findall(r"[^\s,;]+", text.upper())))[:MOST_WORDS]
    if not any(len(word) >= SHORTEST_WORD for word in words):
        return Query()
    return Query(words=words)
