# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The aid by clicking: a round, a delivery of food, a transfer through the bank."""

import csv
import io
from datetime import date, timedelta

import pytest
from screen import PHONE, Screen

FOOD = "Paket pangan"
CASH = "Bantuan tunai"
DEBIT_ACCOUNT = "1000000000001"
# As a clerk types a date on an Indonesian keyboard.
DAY = "%d/%m/%Y"


@pytest.fixture(scope="module")
def food_round(journey):
    """Name of an open round of food for the villages of the two points."""
    operator = journey.erp("operator")
    today = date.today()
    villages = {
        village
        for point in operator.search_read("khbs.point", [], ["village_ids"])
        for village in point["village_ids"]
    }
    name = "Penyaluran pangan bagi petugas distribusi"
    round_id = operator.create(
        "khbs.round",
        {
            "code": "TUGAS-PANGAN",
            "name": name,
            "benefit_ids": [
                (6, 0, operator.search("khbs.benefit", [("code", "=", "FOOD")]))
            ],
            "area_ids": [(6, 0, sorted(villages))],
            "recipient_list_id": journey.facts["recipient_list"],
            "date_from": today.isoformat(),
            "date_to": (today + timedelta(days=30)).isoformat(),
            "ceiling": 1_000_000_000,
        },
    )
    operator.call("khbs.round", "action_generate", [round_id])
    journey.erp("penyetuju").decide("khbs.round", "action_decide", round_id)
    operator.call("khbs.round", "action_open", [round_id])
    return name


def test_round_is_made_decided_and_opened(journey, browser):
    """The operator forms it, another person decides it, the operator opens it."""
    name = "Penyaluran tunai yang ditetapkan di layar"
    today = date.today()
    [recipient_list] = journey.erp("operator").search_read(
        "khbs.recipient.list",
        [("id", "=", journey.facts["recipient_list"])],
        ["name", "line_count"],
    )
    operator = Screen(browser, journey, "operator")
    operator.menu("Bantuan", "Penyaluran")
    operator.new()
    operator.fill("name", name)
    operator.fill("code", "TUGAS-TUNAI")
    operator.pick("recipient_list_id", recipient_list["name"])
    operator.pick("benefit_ids", CASH)
    operator.pick("area_ids", "Kalimantan Tengah")
    operator.fill("date_from", today.strftime(DAY))
    operator.fill("date_to", (today + timedelta(days=30)).strftime(DAY))
    operator.fill("ceiling", "5000000000")
    operator.save()
    operator.press("Bentuk hak")
    operator.wait_for_state("Terbentuk")
    total = operator.field("total").inner_text()
    families = recipient_list["line_count"]
    assert total == f"{families * 250_000:,}".replace(",", ".")

    approver = Screen(browser, journey, "penyetuju")
    approver.menu("Bantuan", "Penyaluran")
    approver.open_row(name)
    assert approver.field("total").inner_text() == total
    approver.press("Tetapkan")
    approver.wait_for_state("Ditetapkan")
    assert approver.field("decided_by_id").inner_text() == "Penyetuju"
    approver.close()

    operator.page.reload()
    operator.press("Buka penyaluran")
    operator.wait_for_state("Terbuka")
    operator.close()


def test_food_is_ordered_sent_and_received(journey, browser, food_round):
    """Ordered and sent at the desk; received on a phone at the point, two torn."""
    number = "DO-0002/BULOG"
    today = date.today().strftime(DAY)
    desk = Screen(browser, journey, "distribusi")
    desk.menu("Bantuan", "Pengiriman")
    desk.new()
    desk.pick("round_id", food_round)
    desk.pick("benefit_id", FOOD)
    desk.pick("point_id", "TB-01")
    desk.fill("spa_number", "500.1/2/SPA/DINSOS")
    desk.fill("spa_date", today)
    desk.fill("do_number", number)
    desk.fill("do_date", today)
    desk.choose("transport", "Kelotok")
    desk.save()
    desk.press("Pesan")
    desk.wait_for_state("Dipesan")
    assert desk.page.locator(".o_field_widget[name=line_ids] .o_data_row").count() == 3
    desk.press("Barang berangkat")
    desk.wait_for_state("Dalam perjalanan")
    desk.close()

    officer = journey.erp("distribusi")
    [delivery] = officer.search("khbs.delivery", [("do_number", "=", number)])
    lines = officer.search_read(
        "khbs.delivery.line", [("delivery_id", "=", delivery)], ["sent"], order="id"
    )
    point = Screen(browser, journey, "distribusi", PHONE)
    point.menu("Bantuan", "Pengiriman")
    point.search(number)
    point.open_row(number)
    for line, damaged, name in zip(
        lines, (2, 0, 0), ("Beras premium", "Minyak goreng", "Gula"), strict=True
    ):
        point.page.locator(
            ".o_field_widget[name=line_ids] .o_kanban_record", has_text=name
        ).click()
        point.wait_for_dialog()
        point.fill("good", str(line["sent"] - damaged))
        point.fill("damaged", str(damaged))
        point.confirm()
    point.fill("receiver", "Kepala Desa")
    point.fill("bast_number", "BAST-0002")
    point.fill("bast_date", today)
    point.save()
    point.press("Tutup BAST")
    point.wait_for_state("Diterima")
    point.page.get_by_role("button", name="Cetak BAST", exact=True).wait_for()
    received = officer.search_read(
        "khbs.delivery.line",
        [("delivery_id", "=", delivery)],
        ["sent", "good", "damaged", "received"],
        order="id",
    )
    assert all(row["received"] for row in received)
    assert [row["damaged"] for row in received] == [2, 0, 0]
    assert all(row["good"] + row["damaged"] == row["sent"] for row in received)
    point.close()


def test_bank_pays_again_what_had_failed(journey, browser, tmp_path):
    """One officer prepares the file, another releases it, the answer closes it."""
    failed = failed_account(journey)
    maker = Screen(browser, journey, "bank")
    maker.menu("Bantuan", "Rekening bank")
    maker.search(failed["household"])
    maker.open_row(failed["household"])
    maker.press("Pakai kembali")
    maker.wait_for_state("Aktif")

    maker.menu("Bantuan", "Berkas bank")
    maker.new()
    maker.choose("kind", "Transfer")
    maker.pick("round_id", failed["round"])
    maker.choose("layout", "CSV")
    maker.fill("debit_account", DEBIT_ACCOUNT)
    maker.save()
    maker.press("Siapkan berkas")
    maker.wait_for_state("Disiapkan")
    batch = maker.page.locator(".oe_title .o_field_widget[name=name]").inner_text()
    # Who made the file neither downloads it yet nor releases it.
    download = maker.page.get_by_role("button", name="Unduh berkas", exact=True)
    assert not download.count()

    checker = Screen(browser, journey, "bank2")
    checker.menu("Bantuan", "Berkas bank")
    checker.open_row(batch)
    assert checker.field("total").inner_text() == "250.000"
    checker.press("Lepas ke bank")
    checker.wait_for_state("Dikirim")
    checker.close()

    maker.page.reload()
    maker.wait_for_state("Dikirim")
    order = maker.download("Unduh berkas").read_text()
    answer = tmp_path / f"{batch}-hasil.csv"
    answer.write_text(answered(batch, order))
    maker.menu("Bantuan", "Jawaban bank")
    maker.new()
    maker.pick("batch_id", batch)
    maker.upload("file", answer)
    maker.save()
    maker.press("Impor jawaban")
    maker.wait_for_state("Terimpor")
    maker.menu("Bantuan", "Berkas bank")
    maker.open_row(batch)
    maker.wait_for_state("Ditutup")
    assert maker.field("paid_amount").inner_text() == "250.000"
    maker.close()


def failed_account(journey):
    """Return household and round of the account that the bank found dormant."""
    bank = journey.erp("bank")
    [account] = bank.search_read(
        "khbs.bank.account", [("state", "=", "failed")], ["household_id"], limit=1
    )
    [row] = bank.search_read(
        "khbs.round", [("id", "=", journey.facts["round"])], ["name"]
    )
    return {
        # Number of the family; its name stands behind it.
        "household": account["household_id"][1].split()[0],
        "round": row["name"],
    }


def answered(batch, order):
    """Return the bank's answer to the file *order*: everything credited."""
    _head, names, *rows = csv.reader(io.StringIO(order), delimiter=";")
    lines = [dict(zip(names, row, strict=True)) for row in rows]
    assert len(lines) == 1
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    total = sum(int(line["amount"]) for line in lines)
    writer.writerow(["KHBS-RESULT", 1, batch, len(lines), total])
    writer.writerow(["reference", "account", "name", "amount", "code", "message"])
    for line in lines:
        writer.writerow(
            [line[key] for key in ("reference", "account", "name", "amount")]
            + ["00", ""]
        )
    return text.getvalue()
