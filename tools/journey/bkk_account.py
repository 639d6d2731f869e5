# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The LPJ of Katingan: one accepted with its STS, one sent back for want of it."""

from .scans import scan

REPORT = "khbs.bkk.accountability"


def account(journey, proposal, number, today):
    """Refund what is left, submit the LPJ; the province accepts it. Return it."""
    report = _prepare(journey, proposal, number, today)
    proposer = journey.erp("pengusul")
    left = proposer.read_one(REPORT, report, ["left_amount"])["left_amount"]
    proposer.create(
        "khbs.bkk.refund",
        {
            "accountability_id": report,
            "sts_number": f"CONTOH/STS/{number}",
            "sts_date": today.isoformat(),
            "amount": left,
            "reason": "Nama pada rekening berbeda",
            "scan": scan(),
            "scan_name": "sts.pdf",
        },
    )
    _submit(journey, report)
    journey.erp("verifikator").decide(REPORT, "action_accept", report)
    return report


def account_without_refund(journey, proposal, number, today):
    """Submit an LPJ that forgets its STS; the province sends it back. Return it."""
    report = _prepare(journey, proposal, number, today)
    _submit(journey, report)
    reason = "Sisa belum disetor kembali: unggah STS beserta pindaiannya"
    journey.erp("verifikator").call(REPORT, "action_return", report, reason)
    return report


def _prepare(journey, proposal, number, today):
    """Write the letter of the LPJ that the first SP2D opened; return its id."""
    proposer = journey.erp("pengusul")
    [report] = proposer.search(REPORT, [("proposal_id", "=", proposal)])
    proposer.write(
        REPORT,
        [report],
        {
            "letter_number": f"900/LPJ-{number}/BPKAD",
            "letter_date": today.isoformat(),
            "note": "Seorang pemangku belum dapat dibayar: nama pada rekening berbeda.",
        },
    )
    return report


def _submit(journey, report):
    """Print the LPJ, add the signed paper and send it to the province."""
    proposer = journey.erp("pengusul")
    proposer.call(REPORT, "action_print", [report])
    proposer.create(
        "khbs.bkk.evidence",
        {
            "accountability_id": report,
            "kind": "signed",
            "name": "LPJ bertanda tangan",
            "file": scan(),
            "file_name": "lpj-bertanda-tangan.pdf",
        },
    )
    proposer.decide(REPORT, "action_submit", report)
