# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""BKK from the treasury account to the people, by clicking."""

from datetime import date

from playwright.sync_api import expect
from screen import Screen

PAYMENT = "khbs.bkk.payment"


def today():
    return f"{date.today():%d/%m/%Y}"


def payment_list(journey):
    """Return the id of the payment list of the played proposal; make it if need be."""
    proposer = journey.erp("pengusul")
    proposal = journey.facts["bkk_proposal"]
    found = proposer.search(PAYMENT, [("proposal_id", "=", proposal)])
    if found:
        return found[0]
    # The roster has the names as the bank does, so that nobody is held.
    holders = proposer.search_read(
        "khbs.bkk.holder", [("line_ids.proposal_id", "=", proposal)], ["name"]
    )
    for number, holder in enumerate(holders):
        proposer.write(
            "khbs.bkk.holder",
            [holder["id"]],
            {
                "bank_name": "Bank Kalteng",
                "bank_account_entry": f"90077000{number:04d}",
                "bank_account_name": holder["name"],
            },
        )
    # After the decree: a second person has to look at each account (12.43).
    province = journey.erp("verifikator")
    for holder in province.search("khbs.bkk.holder", [("account_pending", "=", True)]):
        province.decide("khbs.bkk.holder", "action_confirm_account", holder)
    record = proposer.create(PAYMENT, {"proposal_id": proposal, "place": "Kasongan"})
    proposer.call(PAYMENT, "action_generate", [record])
    return record


def test_an_account_is_confirmed_by_the_province(journey, browser):
    regency = Screen(browser, journey, "pengusul")
    regency.menu("BKK", "Rekening kas")
    regency.new()
    regency.fill("bank_name", "Bank Kalteng")
    regency.fill("account_entry", "1250-0620-6000-77")
    regency.fill("account_holder", "KAS UMUM DAERAH KAB KATINGAN")
    regency.fill("basis", "CONTOH Keputusan Bupati perubahan RKUD")
    regency.save()
    shown = regency.field("account_masked").inner_text()
    assert shown.endswith("0077")
    assert "1250" not in shown
    record = regency.record_id()
    regency.close()

    province = Screen(browser, journey, "verifikator")
    province.open(f"khbs-bkk-payees/{record}")
    province.press("Konfirmasi rekening")
    province.confirm()
    province.wait_for_state("Terkonfirmasi")
    province.close()


def test_what_came_back_is_repaid(journey, browser):
    [transfer] = journey.erp("bank").search(
        "khbs.bkk.transfer",
        [("disbursement_id", "=", journey.facts["bkk_disbursement"])],
    )
    bank = Screen(browser, journey, "bank")
    bank.open(f"khbs-bkk-transfers/{transfer}")
    bank.press("Retur")
    bank.wait_for_dialog()
    bank.fill("date", today())
    bank.choose("reason", "Rekening ditutup atau pasif")
    bank.fill("reference", "CONTOH nota debet")
    bank.press("Catat retur")
    bank.wait_for_no_dialog()
    bank.open(f"khbs-bkk-transfers/{transfer}")
    bank.wait_for_state("Dikembalikan")

    bank.press("Bayarkan ulang")
    for name in ("spp", "spm", "sp2d"):
        bank.fill(f"{name}_number", f"CONTOH/{name.upper()}/ULANG/{transfer}")
        bank.fill(f"{name}_date", today())
    bank.press("Catat pencairan")
    bank.wait_for_state("Dicairkan")
    bank.close()
    proposal = journey.erp("bank").read_one(
        "khbs.bkk.proposal",
        journey.facts["bkk_proposal"],
        ["disbursed_amount", "returned_amount", "repaid_amount", "received_amount"],
    )
    proposal.pop("id")
    assert set(proposal.values()) == {journey.facts["bkk_approved_amount"]}


def test_a_colleague_cancels_a_wrong_sp2d(journey, browser):
    entry = journey.facts["bkk_disbursement"]
    maker = Screen(browser, journey, "bank")
    maker.open(f"khbs-bkk-disbursements/{entry}")
    maker.press("Batalkan catatan")
    maker.wait_for_dialog()
    maker.fill("reason", "Salah ketik")
    maker.press("Konfirmasi")
    maker.page.get_by_text("orang kedua").wait_for()
    maker.close()


def test_a_list_is_begun_from_its_own_menu(journey, browser):
    proposal = journey.erp("pengusul").read_one(
        "khbs.bkk.proposal",
        journey.facts["bkk_proposal"],
        ["display_name", "regency_id", "received_amount"],
    )
    screen = Screen(browser, journey, "pengusul")
    screen.menu("BKK", "Daftar pembayaran")
    screen.new()
    screen.pick("proposal_id", proposal["display_name"])
    area = screen.field("area_id").locator("input")
    expect(area).to_have_value(proposal["regency_id"][1], timeout=60_000)
    received = f"{proposal['received_amount']:,}".replace(",", ".")
    expect(screen.field("received_amount")).to_have_text(received, timeout=60_000)
    # A form that is left saves itself.
    screen.page.click(".o_form_button_cancel")
    screen.wait_for_list()
    screen.close()


def test_treasurer_pays_by_name(journey, browser):
    amount = journey.facts["bkk_approved_amount"]
    payment = payment_list(journey)
    screen = Screen(browser, journey, "pengusul")
    screen.menu("BKK", "Daftar pembayaran")
    screen.open(f"khbs-bkk-payments/{payment}")
    rows = screen.page.locator(".o_field_widget[name=line_ids] .o_data_row")
    rows.first.wait_for()
    gross = screen.field("gross").inner_text().replace(".", "")
    assert int(gross) == amount
    screen.press("Tutup dan terbitkan daftar")
    screen.wait_for_state("Siap")

    screen.press("Tandai semua terbayar")
    screen.wait_for_dialog()
    screen.press("Konfirmasi")
    screen.wait_for_no_dialog()
    screen.wait_for_state("Dibayarkan")
    screen.close()


def test_treasurer_takes_the_list_to_his_bank(journey, browser):
    payment = payment_list(journey)
    screen = Screen(browser, journey, "pengusul")
    screen.open(f"khbs-bkk-payments/{payment}")
    screen.press("Ekspor")
    screen.wait_for_dialog()
    screen.pick("layout_id", "Bukti potong")
    screen.choose("scope", "Yang sudah dibayar")
    screen.choose("purpose", "Bukti potong (PPh 21)")
    screen.fill("reference", "900/CONTOH/BPKAD")
    dialog = screen.wait_for_dialog()
    with screen.page.expect_download() as waiting:
        dialog.get_by_role("button", name="Ekspor", exact=True).click()
    assert waiting.value.path().read_bytes().startswith(b"PK")
    screen.close()
    files = journey.erp("auditor").search_read(
        "khbs.bkk.payment.file",
        [("payment_id", "=", payment)],
        ["purpose", "reference"],
    )
    assert [file["purpose"] for file in files] == ["tax"]


def test_bank_officer_issues_the_register(journey, browser):
    screen = Screen(browser, journey, "bank")
    screen.page.wait_for_selector(".o_action_manager > *")
    bar = screen.page.locator(".o_menu_sections .dropdown-toggle")
    bar.get_by_text("BKK", exact=True).first.click()
    screen.page.locator(".o-dropdown--menu .dropdown-item").get_by_text(
        "Register SP2D", exact=True
    ).click()
    screen.wait_for_dialog()
    screen.press("Terbitkan register")
    screen.wait_for_no_dialog()
    assert "REGISTER SP2D" in screen.page.inner_text(".o_form_view")
    screen.close()
