# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the roles do beside the great tasks: representatives, a village that is
divided, findings on recipients, the budget, the reasons of a decision, the roles."""

from datetime import date

import pytest
from played import DATABASE
from screen import DIALOG, PHONE, Screen

from tools.journey.users import DISTRICT, REGENCY

NIK = "6206014101809995"


def test_officer_records_a_representative_whom_the_validator_confirms(journey, browser):
    officer = journey.erp("petugas")
    [family] = officer.search_read(
        "khbs.household", [("representative_ids", "=", False)], ["name"], limit=1
    )
    screen = Screen(browser, journey, "petugas", width=PHONE)
    screen.menu("Registri", "Wakil keluarga")
    screen.new()
    screen.pick("household_id", family["name"])
    # A phone's sheet of families takes a moment to go.
    screen.wait_for_no_dialog()
    screen.fill("name", "SUTINAH BINTI H. UDIN")
    screen.fill("nik_entry", NIK)
    screen.choose("relation", "Tetangga")
    screen.fill("letter_number", "470/12/2026")
    screen.fill("letter_date", "02/03/2026")
    screen.fill("valid_to", "31/12/2099")
    screen.save()
    assert NIK not in screen.page.content()
    screen.close()

    screen = Screen(browser, journey, "validator")
    screen.menu("Registri", "Wakil keluarga")
    screen.open_row("SUTINAH BINTI H. UDIN")
    screen.page.locator(".alert-info").wait_for()
    screen.press("Sahkan")
    screen.confirm()
    screen.page.wait_for_selector("button[name=action_confirm]", state="detached")
    screen.close()
    [agent] = officer.search_read(
        "khbs.representative",
        [("household_id", "=", family["id"])],
        ["valid", "nik_masked", "confirmed_by_id"],
    )
    assert agent["valid"]
    assert agent["nik_masked"] == "6206********9995"
    assert agent["confirmed_by_id"][1] == "Validator"


@pytest.fixture
def quiet_village(journey):
    """Return a village of the regency in which nobody lives."""
    operator = journey.erp("operator")
    lived_in = operator.search_read(
        "khbs.household", [("area_id.code", "=like", f"{REGENCY}.%")], ["area_id"]
    )
    [village] = operator.search_read(
        "khbs.area",
        [
            ("level", "=", "village"),
            ("code", "=like", f"{REGENCY}.%"),
            ("code", "not like", DISTRICT),
            ("id", "not in", [row["area_id"][0] for row in lived_in]),
        ],
        ["code", "name", "display_name"],
        limit=1,
    )
    return village


def test_a_village_is_divided_after_it_was_sent_back(journey, browser, quiet_village):
    basis = "Perda Kabupaten Katingan Nomor 3 Tahun 2026"
    district = quiet_village["code"].rpartition(".")[0]
    screen = Screen(browser, journey, "operator")
    screen.menu("Registri", "Pemekaran dan perubahan desa")
    screen.new()
    screen.fill("legal_basis", basis)
    screen.pick("area_id", quiet_village["display_name"])
    for code, name, neighbourhoods in (
        (f"{district}.2901", "Induk Baru", ""),
        (f"{district}.2902", "Pemekaran", "002, 003"),
    ):
        screen.page.locator("[name=line_ids] .o_field_x2many_list_row_add a").click()
        row = screen.page.locator("[name=line_ids] .o_selected_row")
        row.locator("[name=code] input").fill(code)
        row.locator("[name=name] input").fill(name)
        row.locator("[name=rt_list] input").fill(neighbourhoods)
    screen.save()
    change = screen.record_id()
    screen.press("Usulkan")
    screen.wait_for_state("Diusulkan")

    approver = Screen(browser, journey, "penyetuju")
    approver.menu("Registri", "Pemekaran dan perubahan desa")
    approver.open_row(basis)
    approver.press("Kembalikan")
    approver.wait_for_state("Draf")

    screen.page.reload()
    screen.wait_for_state("Draf")
    screen.press("Usulkan")
    screen.wait_for_state("Diusulkan")
    screen.close()

    approver.page.reload()
    approver.wait_for_state("Diusulkan")
    approver.press("Tetapkan")
    approver.confirm()
    approver.wait_for_state("Ditetapkan")
    approver.close()
    operator = journey.erp("operator")
    former = operator.read_one(
        "khbs.area", quiet_village["id"], ["active", "name", "successor_ids"]
    )
    assert not former["active"]
    assert former["name"] == quiet_village["name"]
    assert len(former["successor_ids"]) == 2
    assert operator.read_one("khbs.area.change", change, ["state"])["state"] == (
        "decided"
    )


@pytest.fixture
def finding(journey):
    """Return a recipient whom a list of other aid names, and the finding on it."""
    operator = journey.erp("operator")
    [line] = operator.search_read(
        "khbs.recipient.line",
        [
            ("list_id", "=", journey.facts["recipient_list"]),
            ("household_id.state", "=", "decided"),
        ],
        ["household_id"],
        order="id desc",
        limit=1,
    )
    return line["household_id"]


def test_operator_gives_notice_and_the_approver_dismisses(
    journey, browser, installation, finding, tmp_path
):
    """A recipient turns up on the list of another programme after the decision."""
    household, name = finding
    kk = installation.cluster.sql(
        DATABASE, f"SELECT kk_number FROM khbs_household WHERE id = {household}"
    )
    path = tmp_path / "pkh.csv"
    path.write_text(f"nik;no_kk;program\n;{kk.strip()};PKH\n", encoding="utf-8")
    screen = Screen(browser, journey, "operator")
    screen.menu("Registri", "Daftar bantuan lain")
    screen.new()
    screen.fill("source", "Dinas Sosial Kabupaten Katingan")
    screen.fill("letter_number", "400.9/77")
    screen.fill("letter_date", "02/03/2026")
    screen.fill("date_from", "01/01/2026")
    screen.upload("file", path)
    screen.press("Muat")
    screen.wait_for_state("Dimuat")

    screen.menu("Registri", "Kriteria")
    screen.open_row("Kriteria penerima KHBS 2026")
    screen.press("Evaluasi ulang penerima")
    screen.page.locator(".o_notification").first.wait_for()
    screen.menu("Registri", "Evaluasi ulang")
    screen.open_row(name.partition(" ")[0])
    screen.fill("notice_number", "400.9/78")
    screen.press("Sudah diberitahukan")
    screen.wait_for_state("Diberitahukan")
    screen.fill("objection", "Sudah berhenti dari PKH sejak Januari.")
    screen.save()
    record = screen.record_id()
    screen.close()

    approver = Screen(browser, journey, "penyetuju")
    approver.menu("Registri", "Evaluasi ulang")
    approver.open_row(name.partition(" ")[0])
    approver.fill("note", "Surat keterangan berhenti dari PKH.")
    approver.press("Kesampingkan")
    approver.wait_for_state("Dikesampingkan")
    approver.close()
    erp = journey.erp("operator")
    assert erp.read_one("khbs.reevaluation", record, ["state"])["state"] == "dismissed"
    assert erp.read_one("khbs.household", household, ["state"])["state"] == "decided"


def test_budget_line_is_entered_and_its_card_printed(journey, browser):
    year = date.today().year
    screen = Screen(browser, journey, "pengelola")
    screen.menu("Dokumen", "Kode rekening anggaran")
    screen.new()
    screen.fill("name", "Belanja bantuan sosial uang KHBS")
    screen.fill("year", str(year))
    screen.fill("account_code", "5.1.06.03.01.0001")
    screen.fill("dpa_amount", "25000000000")
    screen.fill("dpa_number", f"DPA/A.1/1.06/{year}")
    screen.save()
    line = screen.record_id()
    screen.close()

    officer = Screen(browser, journey, "sk")
    officer.menu("Dokumen", "Kode rekening anggaran")
    officer.open(f"khbs-budget-lines/{line}")
    assert officer.field("free_amount").inner_text() == "25.000.000.000"
    officer.press("Terbitkan kartu kendali")
    officer.page.wait_for_selector(".o_form_view .o_field_widget[name=printed_code]")
    officer.close()

    bank = Screen(browser, journey, "bank")
    bank.open(f"khbs-budget-lines/{line}")
    bank.press("Catat SP2D, realisasi, STS")
    bank.page.wait_for_selector(".o_form_view .o_field_widget[name=kind]")
    bank.choose("kind", "SP2D")
    bank.fill("reference", f"CONTOH/SP2D/{year}/1")
    bank.fill("amount", "1500000")
    bank.fill("date", f"{date.today():%d/%m/%Y}")
    # No decree on this line is in force: nothing can have been paid from it.
    bank.press("Simpan")
    bank.page.get_by_text("Dengan SP2D ini pembayaran").wait_for()
    bank.page.locator(f"{DIALOG} .modal-footer .btn-primary").click()
    bank.press("Buang")
    bank.wait_for_no_dialog()
    bank.close()
    assert not journey.erp("bank").search("khbs.budget.entry", [("line_id", "=", line)])


def test_auditor_reads_why_a_family_is_a_recipient(journey, browser):
    auditor = journey.erp("auditor")
    [line] = auditor.search_read(
        "khbs.recipient.line",
        [("list_id", "=", journey.facts["recipient_list"])],
        ["household_id"],
        limit=1,
    )
    number = line["household_id"][1].partition(" ")[0]
    screen = Screen(browser, journey, "auditor")
    screen.menu("Registri", "Keluarga")
    screen.search(number)
    screen.open_row(number)
    screen.press("Mengapa keluarga ini (tidak) layak?")
    dialog = screen.wait_for_dialog()
    dialog.get_by_text("Desil", exact=False).first.wait_for()
    screen.close()


def test_administrator_gives_roles_that_go_together(journey, browser):
    screen = Screen(browser, journey, "admin")
    screen.open("users")
    screen.new()
    screen.fill("name", "Pegawai Baru")
    screen.fill("login", "pegawai-baru")
    roles = screen.page.locator(".o_field_res_user_group_ids_privilege").last
    roles.locator(".o_select_menu_toggler").click()
    options = screen.page.locator(".o_select_menu_item")
    options.get_by_text("Validator", exact=True).click()
    screen.page.get_by_role("tab", name="KHBS").click()
    screen.pick("khbs_area_ids", "Kalimantan Tengah")
    screen.save()
    user = screen.record_id()

    # Who configures the house decides on nothing in it.
    screen.page.get_by_role("tab", name="Hak Akses").click()
    screen.page.get_by_label("Administrator", exact=True).check()
    screen.page.click(".o_form_button_save")
    refusal = screen.wait_for_dialog().inner_text()
    assert "Validator" in refusal
    screen.press("Tutup")
    screen.page.click(".o_form_button_cancel")
    screen.page.wait_for_selector(".o_form_saved")
    screen.close()
    admin = journey.erp("admin")
    groups = admin.search_read(
        "res.groups", [("user_ids", "in", [user])], ["full_name"]
    )
    names = {group["full_name"] for group in groups}
    assert any("Validator" in name for name in names)
