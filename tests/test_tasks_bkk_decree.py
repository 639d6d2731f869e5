# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A signed BKK decree is corrected by clicking: asked, checked, drafted."""

from pypdf import PdfWriter
from screen import PHONE, Screen

LINE = "khbs.bkk.decree.line"
CORRECTION = "khbs.bkk.correction"


def letter(journey):
    """Return the file that proves how a name is written."""
    writer = PdfWriter()
    writer.add_blank_page(width=609, height=935)
    path = journey.folder / "surat-keterangan-nama.pdf"
    writer.write(path)
    return path


def lines_to_pay(journey):
    return journey.erp("pengusul").search_read(
        LINE,
        [("decree_id", "=", journey.facts["bkk_decree"]), ("payable", "=", True)],
        ["name", "amount", "line_id"],
        order="id",
    )


def test_a_name_is_corrected_by_an_amendment(journey, browser):
    before = lines_to_pay(journey)
    name = before[0]["name"]

    regency = Screen(browser, journey, "pengusul")
    regency.menu("BKK", "Nama dalam Keputusan")
    # The same name stands in decrees of other quarters, too.
    regency.open(f"khbs-bkk-decree-lines/{before[0]['id']}")
    regency.press("Minta perbaikan")
    regency.page.get_by_role("button", name="Ajukan").wait_for()
    regency.fill("new_name", f"{name}, S.Pd.")
    regency.fill("reason", "Nama pada KTP dan rekening memuat gelar")
    regency.upload("evidence", letter(journey))
    regency.press("Ajukan")
    regency.wait_for_state("Diperiksa")
    record = regency.record_id()
    assert f"{name}, S.Pd." in regency.field("after").inner_text()
    assert regency.field("before").inner_text() == name
    # Who asked finds no button to accept it.
    assert not regency.page.get_by_role("button", name="Terima").count()
    regency.close()

    verifier = Screen(browser, journey, "verifikator")
    verifier.open(f"khbs-bkk-corrections/{record}")
    verifier.press("Terima")
    verifier.wait_for_state("Diterima")
    verifier.close()

    officer = Screen(browser, journey, "sk")
    officer.open(f"khbs-bkk-corrections/{record}")
    officer.press("Susun Keputusan perubahan")
    officer.wait_for_state("Draf")
    form = officer.page.inner_text(".o_form_view")
    assert "Perubahan atas Keputusan Gubernur" in form
    officer.close()

    decree = journey.erp("sk").read_one(CORRECTION, record, ["decree_id"])["decree_id"]
    annexes = journey.erp("sk").search_read(
        "khbs.decree.annex", [("decree_id", "=", decree[0])], ["row_count"], order="id"
    )
    assert [annex["row_count"] for annex in annexes[1:]] == [len(before), 1]
    # Until the amendment is signed the list that is paid stays as it is.
    assert lines_to_pay(journey) == before


def test_decreed_names_and_their_months_on_a_narrow_screen(journey, browser):
    line = lines_to_pay(journey)[0]
    screen = Screen(browser, journey, "pengusul", width=PHONE)
    screen.open(f"khbs-bkk-decree-lines/{line['id']}")
    assert screen.field("name").inner_text() == line["name"]
    assert screen.page.get_by_role("button", name="Minta perbaikan").is_visible()
    screen.open("khbs-bkk-months")
    screen.wait_for_list()
    screen.close()
