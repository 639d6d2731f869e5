# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Relation to the head of the family: the two sets of codes (DOMAIN 2.3).

The registry keeps the finer one, SHDK of the KK. Every DTSEN code has an SHDK code
that leads back to it, so what DTSEN delivered can be told from what is kept.
"""

HEAD = "1"

# SHDK, on the KK of Dukcapil.
SHDK = [
    ("1", "Head of family"),
    ("2", "Husband"),
    ("3", "Wife"),
    ("4", "Child"),
    ("5", "Child-in-law"),
    ("6", "Grandchild"),
    ("7", "Parent"),
    ("8", "Parent-in-law"),
    ("9", "Other relative"),
    ("10", "Domestic worker"),
    ("11", "Other"),
]
# Regsosek and DTSEN.
DTSEN = [
    ("1", "Head of family"),
    ("2", "Wife or husband"),
    ("3", "Child"),
    ("4", "Child-in-law"),
    ("5", "Grandchild"),
    ("6", "Parent or parent-in-law"),
    ("7", "Domestic worker or driver"),
    ("8", "Other"),
]
_TO_DTSEN = {
    "1": "1",
    "2": "2",
    "3": "2",
    "4": "3",
    "5": "4",
    "6": "5",
    "7": "6",
    "8": "6",
    "9": "8",
    "10": "7",
    "11": "8",
}
_TO_SHDK = {
    "1": "1",
    "3": "4",
    "4": "5",
    "5": "6",
    # Parent or parent-in-law: DTSEN does not say which.
    "6": "7",
    "7": "10",
    "8": "11",
}
_SPOUSE = {"1": "2", "2": "3"}

# What the others are to a new head, by what he or she was to the former one. Where
# the former relations do not tell, the person is another relative, until the new KK
# says more.
_AFTER = {
    # Husband or wife becomes head: the former head's parents are parents-in-law.
    "2": {"1": "3", "4": "4", "5": "5", "6": "6", "7": "8", "8": "7"},
    "3": {"1": "3", "4": "4", "5": "5", "6": "6", "7": "8", "8": "7"},
    # A child becomes head.
    "4": {"1": "7", "2": "7", "3": "7"},
    # A parent becomes head.
    "7": {"1": "4", "4": "6", "7": "3"},
}
_KEPT = ("10", "11")


def to_dtsen(shdk):
    """Return the DTSEN code of an SHDK code; None if there is no such code."""
    return _TO_DTSEN.get(shdk)


def to_shdk(dtsen, sex):
    """Return an SHDK code of a DTSEN code.

    :param sex: "1" male, "2" female; a spouse's tells husband from wife
    :return: None if there is no such code, or the sex of a spouse is not known
    """
    return _SPOUSE.get(sex) if dtsen == "2" else _TO_SHDK.get(dtsen)


def after_new_head(relation, head_was, sex):
    """Return what a member is to the new head; a proposal, the new KK decides.

    :param relation: what the member was to the former head
    :param head_was: what the new head was to the former head
    :param sex: of the member
    """
    if relation in _KEPT:
        return relation
    after = _AFTER.get(head_was, {}).get(relation, "9")
    return _SPOUSE.get(sex, after) if after == "3" else after
