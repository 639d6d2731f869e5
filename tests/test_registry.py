# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the registry made of the journey's delivery, against what was planted in it."""

import csv
import hashlib
from itertools import groupby

import openpyxl
import pytest

from tools.population.faults import REMARKS
from tools.population.writers import DELIVERY_HEADER

COLUMNS = len(DELIVERY_HEADER)


@pytest.fixture(scope="module")
def operator(journey):
    return journey.erp("operator")


def _read(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file, delimiter=";")


def test_the_reject_file_is_what_was_planted_line_by_line(journey):
    answers = journey.facts["dtsen_answers"]
    planted = {int(row[0]): row[2] for row in list(_read(answers))[1:]}
    planted = {line: code for line, code in planted.items() if code not in REMARKS}
    rows = list(enumerate(_read(answers.with_name("delivery.csv")), start=1))[1:]
    faulty = {row[0] for line, row in rows if line in planted}
    expected = [
        (*row[:COLUMNS], planted.get(line, "HOUSEHOLD_REJECTED"))
        for line, row in rows
        if row[0] in faulty
    ]
    sheet = openpyxl.load_workbook(journey.facts["rejects"], read_only=True).active
    sent_back = [
        tuple(cell or "" for cell in row[: COLUMNS + 1])
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert len(set(planted.values())) >= 15
    assert sent_back == expected


def test_everybody_else_is_in_the_registry_with_a_reason(journey, operator):
    [delivery] = operator.call(
        "khbs.dtsen.import",
        "read",
        [journey.facts["dtsen_import"]],
        ["household_count", "new_count", "rejected_count"],
    )
    assert delivery["new_count"] + delivery["rejected_count"] == 2000
    undecided = operator.search(
        "khbs.household", [("dtsen_key", "!=", False), ("decision_ids", "=", False)]
    )
    assert not undecided
    excluded = operator.search_read(
        "khbs.decision",
        [("current", "=", True), ("outcome", "=", "not_eligible")],
        ["explanation"],
        limit=50,
    )
    assert all(decision["explanation"] for decision in excluded)


def test_the_visits_are_accepted_and_one_family_has_no_house(journey, operator):
    visits = operator.call(
        "khbs.visit", "read", journey.facts["visits"], ["state", "dwelling_kind"]
    )
    assert len(visits) == 20
    assert {visit["state"] for visit in visits} == {"accepted"}
    assert [visit["dwelling_kind"] for visit in visits].count("none") == 1


def test_anybody_can_repeat_the_draw_and_the_hash(journey, operator):
    [decided] = operator.call(
        "khbs.recipient.list",
        "read",
        [journey.facts["recipient_list"]],
        ["seed", "sha256", "state", "line_count"],
    )
    lines = operator.search_read(
        "khbs.recipient.line",
        [("list_id", "=", decided["id"])],
        ["household_id", "area_id", "rank", "decile", "verified", "member_count"],
    )
    assert decided["state"] == "decided"
    assert decided["line_count"] == len(lines)
    households = dict(
        (row["id"], row["name"])
        for row in operator.call(
            "khbs.household",
            "read",
            [line["household_id"][0] for line in lines],
            ["name"],
        )
    )
    villages = dict(
        (row["id"], row["code"])
        for row in operator.call(
            "khbs.area", "read", list({line["area_id"][0] for line in lines}), ["code"]
        )
    )
    for line in lines:
        line["name"] = households[line["household_id"][0]]
        line["village"] = villages[line["area_id"][0]]
    lines.sort(key=lambda line: (line["village"], line["rank"]))

    def place(line):
        drawn = hashlib.sha256((decided["seed"] + line["name"]).encode()).digest()
        return (
            int(line["decile"]),
            not line["verified"],
            -line["member_count"],
            drawn,
        )

    for _village, ranked in groupby(lines, key=lambda line: line["village"]):
        ranked = list(ranked)
        assert [line["rank"] for line in ranked] == list(range(1, len(ranked) + 1))
        assert ranked == sorted(ranked, key=place)
    content = "\n".join(
        f"{line['village']}|{line['rank']}|{line['name']}|{line['decile']}"
        f"|{int(line['verified'])}|{line['member_count']}"
        for line in lines
    )
    assert hashlib.sha256(content.encode()).hexdigest() == decided["sha256"]
