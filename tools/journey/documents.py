# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A family misses its card: the complaint is filed, handled and suspends the card."""

CLAUSE = "khbs.decree.clause"


def fill_open_places(journey, decree):
    """Write what the clauses of a draft leave open; return in how many of them."""
    officer = journey.erp("sk")
    clauses = officer.search_read(CLAUSE, [("decree_id", "=", decree)], ["text"])
    left_open = [clause for clause in clauses if "..." in clause["text"]]
    for clause in left_open:
        text = clause["text"].replace("...", "5")
        officer.write(CLAUSE, [clause["id"]], {"text": text})
    return len(left_open)


def run(journey):
    """File a complaint in the village and suspend its card in the office.

    Leaves ``complaint_id`` and ``suspended_card_no`` in the facts.
    """
    [card] = journey.erp("kartu").search_read(
        "khbs.card",
        [("state", "=", "active")],
        ["card_no", "household_id", "area_id"],
        order="card_index desc",
        limit=1,
    )
    complaint_id = journey.erp("petugas").create(
        "khbs.complaint",
        {
            "channel": "officer",
            "kind": "card_lost",
            "area_id": card["area_id"][0],
            "household_id": card["household_id"][0],
            "card_no": card["card_no"],
            "text": "Kartu hanyut ketika banjir; keluarga datang ke kantor desa.",
            "reporter": "Kepala keluarga",
        },
    )
    office = journey.erp("operator")
    office.call("khbs.complaint", "action_take", [complaint_id])
    office.write(
        "khbs.complaint",
        [complaint_id],
        {"note": "Kartu ditangguhkan; keluarga menunggu kartu pengganti."},
    )
    office.call("khbs.complaint", "action_suspend_card", [complaint_id])
    journey.facts["complaint_id"] = complaint_id
    journey.facts["suspended_card_no"] = card["card_no"]
