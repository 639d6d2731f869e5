# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The two code sets of the relation to the head of the family (DOMAIN 2.3)."""

# Of the KK (SHDK).
SHDK = frozenset(str(code) for code in range(1, 12))
# Regsosek's and DTSEN's eight, and all SHDK that each of them may mean. The first one
# is taken where nothing else is known of the person.
SHDK_OF_DTSEN = {
    "1": ("1",),
    "2": ("3", "2"),
    "3": ("4",),
    "4": ("5",),
    "5": ("6",),
    "6": ("7", "8"),
    "7": ("10",),
    "8": ("11", "9"),
}
SPOUSE = "2"
HUSBAND, WIFE = "2", "3"
MALE = "1"


def to_shdk(code, sex):
    """Return the SHDK of a DTSEN *code*; a spouse is husband or wife by the sex."""
    if code == SPOUSE:
        return HUSBAND if sex == MALE else WIFE
    return SHDK_OF_DTSEN[code][0]
