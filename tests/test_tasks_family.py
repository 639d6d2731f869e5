# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Families that change: proposed at the door, decided at the desk, by clicking."""

import base64
import re

import pytest
from screen import PHONE, Screen

from tools.journey.users import DISTRICT

# The smallest PNG there is: the photo of a letter.
LETTER = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "surat.png"
    path.write_bytes(LETTER)
    return path


@pytest.fixture
def family(journey):
    """Return a function (login, members) -> a family that this user sees.

    No family that has a card or waits for one: other tests need those. The office
    leaves the few of the officer's district to him.
    """
    taken = set()

    def family(login, members):
        inside = "=" if login == "petugas" else "!="
        rows = journey.erp(login).search_read(
            "khbs.household",
            [
                ("area_id.parent_id.code", inside, DISTRICT),
                ("state", "in", ("listed", "eligible", "not_eligible")),
                ("family_event_ids", "=", False),
            ],
            ["name", "member_count", "head_id", "person_ids"],
            limit=100,
        )
        found = next(
            row
            for row in rows
            if row["member_count"] >= members and row["id"] not in taken
        )
        taken.add(found["id"])
        return found

    return family


def member(erp, family, number):
    """Return {id, name} of a member of *family*, the head being the first."""
    head = family["head_id"][0]
    others = [one for one in family["person_ids"] if one != head]
    return erp.read_one("khbs.person", [head, *others][number], ["name"])


def open_family(screen, family):
    screen.menu("Registri", "Keluarga")
    screen.search(family["name"])
    screen.open_row(family["name"])


def test_officer_proposes_a_death_and_the_validator_carries_it_out(
    journey, browser, family, letter
):
    chosen = family("petugas", 3)
    officer = journey.erp("petugas")
    head, heir = (member(officer, chosen, number) for number in range(2))
    screen = Screen(browser, journey, "petugas", width=PHONE)
    open_family(screen, chosen)
    screen.press("Peristiwa keluarga")
    screen.choose("kind", "Anggota meninggal")
    screen.pick("person_ids", head["name"])
    screen.pick("new_head_id", heir["name"])
    screen.upload("evidence", letter)
    screen.press("Serahkan")
    screen.wait_for_state("Diserahkan")
    event = screen.record_id()
    screen.close()

    screen = Screen(browser, journey, "validator")
    screen.menu("Registri", "Peristiwa keluarga")
    screen.search(chosen["name"])
    screen.open_row("Anggota meninggal")
    for name in (head["name"], heir["name"]):
        screen.page.locator(".alert-info", has_text=name).wait_for()
    screen.press("Laksanakan")
    screen.confirm()
    screen.wait_for_state("Dilaksanakan")
    screen.close()
    after = officer.read_one("khbs.household", chosen["id"], ["head_id"])
    assert after["head_id"][0] == heir["id"]
    state = officer.read_one("khbs.person", head["id"], ["state"])["state"]
    assert state == "deceased"
    assert officer.read_one("khbs.family.event", event, ["state"])["state"] == (
        "accepted"
    )


def test_operator_splits_a_family(journey, browser, family):
    chosen = family("operator", 3)
    operator = journey.erp("operator")
    child = member(operator, chosen, 2)
    screen = Screen(browser, journey, "operator")
    open_family(screen, chosen)
    screen.press("Peristiwa keluarga")
    screen.choose("kind", "Pecah KK")
    screen.pick("person_ids", child["name"])
    screen.pick("other_head_id", child["name"])
    screen.fill("letter_number", "474.2/31/2026")
    screen.fill("letter_date", "02/03/2026")
    screen.fill("other_kk_entry", "6206010203269001")
    screen.press("Serahkan")
    screen.wait_for_state("Diserahkan")
    event = screen.record_id()
    assert "6206010203269001" not in screen.page.content()
    screen.close()

    journey.erp("validator").decide("khbs.family.event", "action_accept", event)
    screen = Screen(browser, journey, "operator")
    screen.open(f"khbs-family-events/{event}")
    screen.wait_for_state("Dilaksanakan")
    screen.page.locator(".oe_stat_button", has_text="Keluarga baru").click()
    screen.page.locator(".o_breadcrumb").filter(has_text=child["name"]).wait_for()
    screen.page.get_by_role("tab", name="Riwayat KK").click()
    screen.page.locator("[name=kk_ids] .o_data_row").nth(1).wait_for()
    screen.close()
    result = operator.read_one("khbs.family.event", event, ["result_household_id"])
    new = operator.read_one(
        "khbs.household", result["result_household_id"][0], ["state", "kk_masked"]
    )
    assert new["state"] == "needs_verification"
    assert new["kk_masked"] == "6206********9001"


def test_officer_proposes_another_address_with_a_phone(
    journey, browser, family, letter
):
    chosen = family("petugas", 1)
    screen = Screen(browser, journey, "petugas", width=PHONE)
    open_family(screen, chosen)
    screen.press("Usulkan perubahan")
    screen.upload("evidence", letter)
    screen.page.locator("[name=line_ids] .o-kanban-button-new").click()
    screen.wait_for_dialog()
    screen.choose("field_name", "Alamat")
    screen.fill("text_entry", "Jl. Lintas Kalimantan Km 5")
    screen.press("Simpan & Tutup")
    screen.wait_for_no_dialog()
    screen.press("Serahkan")
    screen.wait_for_state("Diserahkan")
    request = screen.record_id()
    screen.close()

    screen = Screen(browser, journey, "validator")
    screen.menu("Registri", "Permohonan perubahan")
    screen.search(chosen["name"])
    screen.open_row(chosen["name"])
    changes = screen.page.locator("[name=line_ids]")
    changes.get_by_text("JL. LINTAS KALIMANTAN KM 5").wait_for()
    screen.press("Laksanakan")
    screen.wait_for_state("Dilaksanakan")
    screen.close()
    officer = journey.erp("petugas")
    after = officer.read_one("khbs.household", chosen["id"], ["address"])
    assert after["address"] == "JL. LINTAS KALIMANTAN KM 5"
    state = officer.read_one("khbs.change.request", request, ["state"])["state"]
    assert state == "accepted"


def test_validator_refuses_with_a_reason(journey, browser, family):
    chosen = family("operator", 1)
    operator = journey.erp("operator")
    event = operator.create(
        "khbs.family.event",
        {
            "household_id": chosen["id"],
            "kind": "exit",
            "exit_reason": "GRADUATED",
            "letter_number": "1/2026",
            "letter_date": "2026-03-01",
        },
    )
    operator.call("khbs.family.event", "action_submit", [event])
    screen = Screen(browser, journey, "validator")
    screen.menu("Registri", "Peristiwa keluarga")
    screen.search(chosen["name"])
    screen.open_row("Keluarga keluar dari program")
    screen.press("Tolak")
    screen.wait_for_dialog()
    screen.fill("reason", "Surat tidak terbaca")
    screen.press("Tolak")
    screen.wait_for_state("Ditolak")
    screen.page.locator(".alert-danger", has_text="Surat tidak terbaca").wait_for()
    screen.close()


def accept_family(journey, area, person):
    """Make a family of one *person* {name, birth_date, sex}: an accepted candidate."""
    operator = journey.erp("operator")
    complaint = operator.create(
        "khbs.complaint",
        {"kind": "proposal", "area_id": area, "text": "Tetangga belum terdaftar."},
    )
    head = {name: person[name] for name in ("name", "birth_date", "sex")}
    candidate = operator.create(
        "khbs.candidate",
        {
            "area_id": area,
            "origin": "complaint",
            "complaint_id": complaint,
            "address": "PONDOK LADANG",
            "dwelling_kind": "field_hut",
            "ground": "Tidak punya penghasilan tetap.",
            "person_ids": [(0, 0, {**head, "relation": "1"})],
        },
    )
    operator.call("khbs.candidate", "action_propose", [candidate])
    journey.erp("validator").decide("khbs.candidate", "action_accept", candidate)


def test_operator_decides_on_duplicates(journey, browser, family):
    """Namesakes stay two; one person recorded twice begins a family event."""
    operator = journey.erp("operator")
    chosen = family("operator", 2)
    child = member(operator, chosen, 1)
    details = operator.read_one("khbs.person", child["id"], ["birth_date", "sex"])
    area = operator.read_one("khbs.household", chosen["id"], ["area_id"])["area_id"]
    for name in (child["name"], f"{child['name']}H"):
        accept_family(journey, area[0], {**details, "name": name})
    screen = Screen(browser, journey, "operator")
    screen.menu("Registri", "Pencarian data ganda")
    screen.new()
    screen.pick("area_id", area[1])
    screen.press("Cari")
    screen.page.wait_for_url(re.compile(r"/khbs-duplicate-scans/[0-9]+"))
    wait_for_done(screen)
    open_pair(screen, child["name"])
    screen.press("Orang berbeda")
    screen.wait_for_state("Orang berbeda")
    screen.menu("Registri", "Pencarian data ganda")
    screen.open_row(area[1])
    open_pair(screen, child["name"])
    screen.press("Orang yang sama")
    screen.page.locator(".o_breadcrumb").filter(has_text="KEL-").wait_for()
    screen.wait_for_state("Draf")
    event = operator.read_one(
        "khbs.family.event", screen.record_id(), ["kind", "same_person_id"]
    )
    assert event["kind"] == "double"
    assert event["same_person_id"]
    screen.close()


def wait_for_done(screen):
    """Reload the search until the background has finished it."""
    done = screen.page.locator(".o_arrow_button_current", has_text="Selesai")
    for _look in range(60):
        screen.page.reload()
        screen.page.wait_for_selector(".o_statusbar_status")
        if done.count():
            return
    done.wait_for()


def open_pair(screen, name):
    """Open the first pair with *name* that is still to be decided."""
    screen.page.locator(".oe_stat_button", has_text="Pasangan baru").click()
    screen.page.wait_for_selector(".o_list_view")
    rows = screen.page.locator(".o_data_row", has_text="Perlu ditetapkan")
    rows.filter(has_text=name).first.locator(".o_data_cell").first.click()
    screen.page.wait_for_selector(".o_form_view")
