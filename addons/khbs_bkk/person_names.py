# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Whether two ways to write a name mean one person (DOMAIN 12.43). Knows no Odoo.

A letter writes titles, a bank leaves them out, writes capitals and cuts what is long.
That much is one name; everything else a person must look at.
"""

import re
import unicodedata

# Titles before and behind a name, without dots and spaces.
TITLES = frozenset(
    """
    H HJ HAJI HAJJAH KH DR DRA DRS IR PROF PDT PDP PST PASTOR ROMO UST USTAZ USTADZ
    USTAZAH USTADZAH SDR SDRI TN NY BPK IBU ALM ALMH
    AMD AMA SAG SAP SE SH SHUT SIK SIKOM SIP SKEP SKOM SKM SPD SPDAH SPDI SPDK SSI SSOS
    SSOSH SST ST STH STP STRK SFIL MAG MAP MH MHUM MKES MM MPD MPDK MSI MSOS MT MTH BA
    PHD LC
    SERDA SERTU SERKA SERMA PELTU PELDA KOPDA KOPTU KOPKA PRADA PRATU PRAKA LETDA LETTU
    KAPTEN MAYOR BRIPDA BRIPTU BRIGADIR BRIPKA AIPDA AIPTU IPDA IPTU AKP KOMPOL
    """.split()
)
# Banks store so many characters of a name at least; what is cut there is no difference.
SHORTEST_CUT = 20
_LETTERS = re.compile(r"[A-Z0-9']+")


def normal_name(name):
    """Return *name* as capitals without titles, dots and double spaces."""
    text = unicodedata.normalize("NFKD", name or "").upper()
    text = "".join(one for one in text if not unicodedata.combining(one))
    # What stands behind a comma is a title; a name has none.
    first, *_titles = text.replace("\u2019", "'").replace("\u0060", "'").split(",")
    words = [
        word for word in first.split() if word.strip(".").replace(".", "") not in TITLES
    ] or first.split()
    return " ".join(_LETTERS.findall(" ".join(words))).replace("'", "")


def same_name(name, other):
    """Tell whether *name* (of the letter) and *other* (of the account) are one.

    An account's name may be cut where the bank's field ends.
    """
    mine, theirs = normal_name(name), normal_name(other)
    if mine.replace(" ", "") == theirs.replace(" ", ""):
        return True
    return len(theirs) >= SHORTEST_CUT and mine.startswith(theirs)
