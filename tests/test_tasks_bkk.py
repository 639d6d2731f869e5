# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tasks of BKK by clicking, from a holder in the roster to the SP2D."""

from datetime import date
from random import Random

from pypdf import PdfWriter
from screen import Screen

from tools.journey.bkk import examine
from tools.journey.bkk_pay import request_disbursement
from tools.journey.client import as_base64
from tools.population.numbers import Numbers

PROPOSAL = "khbs.bkk.proposal"
LINE = "khbs.bkk.proposal.line"
ROMAN = ["I", "II", "III", "IV"]


def quarter_from_now(journey, count):
    """Return (year, quarter) that is *count* quarters after the journey's own."""
    played = journey.erp("pengusul").read_one(
        PROPOSAL, journey.facts["bkk_proposal"], ["fiscal_year", "quarter"]
    )
    months = played["fiscal_year"] * 4 + int(played["quarter"]) - 1 + count
    return months // 4, months % 4 + 1


def propose(journey, year, quarter):
    """Send a proposal of the whole roster and return its id."""
    proposer = journey.erp("pengusul")
    record = proposer.create(
        PROPOSAL,
        {
            "fiscal_year": year,
            "quarter": str(quarter),
            "letter_number": f"900/{year}-{quarter}/BPKAD",
            "letter_date": date.today().isoformat(),
            "letter_file": as_base64(signed_scan(journey).read_bytes()),
            "letter_file_name": "surat-usulan.pdf",
        },
    )
    proposer.call(PROPOSAL, "action_build", [record])
    figures = proposer.read_one(PROPOSAL, record, ["holder_count", "proposed_amount"])
    proposer.write(
        PROPOSAL,
        [record],
        {
            "control_count": figures["holder_count"],
            "control_amount": figures["proposed_amount"],
        },
    )
    proposer.call(PROPOSAL, "action_propose", [record])
    return record


def begin_proposal(journey, browser, year, quarter):
    """Return the proposer's screen with a new proposal, built from the roster."""
    screen = Screen(browser, journey, "pengusul")
    screen.menu("BKK", "Usulan")
    screen.new()
    screen.fill("fiscal_year", str(year))
    screen.choose("quarter", ROMAN[quarter - 1])
    screen.fill("letter_number", f"900/{year}-{quarter}/BPKAD")
    screen.fill("letter_date", "02/01/2026")
    screen.press("Susun dari daftar")
    rows = screen.page.locator(".o_field_widget[name=line_ids] .o_data_row")
    rows.first.wait_for()
    return screen


def verify(journey, record):
    """Accept the proposal as it stands."""
    verifier = journey.erp("verifikator")
    verifier.call(PROPOSAL, "action_accept_pending", [record])
    examine(verifier, record, f"900/BA-V/{record}", date.today())
    verifier.decide(PROPOSAL, "action_verify", record)


def signed_scan(journey):
    """Return the file that stands for the scan of the signed decree."""
    writer = PdfWriter()
    writer.add_blank_page(width=609, height=935)
    path = journey.folder / "keputusan-bertanda-tangan.pdf"
    writer.write(path)
    return path


def test_proposer_adds_a_holder(journey, browser):
    nik = Numbers(Random(6206)).nik("620601", date(1980, 4, 2), "1")
    screen = Screen(browser, journey, "pengusul")
    screen.menu("BKK", "Daftar pemangku")
    screen.new()
    screen.fill("name", "RANGKAP TUMON")
    screen.fill("nik_entry", nik)
    screen.pick("role_id", "Ketua RT")
    screen.pick("area_ids", "Kamipang")
    screen.fill("appointment_letter", "SK-CONTOH/900/2026")
    screen.fill("appointment_date", "01/12/2025")
    screen.fill("date_from", "01/01/2026")
    screen.save()
    assert screen.field("nik_masked").inner_text() == f"{nik[:4]}{'*' * 8}{nik[-4:]}"
    screen.close()


def test_proposer_makes_and_submits_a_proposal(journey, browser):
    screen = begin_proposal(journey, browser, *quarter_from_now(journey, 1))
    holders = screen.field("holder_count").inner_text()
    amount = screen.field("proposed_amount").inner_text()

    # The letter states one holder too many: nothing is sent.
    screen.fill("control_count", str(int(holders) + 1))
    screen.fill("control_amount", amount)
    screen.press("Usulkan")
    screen.wait_for_dialog()
    assert "Surat menyebut" in screen.page.inner_text(".o_dialog")
    screen.dismiss()

    screen.fill("control_count", holders)
    screen.press("Usulkan")
    screen.wait_for_dialog()
    assert "surat yang sudah ditandatangani" in screen.page.inner_text(".o_dialog")
    screen.dismiss()
    screen.upload("letter_file", signed_scan(journey))
    screen.press("Usulkan")
    screen.wait_for_state("Diusulkan")
    screen.close()


def test_verifier_judges_line_by_line(journey, browser):
    record = propose(journey, *quarter_from_now(journey, 2))
    screen = Screen(browser, journey, "verifikator")
    screen.open(f"khbs-bkk-proposals/{record}")

    judge(screen, 0, "Disetujui")
    judge(screen, 1, "Dikurangi", reason="Bertugas dua bulan", months="2")
    judge(screen, 2, "Ditolak", reason="Jabatan kosong")
    screen.press("Kembalikan")
    screen.wait_for_dialog()
    screen.fill("reason", "Lampirkan surat pengangkatan Mantir")
    screen.press("Kembalikan")
    screen.wait_for_state("Draf")
    form = screen.page.inner_text(".o_form_view")
    assert "Lampirkan surat pengangkatan Mantir" in form

    # What was found in the first round can still be read.
    verdicts = journey.erp("verifikator").search_read(
        "khbs.bkk.verdict",
        [("proposal_id", "=", record), ("verdict", "!=", "pending")],
        ["verdict"],
        order="id",
    )
    kept = sorted(row["verdict"] for row in verdicts)
    assert kept == ["accepted", "cut", "rejected"]

    journey.erp("pengusul").call(PROPOSAL, "action_propose", [record])
    examine(journey.erp("verifikator"), record, f"900/BA-V/{record}", date.today())
    screen.page.reload()
    screen.wait_for_state("Diusulkan")
    judge(screen, 1, "Dikurangi", reason="Bertugas dua bulan", months="2")
    screen.press("Setujui baris yang menunggu")
    screen.page.get_by_role("button", name="Tutup verifikasi").wait_for()
    screen.press("Tutup verifikasi")
    screen.wait_for_state("Diverifikasi")
    assert screen.field("minutes_id").is_visible()
    screen.close()


def judge(screen, index, verdict, reason=None, months=None):
    """Give the line at *index* of the proposal its verdict."""
    row = screen.page.locator(".o_field_widget[name=line_ids] .o_data_row").nth(index)
    row.locator("td[name=verdict]").click()
    # A row that is still being opened for editing would take its menu along.
    screen.page.locator(".o_field_widget[name=line_ids] .o_selected_row").wait_for()
    row.locator("td[name=verdict] input").click()
    menu = screen.page.locator(".o_field_selection_menu")
    menu.get_by_role("menuitem", name=verdict, exact=True).click()
    menu.wait_for(state="detached")
    if reason:
        row.locator("td[name=reason] input").fill(reason)
    if months:
        row.locator("td[name=approved_months] input").fill(months)
    screen.save()


def test_approver_decree_and_disbursement(journey, browser):
    """Four persons bring a verified proposal to its payment."""
    today = f"{date.today():%d/%m/%Y}"
    year, quarter = quarter_from_now(journey, 0)
    quarter = quarter % 4 + 1
    record = propose(journey, year, quarter)
    verify(journey, record)
    amount = journey.erp("bank").read_one(PROPOSAL, record, ["approved_amount"])
    amount = amount["approved_amount"]

    approver = Screen(browser, journey, "penyetuju")
    approver.open(f"khbs-bkk-proposals/{record}")
    approver.press("Setujui")
    approver.wait_for_state("Disetujui pejabat")

    officer = Screen(browser, journey, "sk")
    officer.open(f"khbs-bkk-proposals/{record}")
    officer.press("Susun rancangan keputusan")
    officer.wait_for_dialog()
    officer.pick("budget_line_id", "Bantuan Keuangan Khusus")
    officer.press("Susun rancangan keputusan")
    officer.wait_for_no_dialog()
    officer.wait_for_state("Draf")
    decree = journey.erp("sk").read_one(PROPOSAL, record, ["decree_id"])["decree_id"][0]

    approver.open(f"khbs-decrees/{decree}")
    approver.press("Tetapkan")
    approver.confirm()
    approver.page.get_by_role("button", name="Tetapkan").wait_for(state="detached")
    approver.close()

    officer.page.reload()
    officer.press("Bekukan")
    officer.confirm()
    officer.wait_for_state("Dibekukan")
    officer.press("Daftarkan penandatanganan")
    officer.wait_for_dialog()
    officer.fill("number", f"188.44/{decree}/{year}-T")
    officer.fill("date", today)
    officer.upload("scan", signed_scan(journey))
    officer.press("Berlakukan")
    officer.wait_for_state("Berlaku")
    officer.close()

    request_disbursement(journey, record, f"900/{record}-T/BPKAD")
    bank = Screen(browser, journey, "bank")
    bank.menu("BKK", "Pencairan")
    bank.new()
    bank.pick("proposal_id", f"TW {ROMAN[quarter - 1]}/{year}")
    for name in ("spp", "spm", "sp2d"):
        bank.fill(f"{name}_number", f"CONTOH/{name.upper()}/LS/{year}-T")
        bank.fill(f"{name}_date", today)
    bank.fill("amount", str(amount + 1))
    bank.press("Catat pencairan")
    bank.wait_for_dialog()
    bank.dismiss()
    bank.fill("amount", str(amount))
    bank.press("Catat pencairan")
    bank.wait_for_state("Dicairkan")
    bank.close()
