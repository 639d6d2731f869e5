# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Twenty thousand families with every class of error, as a large delivery comes.

One file is imported once in the background by a server of its own; the tests look at
what became of it.
"""

import pytest
from importing import REGISTRY, ImportServer, planted

from tools.population.faults import ALONE, IN_PAIRS, REMARKS, WITH_NUMBERS
from tools.population.generator import Request, generate

OUTSIDE = "62.71"
SCOPE = [f"62.{number:02d}" for number in range(1, 14)]
EVERY_CLASS = {
    *ALONE,
    *IN_PAIRS,
    *WITH_NUMBERS,
    "NIK_DUPLICATE_REGISTRY",
    "AREA_NO_CROSSWALK",
    "AREA_OUT_OF_SCOPE",
} - REMARKS


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    folder = tmp_path_factory.mktemp("earlier")
    generate(Request(seed=801, households=120), folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory, earlier):
    folder = tmp_path_factory.mktemp("planted")
    request = Request(
        seed=802,
        households=20_000,
        errors=0.01,
        registered=earlier,
        mixed_codes=0.01,
        outside=OUTSIDE,
    )
    generate(request, folder)
    return folder


@pytest.fixture(scope="module")
def server(installation):
    server = ImportServer(installation, "khbs_import", rows_at_once=5000)
    yield server
    server.close()


@pytest.fixture(scope="module")
def delivery(server, folder, earlier):
    """The delivery, applied after one that the registry holds already."""
    first = server.upload(earlier / "delivery.csv")
    server.do(first, "action_stage")
    assert server.do(first, "action_apply")["state"] == "applied"
    delivery = server.upload(folder / "delivery.csv", SCOPE)
    assert server.do(delivery, "action_stage")["state"] == "staged"
    assert server.do(delivery, "action_apply")["state"] == "applied"
    return delivery


def test_the_reject_file_is_what_was_planted_line_by_line(
    server, delivery, folder, earlier, tmp_path
):
    expected = list(planted(folder))
    assert list(server.rejects(delivery, tmp_path)) == expected
    assert {row[-1] for row in expected} == EVERY_CLASS | {"HOUSEHOLD_REJECTED"}


def test_all_others_are_in_the_registry_and_remarks_block_nothing(
    server, delivery, folder, earlier
):
    counts = server.read(
        delivery, "new_count", "rejected_count", "household_count", "warning_row_count"
    )
    assert counts["household_count"] == 20_000
    assert counts["new_count"] + counts["rejected_count"] == 20_000
    refused = {row[0] for row in planted(folder)}
    assert counts["rejected_count"] == len(refused)
    assert counts["warning_row_count"] >= 5 * 200
    assert int(server.sql("SELECT count(*) FROM khbs_household")) == (
        counts["new_count"] + 120
    )


def test_the_second_import_changes_no_row(server, delivery, folder):
    before = server.sql(REGISTRY)
    again = server.upload(folder / "delivery.csv", SCOPE)
    server.do(again, "action_stage")
    counts = server.read(
        again, "new_count", "changed_count", "gone_count", "same_file_id"
    )
    assert (counts["new_count"], counts["changed_count"]) == (0, 0)
    assert counts["same_file_id"][0] == delivery
    assert server.do(again, "action_apply")["state"] == "applied"
    assert server.sql(REGISTRY) == before


def test_no_number_of_a_person_stands_in_the_log(server, delivery, folder):
    log = server.log.read_text(errors="replace")
    some = {row[2] for row in planted(folder) if len(row[2]) == 16}
    assert len(some) > 1000
    assert not [nik for nik in some if nik in log]
