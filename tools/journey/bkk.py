# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""BKK of Katingan: three quarters from the roster on, the last up to its SP2D."""

from datetime import date

from .bkk_account import account, account_without_refund
from .bkk_pay import (
    open_account,
    pay_people,
    register_sp2d,
    repay_returned,
    request_disbursement,
)
from .bkk_roster import deliver_roster
from .scans import scan
from .users import DISTRICT

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
# How many of each role the district may have: no official ceiling either.
DEMO_CEILINGS = {
    "damang": 1,
    "damang_secretary": 1,
    "mantir_district": 3,
    "mantir_village": 16,
    "rt_head": 40,
    "babinsa": 8,
    "bhabinkamtibmas": 8,
    "religious_leader": 16,
}
# Who signs the minutes of verification: names of nobody.
TEAM = (
    ("KETUA TIM CONTOH", "Badan Keuangan dan Aset Daerah", "Ketua"),
    ("ANGGOTA SATU CONTOH", "Dinas Pemberdayaan Masyarakat dan Desa", "Anggota"),
    ("ANGGOTA DUA CONTOH", "Dinas Sosial", "Anggota"),
)
ACCOUNT = "5.4.02.03.02.0001"


def run(journey):
    """Play the quarter of today up to its SP2D, and the two before it to their LPJ.

    Today's LPJ is due; of the others one is accepted and one was sent back.
    """
    today = date.today()
    accounted, sent_back, present = (_quarter(today, back) for back in (2, 1, 0))
    _enter_rules(journey, accounted[0], today.year)
    _complete_clauses(journey, today.year)
    deliver_roster(journey, date(today.year, 3 * present[1] - 2, 1))
    journey.facts["bkk_payee"] = open_account(journey, today)

    proposal, disbursement = _pay_out(journey, accounted, today)
    number = _number(accounted)
    journey.facts["bkk_bounced"] = repay_returned(
        journey, proposal, disbursement, number, today
    )
    journey.facts["bkk_paid_list"] = pay_people(journey, proposal)
    journey.facts["bkk_accepted"] = account(journey, proposal, number, today)

    proposal, _disbursement = _pay_out(journey, sent_back, today)
    pay_people(journey, proposal)
    journey.facts["bkk_sent_back"] = account_without_refund(
        journey, proposal, _number(sent_back), today
    )

    proposal, disbursement = _pay_out(journey, present, today, cut=True)
    journey.facts["bkk_proposal"] = proposal
    journey.facts["bkk_disbursement"] = disbursement
    [due] = journey.erp("pengusul").search(
        "khbs.bkk.accountability", [("proposal_id", "=", proposal)]
    )
    journey.facts["bkk_due"] = due


def _quarter(today, back):
    """Return (year, quarter) of *today*, or so many quarters back."""
    count = today.year * 4 + (today.month - 1) // 3 - back
    return count // 4, count % 4 + 1


def _number(period):
    """Return what tells the papers of one quarter from those of another."""
    year, quarter = period
    return f"{quarter}/{year}"


def _pay_out(journey, period, today, cut=False):
    """Bring a quarter from the roster to its SP2D; return the ids of both ends."""
    proposal = _propose(journey, period, today)
    _verify(journey, proposal, period, today, cut=cut)
    journey.erp("penyetuju").decide("khbs.bkk.proposal", "action_approve", proposal)
    _decree(journey, proposal, period, today)
    year, quarter = period
    request_disbursement(journey, proposal, f"900/{quarter}-C/BPKAD/{year}")
    number = _number(period)
    return proposal, register_sp2d(journey, proposal, number, today)


def _enter_rules(journey, first_year, last_year):
    """Enter rates, ceilings and the budget line of each year."""
    administrator = journey.erp("pengelola")
    rows = administrator.search_read("khbs.bkk.role", [], ["code"])
    roles = {row["code"]: row["id"] for row in rows}
    [district] = administrator.search("khbs.area", [("code", "=", DISTRICT)])
    for code, amount in DEMO_RATES.items():
        values = {
            "role_id": roles[code],
            "valid_from": f"{first_year}-01-01",
            "basis": "CONTOH, bukan besaran resmi",
        }
        administrator.create("khbs.bkk.rate", {**values, "amount": amount})
        people = DEMO_CEILINGS[code]
        ceiling = {**values, "area_id": district, "people": people}
        administrator.create("khbs.bkk.ceiling", ceiling)
    for year in range(first_year, last_year + 1):
        administrator.create(
            "khbs.budget.line",
            {
                "name": "Belanja Bantuan Keuangan Khusus kepada Kabupaten/Kota",
                "year": year,
                "account_code": ACCOUNT,
                "dpa_amount": 25_000_000_000,
            },
        )


def _complete_clauses(journey, year):
    """Enter the numbers of the year's regulations, which the clauses leave open."""
    administrator = journey.erp("pengelola")
    clauses = administrator.search_read(
        "khbs.bkk.clause", [("text", "like", "...")], ["text"]
    )
    for clause in clauses:
        text = clause["text"].replace("Nomor ... Tahun ...", f"Nomor 1 Tahun {year}")
        administrator.write("khbs.bkk.clause", [clause["id"]], {"text": text})


def _propose(journey, period, today):
    """Build the proposal from the roster and send it; return its id."""
    year, quarter = period
    proposer = journey.erp("pengusul")
    proposal = proposer.create(
        "khbs.bkk.proposal",
        {
            "fiscal_year": year,
            "quarter": str(quarter),
            "letter_number": f"900/{quarter}12/BPKAD/{year}",
            "letter_date": today.isoformat(),
            "letter_file": scan(),
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


def _verify(journey, proposal, period, today, cut):
    """Close the verification with its minutes.

    :param cut: whether one line loses a month before the rest is accepted
    """
    verifier = journey.erp("verifikator")
    if cut:
        journey.facts["bkk_cut_amount"] = _cut_line(verifier, proposal)
    verifier.call("khbs.bkk.proposal", "action_accept_pending", [proposal])
    year, quarter = period
    examine(verifier, proposal, f"900/BA-V/{quarter}/{year}", today)
    verifier.decide("khbs.bkk.proposal", "action_verify", proposal)
    minutes = verifier.read_one(
        "khbs.bkk.proposal", proposal, ["minutes_id", "minutes_list_id"]
    )
    journey.facts["bkk_minutes_letter"] = minutes["minutes_id"][0]
    journey.facts["bkk_minutes"] = minutes["minutes_list_id"][0]


def _cut_line(verifier, proposal):
    """Cut a line by its last month; return the rupiah that it loses."""
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
    return line["rate_amount"]


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


def _decree(journey, proposal, period, today):
    """Draft, decide, freeze and register the decree."""
    officer = journey.erp("sk")
    [budget_line] = officer.search(
        "khbs.budget.line", [("account_code", "=", ACCOUNT), ("year", "=", period[0])]
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
        scan(),
    )
    journey.facts["bkk_decree"] = decree
    decreed = officer.read_one("khbs.bkk.proposal", proposal, ["decreed_amount"])
    journey.facts["bkk_approved_amount"] = decreed["decreed_amount"]
