# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The aid: a round, the bank's files, one delivery of food, and the recap.

Four stations, in this order: ``round`` after the list is decided, ``transfer`` and
``delivery`` once it is open, ``recap`` at the end. The bank of the demonstration is
here too: it reads the files it is sent and answers them.
"""

import csv
import io
from datetime import date, timedelta

from .client import as_base64
from .users import DISTRICT, PROVINCE

CEILING = 5_000_000_000
BUDGET = 400_000_000_000
BUDGET_LINES = {
    "5.1.06.02.01.0001": "Bantuan sosial uang kepada keluarga",
    "5.1.06.02.02.0001": "Bantuan sosial barang kepada keluarga",
}
DEBIT_ACCOUNT = "1000000000001"
# The account that the bank of the demonstration finds dormant.
FAILURE = "03"


def round(journey):  # noqa: A001 - the name of the station
    """Enter the budget and the points; generate, decide and open a round."""
    today = date.today()
    _budget(journey.erp("pengelola"), today.year)
    journey.facts["points"] = _points(journey.erp("distribusi"))
    operator = journey.erp("operator")
    round_id = operator.create(
        "khbs.round",
        {
            "code": f"KHBS-{today:%Y}-1",
            "name": f"Penyaluran tahap 1 tahun {today:%Y}",
            "benefit_ids": [(6, 0, operator.search("khbs.benefit", []))],
            "area_ids": [(6, 0, _areas(operator, [("code", "=", PROVINCE)]))],
            "recipient_list_id": _recipient_list(journey, operator),
            "date_from": today.isoformat(),
            "date_to": (today + timedelta(days=30)).isoformat(),
            "ceiling": CEILING,
        },
    )
    operator.call("khbs.round", "action_generate", [round_id])
    journey.erp("penyetuju").decide("khbs.round", "action_decide", round_id)
    operator.call("khbs.round", "action_open", [round_id])
    journey.facts["round"] = round_id


def transfer(journey):
    """Have accounts opened, then credited; one credit fails."""
    opening = _send(journey, "opening", "csv")
    rows = _generic_rows(opening["file"])
    _answer(
        journey,
        opening,
        [
            (row["reference"], f"6200{number:09d}", row["name"], 0, "00")
            for number, row in enumerate(rows, start=1)
        ],
    )
    credit = _send(journey, "transfer", "p")
    cells = _bulk_cells(credit["file"])
    _answer(
        journey,
        credit,
        [
            (each[8], each[0], each[1], each[6].partition(".")[0], code)
            for each, code in zip(
                cells, [FAILURE, *["00"] * (len(cells) - 1)], strict=True
            )
        ],
    )
    journey.facts["opening_batch"] = opening["id"]
    journey.facts["transfer_batch"] = credit["id"]
    journey.facts["failed_reference"] = cells[0][8]


def delivery(journey):
    """Order food for the point of the cards and close its BAST, two sacks torn."""
    officer = journey.erp("distribusi")
    today = date.today().isoformat()
    [food] = officer.search("khbs.benefit", [("code", "=", "FOOD")])
    delivery_id = officer.create(
        "khbs.delivery",
        {
            "round_id": journey.facts["round"],
            "benefit_id": food,
            "point_id": _point_of_cards(journey, officer),
            "spa_number": "500.1/1/SPA/DINSOS",
            "spa_date": today,
            "do_number": "DO-0001/BULOG",
            "do_date": today,
            "transport": "boat",
            "sender": "Petugas BULOG",
            "receiver": "Kepala Desa",
            "witness": "Babinsa",
        },
    )
    officer.call("khbs.delivery", "action_order", [delivery_id])
    officer.call("khbs.delivery", "action_send", [delivery_id])
    for line in officer.search_read(
        "khbs.delivery.line",
        [("delivery_id", "=", delivery_id)],
        ["sent", "unit"],
        order="id",
        limit=1,
    ):
        officer.write(
            "khbs.delivery.line",
            [line["id"]],
            {"good": line["sent"] - 10, "damaged": 10, "note": "2 karung sobek"},
        )
    for line in officer.search_read(
        "khbs.delivery.line",
        [("delivery_id", "=", delivery_id), ("damaged", "=", 0)],
        ["sent"],
    ):
        officer.write("khbs.delivery.line", [line["id"]], {"good": line["sent"]})
    officer.write(
        "khbs.delivery",
        [delivery_id],
        {"bast_number": "BAST-0001", "bast_date": today},
    )
    officer.call("khbs.delivery", "action_receive", [delivery_id])
    paper = officer.read_one("khbs.delivery", delivery_id, ["paper_id"])["paper_id"]
    journey.facts["delivery"] = delivery_id
    journey.facts["bast_paper"] = paper[0]
    _keep(journey, officer, paper[0], "bast", ["pdf"])


def recap(journey):
    """Issue the recap per regency and keep both its files."""
    approver = journey.erp("penyetuju")
    action = approver.call("khbs.round", "action_recap", [journey.facts["round"]])
    journey.facts["recap_paper"] = action["res_id"]
    _keep(journey, approver, action["res_id"], "recap", ["pdf", "xlsx"])


def _budget(officer, year):
    for account_code, name in BUDGET_LINES.items():
        known = [("year", "=", year), ("account_code", "=", account_code)]
        if not officer.search("khbs.budget.line", known):
            officer.create(
                "khbs.budget.line",
                {
                    "name": name,
                    "year": year,
                    "account_code": account_code,
                    "dpa_amount": BUDGET,
                },
            )


def _points(officer):
    """Return the ids of two points that share the villages of the district."""
    district = officer.search_read(
        "khbs.area", [("code", "=", DISTRICT)], ["name", "latitude", "longitude"]
    )[0]
    villages = _areas(officer, [("parent_id", "=", district["id"])])
    half = (len(villages) + 1) // 2
    return [
        officer.create(
            "khbs.point",
            {
                "code": f"TB-{number:02d}",
                "name": f"Titik bagi {district['name']} {number}",
                "kind": "handover",
                "area_id": served[0],
                "village_ids": [(6, 0, served)],
            },
        )
        for number, served in enumerate([villages[:half], villages[half:]], start=1)
    ]


def _point_of_cards(journey, officer):
    """Return the point that serves the village where the cards are, or the first."""
    points = journey.facts["points"]
    serving = officer.search(
        "khbs.point",
        [("id", "in", points), ("village_ids", "=", journey.facts.get("village"))],
        limit=1,
    )
    return (serving or points)[0]


def _areas(erp, domain):
    return erp.search("khbs.area", domain, order="code")


def _recipient_list(journey, operator):
    known = journey.facts.get("recipient_list")
    decided = [("state", "=", "decided")]
    return known or operator.search("khbs.recipient.list", decided, limit=1)[0]


def _send(journey, kind, layout):
    """Have one officer prepare a batch and the other release it; return its file."""
    maker, checker = journey.erp("bank"), journey.erp("bank2")
    batch_id = maker.create(
        "khbs.bank.batch",
        {
            "kind": kind,
            "layout": layout,
            "round_id": journey.facts["round"],
            "debit_account": DEBIT_ACCOUNT,
        },
    )
    maker.call("khbs.bank.batch", "action_prepare", [batch_id])
    checker.decide("khbs.bank.batch", "action_release", batch_id)
    return {
        "id": batch_id,
        "name": maker.read_one("khbs.bank.batch", batch_id, ["name"])["name"],
        "file": maker.download(f"/khbs/bank/{batch_id}/file"),
    }


def _generic_rows(content):
    """Return the lines of a generic file as the bank reads them."""
    _head, names, *rows = csv.reader(io.StringIO(content.decode()), delimiter=";")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _bulk_cells(content):
    _head, *lines = content.decode("ascii").splitlines()
    return [line.split(",") for line in lines]


def _answer(journey, batch, lines):
    """Answer a batch as the bank does; the maker uploads and imports the answer.

    :param lines: (reference, account, name, amount, code) of each
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    total = sum(int(line[3]) for line in lines)
    writer.writerow(["KHBS-RESULT", 1, batch["name"], len(lines), total])
    writer.writerow(["reference", "account", "name", "amount", "code", "message"])
    writer.writerows([*line, ""] for line in lines)
    maker = journey.erp("bank")
    result_id = maker.create(
        "khbs.bank.result",
        {
            "batch_id": batch["id"],
            "layout": "csv",
            "file": as_base64(text.getvalue().encode()),
            "file_name": f"{batch['name']}-hasil.csv",
        },
    )
    maker.call("khbs.bank.result", "action_import", [result_id])


def _keep(journey, erp, paper_id, name, forms):
    for form in forms:
        content = erp.download(f"/khbs/paper/{paper_id}/{form}")
        (journey.folder / f"{name}.{form}").write_bytes(content)
