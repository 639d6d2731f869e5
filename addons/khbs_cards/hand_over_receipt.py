# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What is told of a hand-over beside the card's own signature."""

import re
from dataclasses import dataclass

# Who took the card. A terminal tells of a representative only: otherwise it was
# somebody of the family.
RECEIVERS = [
    ("head", "Head of family"),
    ("member", "Member of the family"),
    ("representative", "Representative with a letter of authority"),
    ("family", "Somebody of the family"),
]
RELATIONS = [
    ("family", "Near family"),
    ("neighbour", "Neighbour"),
    ("rt", "Head of the RT"),
    ("rw", "Head of the RW"),
    ("village", "Village head or staff"),
    ("other", "Other"),
]
ACKNOWLEDGEMENTS = [("signature", "Signature"), ("thumb_print", "Thumb print")]
MODES = [
    ("office", "Officer with a phone"),
    ("online", "Terminal, online"),
    ("offline", "Terminal, offline"),
]
# What an officer may send; anything else is a mistake of the sender.
TEXTS = {
    "received_by",
    "relation",
    "representative_name",
    "document_number",
    "acknowledged",
    "witness_name",
}
NAMES = TEXTS | {
    "representative_id",
    "letter_checked",
    "letter_scan",
    "notice_given",
    "photo",
}
OF_REPRESENTATIVES = {
    "relation",
    "representative_id",
    "representative_name",
    "document_number",
    "letter_checked",
    "letter_scan",
}
_GAPS = re.compile(r"[\s.\-/]+")
# Degrees are sent as millionths.
MILLIONTHS = 1_000_000
# Half around the earth: nothing is less exact.
MOST_METRES = 20_100_000


@dataclass(frozen=True)
class Position:
    """A place on the earth in degrees, and how exact it is in metres."""

    latitude: float
    longitude: float
    accuracy_m: int

    @classmethod
    def of(cls, geotag):
        """Return the position of [latitude x 1e6, longitude x 1e6, metres], or None.

        A terminal may send any number of metres; the column does not hold any.
        """
        if not geotag:
            return None
        return cls(
            geotag[0] / MILLIONTHS, geotag[1] / MILLIONTHS, min(geotag[2], MOST_METRES)
        )


def is_geotag(value):
    """Tell whether *value* is a place as the protocol writes it."""
    return (
        isinstance(value, list)
        and len(value) == 3
        and all(type(number) is int for number in value)
        and abs(value[0]) <= 90 * MILLIONTHS
        and abs(value[1]) <= 180 * MILLIONTHS
        and value[2] >= 0
    )


def relation_code(text):
    """Return the code of a relation that a terminal sent: its own words are no code.

    They may name a person, which a row that is never changed must not.
    """
    return text if text in dict(RELATIONS) else "other"


def plain_number(text):
    """Return a document's number as everybody would have typed it."""
    return _GAPS.sub("", text or "").upper()


def said_relation(receipt):
    """Return the code of who took the card for the card's story; None if unsaid."""
    if receipt.get("received_by") in ("head", "member"):
        return receipt["received_by"]
    return receipt.get("relation")
