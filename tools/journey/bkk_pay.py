# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""BKK of Katingan, from the decree on: account, request, SP2D, payment list."""

from datetime import date

from .scans import scan
from .users import REGENCY

PAYMENT = "khbs.bkk.payment"


def open_account(journey, today):
    """Enter the treasury account of the regency; the province confirms it."""
    proposer = journey.erp("pengusul")
    [regency] = proposer.search("khbs.area", [("code", "=", REGENCY)])
    payee = proposer.create(
        "khbs.bkk.payee",
        {
            "area_id": regency,
            "bank_name": "Bank Kalteng",
            "bank_branch": "Kasongan",
            "account_entry": "9002062060017",
            "account_holder": "KAS UMUM DAERAH KAB KATINGAN",
            "valid_from": f"{today.year}-01-01",
            "basis": "CONTOH Keputusan Bupati tentang RKUD",
        },
    )
    journey.erp("verifikator").decide("khbs.bkk.payee", "action_confirm", payee)
    return payee


def request_disbursement(journey, proposal, number):
    """Hand in the signed request for all that is decreed; return its id."""
    proposer = journey.erp("pengusul")
    request = proposer.create(
        "khbs.bkk.request",
        {
            "proposal_id": proposal,
            "number": number,
            "date": date.today().isoformat(),
            "place": "Kasongan",
            "head_name": "BUPATI CONTOH",
            "finance_name": "KEPALA BPKAD CONTOH",
            "treasurer_name": "BENDAHARA CONTOH",
            # Letter, receipt, statement and pact.
            "signed_file": scan(pages=4),
            "signed_filename": "permohonan-bertanda-tangan.pdf",
        },
    )
    proposer.call("khbs.bkk.request", "action_submit", [request])
    return request


def register_sp2d(journey, proposal, number, today, **values):
    """Register an SP2D over all that is decreed; return its id.

    :param number: what tells this SP2D, its SPP and SPM from others
    """
    bank = journey.erp("bank")
    decreed = bank.read_one("khbs.bkk.proposal", proposal, ["decreed_amount"])
    papers = ("spp", "spm", "sp2d")
    return bank.create(
        "khbs.bkk.disbursement",
        {
            "proposal_id": proposal,
            **{f"{name}_number": f"CONTOH/{name.upper()}/{number}" for name in papers},
            **{f"{name}_date": today.isoformat() for name in papers},
            "amount": decreed["decreed_amount"],
            **values,
        },
    )


def repay_returned(journey, proposal, disbursement, number, today):
    """Let the transfer of an SP2D come back and go out again; return the first."""
    bank = journey.erp("bank")
    [transfer] = bank.search_read(
        "khbs.bkk.transfer",
        [("disbursement_id", "=", disbursement)],
        ["area_id", "amount"],
    )
    bank.create(
        "khbs.bkk.transfer.return",
        {
            "transfer_id": transfer["id"],
            "date": today.isoformat(),
            "reason": "account_closed",
            "reference": f"CONTOH/RETUR/{number}",
        },
    )
    again = {
        "area_id": transfer["area_id"][0],
        "amount": transfer["amount"],
        "repays_id": transfer["id"],
    }
    register_sp2d(
        journey,
        proposal,
        f"{number}/ULANG",
        today,
        kind="repayment",
        amount=transfer["amount"],
        transfer_ids=[(0, 0, again)],
    )
    return transfer["id"]


def pay_people(journey, proposal):
    """Make the payment list, pay it, give up whoever is held; return its id."""
    proposer = journey.erp("pengusul")
    payment = proposer.create(
        PAYMENT,
        {
            "proposal_id": proposal,
            "place": "Kasongan",
            "treasurer_name": "BENDAHARA CONTOH",
        },
    )
    proposer.call(PAYMENT, "action_generate", [payment])
    proposer.call(PAYMENT, "action_ready", [payment])
    proposer.call(PAYMENT, "action_pay_all", [payment])
    held = proposer.search(
        f"{PAYMENT}.line", [("payment_id", "=", payment), ("state", "=", "held")]
    )
    reason = "Nama pada rekening berbeda sampai akhir triwulan"
    proposer.call(f"{PAYMENT}.line", "action_refund", held, reason)
    return payment
