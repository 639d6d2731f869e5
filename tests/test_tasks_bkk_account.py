# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The LPJ by clicking: printed, submitted, sent back, accepted; budget and report."""

from datetime import date

import pytest
from pypdf import PdfWriter
from screen import PHONE, Screen
from test_tasks_bkk import propose, quarter_from_now, signed_scan, verify

from tools.journey.bkk_pay import request_disbursement
from tools.journey.client import as_base64
from tools.journey.documents import fill_open_places

PROPOSAL = "khbs.bkk.proposal"
DECREE = "khbs.decree"
PAYMENT = "khbs.bkk.payment"
REPORT = "khbs.bkk.accountability"
PAPERS = ("spp", "spm", "sp2d")
# Quarters from now that no other test proposes.
AHEAD = 13


@pytest.fixture(scope="module")
def report(journey):
    """Return the LPJ of a quarter of its own: transferred, its payment list paid."""
    today = date.today()
    year, quarter = quarter_from_now(journey, AHEAD)
    proposal = propose(journey, year, quarter)
    verify(journey, proposal)
    journey.erp("penyetuju").decide(PROPOSAL, "action_approve", proposal)
    decreed(journey, proposal, year)
    disbursed(journey, proposal, today)
    proposer = journey.erp("pengusul")
    [regency] = proposer.read_one(PROPOSAL, proposal, ["regency_id"])["regency_id"][:1]
    payment = proposer.create(
        PAYMENT,
        {
            "proposal_id": proposal,
            "area_id": regency,
            "place": "Kasongan",
            "treasurer_name": "BENDAHARA CONTOH",
        },
    )
    name_accounts(proposer)
    confirm_accounts(journey)
    proposer.call(PAYMENT, "action_generate", [payment])
    proposer.call(PAYMENT, "action_ready", [payment])
    lines = [("payment_id", "=", payment), ("state", "in", ["to_pay", "held"])]
    [last, *others] = proposer.search(f"{PAYMENT}.line", lines, order="sequence desc")
    proposer.call(f"{PAYMENT}.line", "action_refund", [last], "Pemangku meninggal")
    held = [*lines[:1], ("state", "=", "held")]
    given_up = proposer.search(f"{PAYMENT}.line", held)
    if given_up:
        proposer.call(f"{PAYMENT}.line", "action_refund", given_up, "Nama berbeda")
    assert others
    proposer.call(PAYMENT, "action_pay_all", [payment])
    [made] = proposer.search(REPORT, [("proposal_id", "=", proposal)])
    return made


def decreed(journey, proposal, year):
    """Bring the decree of a proposal in force, on a budget line of its year."""
    line = journey.erp("pengelola").create(
        "khbs.budget.line",
        {
            "name": "Belanja Bantuan Keuangan Khusus kepada Kabupaten/Kota",
            "year": year,
            "account_code": "5.4.02.03.02.0001",
            "dpa_amount": 25_000_000_000,
        },
    )
    officer = journey.erp("sk")
    action = officer.call(PROPOSAL, "action_draft_decree", [proposal], line)
    decree = action["res_id"]
    fill_open_places(journey, decree)
    journey.erp("penyetuju").decide(DECREE, "action_approve", decree)
    officer.call(DECREE, "action_freeze", [decree])
    officer.call(
        DECREE,
        "action_register_signature",
        [decree],
        f"188.44/{decree}/{year}-L",
        date.today().isoformat(),
        as_base64(signed_scan(journey)),
    )


def disbursed(journey, proposal, today):
    """Register the SP2D over all that is decreed, after the request."""
    request_disbursement(journey, proposal, f"900/L{proposal}/BPKAD")
    bank = journey.erp("bank")
    amount = bank.read_one(PROPOSAL, proposal, ["decreed_amount"])["decreed_amount"]
    day = today.isoformat()
    bank.create(
        "khbs.bkk.disbursement",
        {
            "proposal_id": proposal,
            **{f"{paper}_number": f"{paper}/L{proposal}" for paper in PAPERS},
            **{f"{paper}_date": day for paper in PAPERS},
            "amount": amount,
        },
    )


def name_accounts(proposer):
    """Enter the name on the accounts that have none yet: that of the holder."""
    nameless = [("bank_account_name", "=", False)]
    for holder in proposer.search_read("khbs.bkk.holder", nameless, ["name"]):
        values = {"bank_account_name": holder["name"]}
        proposer.write("khbs.bkk.holder", [holder["id"]], values)


def confirm_accounts(journey):
    """Let the province confirm the accounts that changed after a decree (12.43)."""
    province = journey.erp("verifikator")
    pending = [("account_pending", "=", True)]
    for holder in province.search("khbs.bkk.holder", pending):
        province.decide("khbs.bkk.holder", "action_confirm_account", holder)


def scan(journey, name):
    """Return the file that stands for a scan."""
    writer = PdfWriter()
    writer.add_blank_page(width=609, height=935)
    path = journey.folder / f"{name}.pdf"
    writer.write(path)
    return path


def test_regency_refunds_prints_and_submits(journey, browser, report):
    proposer = journey.erp("pengusul")
    left = proposer.read_one(REPORT, report, ["left_amount"])["left_amount"]
    assert left
    screen = Screen(browser, journey, "pengusul")
    screen.open(f"khbs-bkk-accountability/{report}")
    screen.fill("letter_number", f"900/LPJ/{report}")
    screen.fill("letter_date", f"{date.today():%d/%m/%Y}")
    screen.fill("note", "Seorang pemangku meninggal dunia")
    screen.save()
    # The scan of the STS and the signed paper come by the same door as a click's.
    proposer.create(
        "khbs.bkk.refund",
        {
            "accountability_id": report,
            "sts_number": f"STS/{report}",
            "sts_date": date.today().isoformat(),
            "amount": left,
            "reason": "Pemangku meninggal",
            "scan": as_base64(scan(journey, "sts")),
        },
    )
    screen.page.reload()
    screen.press("Cetak LPJ")
    screen.page.get_by_text("Kode verifikasi").first.wait_for()
    screen.open(f"khbs-bkk-accountability/{report}")
    screen.press("Sampaikan")
    screen.wait_for_dialog()
    assert "Unggah LPJ bertanda tangan" in screen.page.inner_text(".o_dialog")
    screen.dismiss()
    proposer.create(
        "khbs.bkk.evidence",
        {
            "accountability_id": report,
            "kind": "signed",
            "name": "LPJ bertanda tangan",
            "file": as_base64(scan(journey, "lpj")),
        },
    )
    screen.page.reload()
    screen.press("Sampaikan")
    screen.wait_for_state("Disampaikan")
    screen.close()


def test_province_sends_back_and_accepts(journey, browser, report):
    screen = Screen(browser, journey, "verifikator")
    screen.open(f"khbs-bkk-accountability/{report}")
    screen.press("Kembalikan")
    screen.wait_for_dialog()
    screen.fill("reason", "Pindaian STS tidak terbaca")
    screen.press("Kembalikan")
    screen.wait_for_no_dialog()
    screen.wait_for_state("Draf")
    screen.close()

    regency = Screen(browser, journey, "pengusul")
    regency.open(f"khbs-bkk-accountability/{report}")
    assert "Pindaian STS tidak terbaca" in regency.page.inner_text(".o_form_view")
    regency.press("Sampaikan")
    regency.wait_for_state("Disampaikan")
    regency.close()

    screen = Screen(browser, journey, "verifikator")
    screen.open(f"khbs-bkk-accountability/{report}")
    screen.press("Terima")
    screen.wait_for_state("Diterima")
    screen.close()
    state = journey.erp("auditor").search_read(
        PROPOSAL, [("accountability_ids", "in", [report])], ["state"]
    )
    assert [row["state"] for row in state] == ["accounted"]


def test_the_lpj_is_read_on_a_phone(journey, browser, report):
    screen = Screen(browser, journey, "pengusul", width=PHONE)
    screen.open(f"khbs-bkk-accountability/{report}")
    overflow = "document.documentElement.scrollWidth > window.innerWidth"
    assert not screen.page.evaluate(overflow)
    screen.close()
