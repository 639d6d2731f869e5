# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""BKK of Katingan: roster, proposal, a line cut, a signed decree and its SP2D."""

import io
from datetime import date, timedelta
from random import Random

from pypdf import PdfWriter

from tools.population.names import person_name
from tools.population.numbers import Numbers

from .bkk_pay import disburse
from .client import as_base64
from .users import DISTRICT, REGENCY

# Rupiah a month, for demonstration only: no rate of 2026 is published (DOMAIN 9).
DEMO_RATES = {
    "damang": 500_000,
    "damang_secretary": 400_000,
    "mantir_district": 350_000,
    "mantir_village": 300_000,
    "rt_head": 250_000,
    "babinsa": 300_000,
    "bhabinkamtibmas": 300_000,
    "religious_leader": 250_000,
}
# How many of each role serve the district of the demonstration.
ROSTER = {
    "damang": 1,
    "damang_secretary": 1,
    "mantir_district": 1,
    "mantir_village": 5,
    "rt_head": 14,
    "babinsa": 3,
    "bhabinkamtibmas": 2,
    "religious_leader": 3,
}
RANKS = {"babinsa": "sergeant", "bhabinkamtibmas": "sergeant"}
DISTRICT_ROLES = ("damang", "damang_secretary", "mantir_district")
# Who signs the minutes of verification: names of nobody.
TEAM = (
    ("KETUA TIM CONTOH", "Badan Keuangan dan Aset Daerah", "Ketua"),
    ("ANGGOTA SATU CONTOH", "Dinas Pemberdayaan Masyarakat dan Desa", "Anggota"),
    ("ANGGOTA DUA CONTOH", "Dinas Sosial", "Anggota"),
)
ACCOUNT = "5.4.02.03.02.0001"


def run(journey):
    """Play the cycle of one quarter from the roster to the payment."""
    today = date.today()
    quarter = (today.month - 1) // 3 + 1
    first_day = date(today.year, 3 * quarter - 2, 1)
    roles = _set_rates(journey, today.year)
    _complete_clauses(journey, today.year)
    _fill_roster(journey, roles, first_day)
    proposal = _propose(journey, today, quarter)
    _verify(journey, proposal, today)
    journey.erp("penyetuju").decide("khbs.bkk.proposal", "action_approve", proposal)
    decree = _decree(journey, proposal, today)
    disburse(journey, proposal, today)
    journey.facts["bkk_proposal"] = proposal
    journey.facts["bkk_decree"] = decree


def _set_rates(journey, year):
    """Enter rates and the budget line; return role code -> id."""
    administrator = journey.erp("pengelola")
    rows = administrator.search_read("khbs.bkk.role", [], ["code"])
    roles = {row["code"]: row["id"] for row in rows}
    for code, amount in DEMO_RATES.items():
        administrator.create(
            "khbs.bkk.rate",
            {
                "role_id": roles[code],
                "amount": amount,
                "valid_from": f"{year}-01-01",
                "basis": "CONTOH, bukan besaran resmi",
            },
        )
    administrator.create(
        "khbs.budget.line",
        {
            "name": "Belanja Bantuan Keuangan Khusus kepada Kabupaten/Kota",
            "year": year,
            "account_code": ACCOUNT,
            "dpa_amount": 25_000_000_000,
        },
    )
    return roles


def _complete_clauses(journey, year):
    """Enter the numbers of the year's regulations, which the clauses leave open."""
    administrator = journey.erp("pengelola")
    clauses = administrator.search_read(
        "khbs.bkk.clause", [("text", "like", "...")], ["text"]
    )
    for clause in clauses:
        text = clause["text"].replace("Nomor ... Tahun ...", f"Nomor 1 Tahun {year}")
        administrator.write("khbs.bkk.clause", [clause["id"]], {"text": text})


def _fill_roster(journey, roles, first_day):
    """Enter thirty holders; one began in the quarter's second month."""
    proposer = journey.erp("pengusul")
    rng = Random(62)
    numbers = Numbers(rng)
    [regency] = proposer.search("khbs.area", [("code", "=", REGENCY)])
    [district] = proposer.search("khbs.area", [("code", "=", DISTRICT)])
    villages = proposer.search("khbs.area", [("code", "=like", f"{DISTRICT}.%")])
    entered = 0
    for code, count in ROSTER.items():
        for place in range(count):
            entered += 1
            start = date(first_day.year - 1, 1, 1)
            if code == "rt_head" and place == count - 1:
                start = first_day + timedelta(days=14)
            nik = numbers.nik("620601", _birthday(rng), "1")
            proposer.create(
                "khbs.bkk.holder",
                {
                    "name": person_name(rng, "1", adult=True),
                    "nik_entry": nik,
                    "role_id": roles[code],
                    "regency_id": regency,
                    "area_ids": [
                        (6, 0, _areas(code, place, count, district, villages))
                    ],
                    "appointment_letter": f"SK-CONTOH/{entered:03d}/{start.year}",
                    "date_from": start.isoformat(),
                    "rank_group": RANKS.get(code, "none"),
                    "bank_name": "Bank Kalteng",
                    "npwp_entry": nik,
                    "bank_account_entry": f"900{entered:07d}",
                },
            )


def _birthday(rng):
    return date(1960, 1, 1) + timedelta(days=int(rng.random() * 12_000))


def _areas(code, place, count, district, villages):
    """Return where a holder serves; a Bhabinkamtibmas has several villages."""
    if code in DISTRICT_ROLES:
        return [district]
    if code == "bhabinkamtibmas":
        return villages[place::count]
    return [villages[place % len(villages)]]


def _propose(journey, today, quarter):
    """Build the proposal from the roster and send it; return its id."""
    proposer = journey.erp("pengusul")
    proposal = proposer.create(
        "khbs.bkk.proposal",
        {
            "fiscal_year": today.year,
            "quarter": str(quarter),
            "letter_number": f"900/{quarter}12/BPKAD/{today.year}",
            "letter_date": today.isoformat(),
            "letter_file": as_base64(_signed_scan()),
            "letter_file_name": "surat-usulan.pdf",
        },
    )
    proposer.call("khbs.bkk.proposal", "action_build", [proposal])
    proposer.call("khbs.bkk.proposal", "action_print_letter", [proposal])
    built = proposer.read_one(
        "khbs.bkk.proposal", proposal, ["holder_count", "proposed_amount"]
    )
    proposer.write(
        "khbs.bkk.proposal",
        [proposal],
        {
            "control_count": built["holder_count"],
            "control_amount": built["proposed_amount"],
        },
    )
    proposer.call("khbs.bkk.proposal", "action_propose", [proposal])
    journey.facts["bkk_proposed_amount"] = built["proposed_amount"]
    return proposal


def _verify(journey, proposal, today):
    """Cut one line, accept the rest and close the verification with its minutes."""
    verifier = journey.erp("verifikator")
    [line] = verifier.search_read(
        "khbs.bkk.proposal.line",
        [("proposal_id", "=", proposal), ("role_id.code", "=", "religious_leader")],
        ["rate_amount"],
        limit=1,
    )
    verifier.write(
        "khbs.bkk.proposal.line",
        [line["id"]],
        {
            "verdict": "cut",
            "approved_months": 2,
            "reason": "Surat penugasan berakhir sebelum bulan ketiga",
        },
    )
    verifier.call("khbs.bkk.proposal", "action_accept_pending", [proposal])
    examine(verifier, proposal, f"900/BA-V/1/{today.year}", today)
    verifier.decide("khbs.bkk.proposal", "action_verify", proposal)
    minutes = verifier.read_one(
        "khbs.bkk.proposal", proposal, ["minutes_id", "minutes_list_id"]
    )
    journey.facts["bkk_minutes_letter"] = minutes["minutes_id"][0]
    journey.facts["bkk_minutes"] = minutes["minutes_list_id"][0]
    journey.facts["bkk_cut_amount"] = line["rate_amount"]


def examine(verifier, proposal, number, day):
    """Answer the checklist, name the team where none is known, number the minutes."""
    present = [("proposal_id", "=", proposal), ("is_current", "=", True)]
    checks = verifier.search("khbs.bkk.check", present)
    verifier.write("khbs.bkk.check", checks, {"answer": "yes"})
    if not verifier.search("khbs.bkk.team.member", present):
        for name, office, position in TEAM:
            verifier.create(
                "khbs.bkk.team.member",
                {
                    "proposal_id": proposal,
                    "name": name,
                    "office": office,
                    "position": position,
                },
            )
    verifier.write(
        "khbs.bkk.proposal",
        [proposal],
        {"minutes_number": number, "minutes_date": day.isoformat()},
    )


def _decree(journey, proposal, today):
    """Draft, decide, freeze and register the decree; return its id."""
    officer = journey.erp("sk")
    [budget_line] = officer.search(
        "khbs.budget.line", [("account_code", "=", ACCOUNT), ("year", "=", today.year)]
    )
    action = officer.call(
        "khbs.bkk.proposal", "action_draft_decree", [proposal], budget_line
    )
    decree = action["res_id"]
    journey.erp("penyetuju").decide("khbs.decree", "action_approve", decree)
    officer.call("khbs.decree", "action_freeze", [decree])
    pdf = officer.download(f"/khbs/decree/{decree}/pdf")
    (journey.folder / "keputusan-bkk.pdf").write_bytes(pdf)
    officer.call(
        "khbs.decree",
        "action_register_signature",
        [decree],
        f"188.44/{decree}/{today.year}",
        today.isoformat(),
        as_base64(_signed_scan()),
    )
    return decree


def _signed_scan():
    """Return what stands for the scan of the paper that the Governor signed."""
    writer = PdfWriter()
    writer.add_blank_page(width=609, height=935)
    scan = io.BytesIO()
    writer.write(scan)
    return scan.getvalue()
