# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A decree from the decided list to its electronic signature, done in Chromium."""

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from screen import DIALOG, Screen

from tools.journey.documents import fill_open_places
from tools.setup.state import REPOSITORY

DECREE = "khbs.decree"
STEP = "khbs.decree.paraf.step"


@pytest.fixture
def service():
    """The signing service of the addon's tests, with a CA of its own."""
    path = REPOSITORY / "addons" / "khbs_registry" / "tests" / "signing_common.py"
    spec = importlib.util.spec_from_file_location("signing_common", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SigningService()


@pytest.fixture
def signatories(journey, service):
    """A Governor with a name and a certificate, and who signs excerpts."""
    administrator = journey.erp("pengelola")
    today = date.today()
    [governor] = administrator.search_read(
        "khbs.signatory", [("role", "=", "governor")], ["title"]
    )
    yesterday = (today - timedelta(days=1)).isoformat()
    administrator.write("khbs.signatory", [governor["id"]], {"valid_to": yesterday})
    certificate = service.fingerprint
    for name, role, title, sha256 in (
        ("AGUSTIAR CONTOH", "governor", governor["title"], certificate),
        ("KEPALA CONTOH, S.H.", "legal", "KEPALA BIRO HUKUM,", False),
    ):
        values = {"name": name, "role": role, "title": title}
        values["valid_from"] = today.isoformat()
        values["certificate_sha256"] = sha256
        administrator.create("khbs.signatory", values)


@pytest.fixture
def chain(journey):
    """The validator and then the auditor initial decrees on lists."""
    administrator = journey.erp("pengelola")
    steps = [
        administrator.create(
            STEP,
            {
                "kind": "recipient_list",
                "sequence": number,
                "office": office,
                "user_ids": [(6, 0, [journey.erp(login).uid])],
            },
        )
        for number, office, login in (
            (1, "office", "validator"),
            (2, "legal", "auditor"),
        )
    ]
    yield
    administrator.call(STEP, "unlink", steps)


def open_decree(browser, journey, login, state):
    """Open the decree on the list in the *state* shown, as *login*."""
    screen = Screen(browser, journey, login)
    screen.menu("Dokumen", "Keputusan Gubernur")
    screen.search("Penetapan Penerima Kartu")
    screen.open_row(state)
    return screen


def initial(browser, journey, login):
    screen = open_decree(browser, journey, login, "Draf")
    screen.press("Paraf")
    screen.confirm()
    screen.page.wait_for_selector("button[name=action_initial]", state="detached")
    screen.close()


def signed_by(service, content):
    """Return *content* signed, in a thread: that of Playwright has a loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(service.sign, content).result()


def refused(screen, path):
    """Upload a file that is refused; return the sentence on screen."""
    screen.press("Unggah berkas bertanda tangan")
    screen.wait_for_dialog()
    screen.upload("scan", path)
    screen.press("Berlakukan")
    # The form behind it says nearly the same.
    sentence = screen.page.locator(DIALOG, has_text="diawali persis oleh bitanya")
    sentence.wait_for()
    shown = sentence.inner_text()
    sentence.locator(".modal-footer .btn-primary").click()
    screen.page.locator(DIALOG).get_by_role("button", name="Batal").click()
    screen.wait_for_no_dialog()
    return shown


def test_list_is_decreed_initialled_and_signed_by_certificate(
    journey, browser, signatories, chain, service, tmp_path
):
    number = f"188.44/77/{date.today().year}"
    officer = Screen(browser, journey, "sk")
    officer.menu("Registri", "Daftar penerima")
    officer.open_row("Ditetapkan")
    officer.press("Rancang keputusan")
    officer.wait_for_state("Draf")
    draft = officer.record_id()
    clauses = officer.field("clause_ids").inner_text()
    assert "Undang-Undang Nomor 14 Tahun 2023" in clauses
    # The library leaves the numbers of three regulations open.
    assert fill_open_places(journey, draft) == 3
    officer.page.reload()
    officer.wait_for_state("Draf")
    officer.choose("track", "Tanda tangan elektronik (TTE)")
    officer.save()
    assert officer.page.locator(".alert", has_text="menunggu paraf").is_visible()
    officer.close()

    initial(browser, journey, "validator")
    initial(browser, journey, "auditor")

    approver = open_decree(browser, journey, "penyetuju", "Draf")
    approver.press("Tetapkan")
    approver.confirm()
    approver.page.wait_for_selector("button[name=action_approve]", state="detached")
    approver.close()

    officer = open_decree(browser, journey, "sk", "Draf")
    officer.press("Daftarkan nomor")
    officer.wait_for_dialog()
    officer.fill("number", number)
    officer.fill("date", date.today().strftime("%d/%m/%Y"))
    officer.press("Daftarkan nomor")
    officer.wait_for_no_dialog()
    officer.press("Bekukan")
    officer.confirm()
    officer.wait_for_state("Dibekukan")
    frozen = officer.download("PDF beku").read_bytes()
    other = tmp_path / "lain.pdf"
    other.write_bytes(signed_by(service, frozen.replace(b"%PDF-1.7", b"%PDF-1.6", 1)))
    assert "harus diawali persis" in refused(officer, other)

    back = tmp_path / "keputusan.pdf"
    back.write_bytes(signed_by(service, frozen))
    officer.press("Unggah berkas bertanda tangan")
    officer.wait_for_dialog()
    officer.upload("scan", back)
    officer.press("Berlakukan")
    officer.wait_for_state("Berlaku")
    officer.page.get_by_role("tab", name="Tanda tangan").click()
    assert officer.field("signer_name").inner_text() == "AGUSTIAR CONTOH"
    assert officer.field("signer_certificate_sha256").inner_text() == (
        service.fingerprint
    )
    assert officer.download("Berkas bertanda tangan").read_bytes() == back.read_bytes()
    officer.page.get_by_role("tab", name="Paraf").click()
    assert officer.field("paraf_ids").locator(".o_data_row").count() == 2
    excerpt_of_an_area(officer, journey)
    officer.close()
    decree = journey.erp("sk").read_one(DECREE, draft, ["state", "number"])
    assert (decree["state"], decree["number"]) == ("in_force", number)


def excerpt_of_an_area(officer, journey):
    """Draft an excerpt of the village with the most families, from the decree."""
    officer.press("Ubah, petik, atau cabut")
    officer.wait_for_dialog()
    [village] = journey.erp("sk").call(
        "khbs.area", "read", [journey.facts["village"]], ["display_name", "name"]
    )
    officer.pick("area_id", village["display_name"])
    officer.press("Rancang keputusan")
    officer.wait_for_state("Draf")
    assert officer.field("form").inner_text() == "Petikan"
    assert officer.field("area_id").inner_text() == village["display_name"]
    officer.page.get_by_role("tab", name="Lampiran").click()
    assert "DAFTAR PENERIMA" in officer.field("annex_ids").inner_text()
    withdrawn_unsigned(officer, journey)


def withdrawn_unsigned(officer, journey):
    """Freeze the draft that is open; the approver finds that nobody will sign it."""
    excerpt = officer.record_id()
    for login in ("validator", "auditor"):
        initial(officer.context.browser, journey, login)
    approver = Screen(officer.context.browser, journey, "penyetuju")
    approver.open(f"khbs-decrees/{excerpt}")
    approver.press("Tetapkan")
    approver.confirm()
    approver.page.wait_for_selector("button[name=action_approve]", state="detached")
    officer.page.reload()
    officer.press("Bekukan")
    officer.confirm()
    officer.wait_for_state("Dibekukan")
    approver.page.reload()
    approver.press("Tarik")
    approver.wait_for_dialog()
    approver.fill("reason", "Kepala Biro Hukum berhalangan tetap")
    approver.press("Tarik")
    approver.wait_for_state("Ditarik")
    shown = approver.page.inner_text(".o_form_view")
    assert "Kepala Biro Hukum berhalangan tetap" in shown
    approver.close()
