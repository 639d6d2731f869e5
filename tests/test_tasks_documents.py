# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decrees, signatories, letterheads and the audit, done by clicking in Chromium."""

from datetime import date

import pytest
from pypdf import PdfReader, PdfWriter
from screen import DIALOG, Screen
from test_tasks_bkk import propose, verify

from tools.journey.documents import fill_open_places

# Far enough from the quarters that other tests propose.
YEARS_AHEAD = 2
PROPOSAL = "khbs.bkk.proposal"


@pytest.fixture
def draft(journey):
    """Return the id of a drafted decree of BKK that nobody has decided yet."""
    year = date.today().year + YEARS_AHEAD
    budget_line = journey.erp("pengelola").create(
        "khbs.budget.line",
        {
            "name": "Belanja Bantuan Keuangan Khusus",
            "year": year,
            "account_code": "5.4.02.03.02.0001",
            "dpa_amount": 25_000_000_000,
        },
    )
    proposal = approved_proposal(journey, year)
    action = journey.erp("sk").call(
        PROPOSAL, "action_draft_decree", [proposal], budget_line
    )
    fill_open_places(journey, action["res_id"])
    return action["res_id"]


def approved_proposal(journey, year):
    """Propose, verify and approve the roster of the year's first quarter."""
    proposal = propose(journey, year, 1)
    verify(journey, proposal)
    journey.erp("penyetuju").decide(PROPOSAL, "action_approve", proposal)
    return proposal


@pytest.fixture
def signed_scan(tmp_path):
    """Return the path of what stands for the scan of the signed paper."""
    writer = PdfWriter()
    writer.add_blank_page(width=609, height=935)
    path = tmp_path / "keputusan.pdf"
    writer.write(path)
    return path


def test_decree_is_decided_frozen_and_brought_in_force(
    journey, browser, draft, signed_scan
):
    number = f"188.44/{draft}99/{date.today().year}"
    approver = Screen(browser, journey, "penyetuju")
    approver.menu("Dokumen", "Keputusan Gubernur")
    approver.search(f"Tahun Anggaran {date.today().year + YEARS_AHEAD}")
    approver.open_row("Draf")
    assert approver.record_id() == draft
    approver.press("Tetapkan")
    approver.confirm()
    approver.page.wait_for_selector("button[name=action_approve]", state="detached")
    approver.close()

    officer = Screen(browser, journey, "sk")
    officer.menu("Dokumen", "Keputusan Gubernur")
    officer.search(f"Tahun Anggaran {date.today().year + YEARS_AHEAD}")
    officer.open_row("Draf")
    officer.press("Bekukan")
    officer.confirm()
    officer.wait_for_state("Dibekukan")
    pdf = PdfReader(officer.download("PDF beku"))
    assert "KEPUTUSAN GUBERNUR" in pdf.pages[0].extract_text()

    officer.press("Daftarkan penandatanganan")
    officer.wait_for_dialog()
    officer.fill("number", number)
    officer.fill("date", date.today().strftime("%d/%m/%Y"))
    officer.upload("scan", signed_scan)
    officer.press("Berlakukan")
    officer.wait_for_state("Berlaku")
    assert officer.field("number").inner_text() == number
    officer.close()
    decree = journey.erp("sk").read_one(
        "khbs.decree", draft, ["state", "number", "scan_sha256"]
    )
    assert decree["state"] == "in_force"
    assert decree["number"] == number
    assert decree["scan_sha256"]


def test_auditor_verifies_the_chain_and_reads_an_event(journey, browser):
    screen = Screen(browser, journey, "auditor")
    screen.menu("Audit", "Rantai audit")
    screen.press("Verifikasi rantai")
    dialog = screen.wait_for_dialog()
    assert "Rantai utuh" in dialog.inner_text()
    screen.press("Tutup")
    screen.page.wait_for_selector(DIALOG, state="detached")

    screen.menu("Audit", "Peristiwa audit")
    screen.search("diberlakukan")
    screen.open_row("Keputusan Gubernur: diberlakukan")
    assert screen.field("user_id").inner_text() == "Petugas Keputusan"
    assert screen.field("outcome").inner_text() == "Selesai"
    screen.close()


def test_auditor_reads_whose_approval_stands(journey, browser):
    screen = Screen(browser, journey, "auditor")
    screen.menu("Audit", "Persetujuan")
    screen.search("Daftar penerima")
    screen.open_row("Ditetapkan")
    assert screen.field("user_id").inner_text() == "Penyetuju"
    assert len(screen.field("sha256").inner_text()) == 64
    screen.close()


def test_administrator_enters_a_signatory_and_a_letterhead(journey, browser):
    screen = Screen(browser, journey, "pengelola")
    screen.menu("Dokumen", "Penanda tangan")
    screen.new()
    screen.fill("name", "RANGKAP TUMON, S.E., M.Si.")
    screen.choose("role", "Bendahara")
    screen.fill("title", "BENDAHARA PENGELUARAN,")
    screen.fill("nip", "198004022005011003")
    screen.fill("valid_from", "01/01/2026")
    screen.save()
    signatory = screen.record_id()

    screen.menu("Konfigurasi", "Kop surat")
    screen.open_row("Perangkat daerah provinsi")
    screen.fill("address", "Jalan Willem A.S. Nomor 1, Palangka Raya 73111")
    screen.save()
    letterhead = screen.record_id()
    screen.close()

    administrator = journey.erp("pengelola")
    entered = administrator.read_one("khbs.signatory", signatory, ["role", "nip"])
    assert entered["role"] == "treasurer"
    assert entered["nip"] == "198004022005011003"
    kop = administrator.read_one("khbs.letterhead", letterhead, ["code", "address"])
    assert kop["code"] == "opd"
    assert kop["address"] == "Jalan Willem A.S. Nomor 1, Palangka Raya 73111"
