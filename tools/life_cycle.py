# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The table of a card's life in the manual, written from the one in the program.

``python -m tools.life_cycle`` writes it anew between its marks; a test holds that it
agrees with ``life_cycle.py``.
"""

import re
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
MANUAL = ROOT / "docs" / "panduan" / "24-daur-hidup.md"
TERMS = ROOT / "addons" / "khbs_cards" / "i18n" / "id.po"
BEGIN = "<!-- tabel daur hidup: ditulis oleh tools.life_cycle -->"
END = "<!-- akhir tabel -->"
WHO = {
    "system": "program",
    "khbs_registry.group_card_officer": "petugas kartu",
    "khbs_registry.group_field_officer": "petugas lapangan",
    "khbs_registry.group_terminal_officer": "petugas EDC",
}

sys.path.insert(0, str(ROOT / "addons" / "khbs_cards"))

import life_cycle  # noqa: E402


def labels():
    """Return {state: what it is called in Indonesian}."""
    terms = {entry.msgid: entry.msgstr for entry in polib.pofile(str(TERMS))}
    return {state: terms[label] for state, label in life_cycle.STATES}


def table():
    """Return the table as the manual has it: each step and who takes it."""
    said = labels()
    rows = ["| Dari | Menjadi | Oleh |", "|---|---|---|"]
    for (start, target), movers in life_cycle.TRANSITIONS.items():
        who = ", ".join(text for mover, text in WHO.items() if mover in movers)
        rows.append(f"| {said[start]} | {said[target]} | {who} |")
    return "\n".join(rows)


def written():
    """Return what stands between the marks of the manual."""
    found = re.search(
        f"{re.escape(BEGIN)}\n(.*)\n{re.escape(END)}",
        MANUAL.read_text(encoding="utf-8"),
        re.DOTALL,
    )
    return found[1] if found else None


def write():
    """Put the table of the program into the manual."""
    text = MANUAL.read_text(encoding="utf-8")
    before, _begin, rest = text.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    MANUAL.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write()
