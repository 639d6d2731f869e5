# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Aid without a card by clicking: a phone at the point, a second person's desk."""

from datetime import date, timedelta

import pytest
from database import connect
from PIL import Image
from screen import DIALOG, PHONE, Screen


@pytest.fixture
def family(journey, installation):
    """(card number, last digits of the head's NIK, point) of a family with open aid."""
    officer = journey.erp("kartu")
    [card] = officer.search_read(
        "khbs.card",
        [("state", "=", "active")],
        ["card_no", "household_id", "area_id"],
        order="card_index desc",
        limit=1,
    )
    village = card["area_id"][0]
    _open_round(journey, village)
    [point] = journey.erp("distribusi").search_read(
        "khbs.point", [("village_ids", "in", [village])], ["code"], limit=1
    )
    with connect(installation, journey.database) as connection:
        with connection.cursor() as cr:
            cr.execute(
                "SELECT right(nik, 4) FROM khbs_person WHERE household_id = %s"
                " AND relation = '1' AND state = 'alive'",
                [card["household_id"][0]],
            )
            [digits] = cr.fetchone()
    return card["card_no"], digits, point["code"]


def _open_round(journey, village):
    operator = journey.erp("operator")
    today = date.today()
    round_id = operator.create(
        "khbs.round",
        {
            "code": "TUGAS-RUSAK",
            "name": "Penyaluran pangan bagi kartu yang rusak",
            "benefit_ids": [
                (6, 0, operator.search("khbs.benefit", [("code", "=", "FOOD")]))
            ],
            "area_ids": [(6, 0, [village])],
            "recipient_list_id": journey.facts["recipient_list"],
            "date_from": today.isoformat(),
            "date_to": (today + timedelta(days=30)).isoformat(),
            "ceiling": 1_000_000_000,
        },
    )
    operator.call("khbs.round", "action_generate", [round_id])
    journey.erp("penyetuju").decide("khbs.round", "action_decide", round_id)
    operator.call("khbs.round", "action_open", [round_id])


def test_a_ruined_card_is_served_after_a_second_persons_look(
    journey, browser, family, tmp_path
):
    card_no, digits, point_code = family
    photo = tmp_path / "orang-dan-kartu.jpg"
    Image.new("RGB", (320, 240), "grey").save(photo)
    point = Screen(browser, journey, "distribusi", PHONE)
    point.menu("Bantuan", "Klaim tanpa kartu")
    point.new()
    point.fill("card_no", card_no)
    point.fill("last_digits", "0000" if digits != "0000" else "1111")
    point.pick("point_id", point_code)
    point.pick("entitlement_ids", "TUGAS-RUSAK")
    point.upload("photo", photo)
    point.save()
    point.press("Ajukan klaim")
    point.page.locator(f"{DIALOG} .modal-footer .btn-primary").click()
    point.page.get_by_text("Empat angka terakhir tidak sama").wait_for()
    point.press("Tutup")
    point.fill("last_digits", digits)
    point.save()
    point.press("Ajukan klaim")
    point.confirm()
    point.wait_for_state("Menunggu persetujuan")
    number = point.page.locator(".oe_title h1").inner_text()
    point.close()

    approver = Screen(browser, journey, "penyetuju")
    approver.menu("Bantuan", "Klaim tanpa kartu")
    approver.open_row(number)
    approver.field("photo").locator("img").wait_for()
    approver.press("Setujui")
    approver.wait_for_state("Disetujui")
    approver.page.get_by_text("Serahkan bantuannya sekarang").wait_for()
    approver.close()
    [card] = journey.erp("kartu").search_read(
        "khbs.card", [("card_no", "=", card_no)], ["state"]
    )
    assert card["state"] == "suspended"
