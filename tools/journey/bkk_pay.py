# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""BKK of Katingan, from the decree on: account, request, SP2D."""

import io
from datetime import date

from pypdf import PdfWriter

from .client import as_base64
from .users import REGENCY


def disburse(journey, proposal, today):
    """Name and confirm the account, hand in the request, register the SP2D."""
    bank = journey.erp("bank")
    amount = bank.read_one("khbs.bkk.proposal", proposal, ["decreed_amount"])
    amount = amount["decreed_amount"]
    journey.facts["bkk_approved_amount"] = amount
    journey.facts["bkk_payee"] = open_account(journey, today)
    request_disbursement(journey, proposal, f"900/{today.year}-C/BPKAD")
    journey.facts["bkk_disbursement"] = bank.create(
        "khbs.bkk.disbursement",
        {
            "proposal_id": proposal,
            "spp_number": f"CONTOH/SPP/LS/{today.year}",
            "spp_date": today.isoformat(),
            "spm_number": f"CONTOH/SPM/LS/{today.year}",
            "spm_date": today.isoformat(),
            "sp2d_number": f"CONTOH/SP2D/LS/{today.year}",
            "sp2d_date": today.isoformat(),
            "amount": amount,
        },
    )


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
            "signed_file": as_base64(_signed_papers()),
            "signed_filename": "permohonan-bertanda-tangan.pdf",
        },
    )
    proposer.call("khbs.bkk.request", "action_submit", [request])
    return request


def _signed_papers():
    """Return what stands for the scan of letter, receipt, statement and pact."""
    writer = PdfWriter()
    for _paper in range(4):
        writer.add_blank_page(width=609, height=935)
    signed = io.BytesIO()
    writer.write(signed)
    return signed.getvalue()
