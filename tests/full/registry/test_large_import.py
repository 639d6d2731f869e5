# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Three hundred thousand families: refused what was planted, in bounded memory."""

import pytest
from importing import REGISTRY, ImportServer, planted, zipped

from tools.population.generator import Request, generate
from tools.population.quarter import next_quarter

HOUSEHOLDS = 300_000
GIBIBYTE = 1 << 30
# One person in a hundred of them would be too few to meet a number by chance.
EARLIER = 1200


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    folder = tmp_path_factory.mktemp("earlier")
    generate(Request(seed=811, households=EARLIER), folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory, earlier):
    folder = tmp_path_factory.mktemp("large")
    request = Request(
        seed=812,
        households=HOUSEHOLDS,
        errors=0.01,
        registered=earlier,
        mixed_codes=0.01,
    )
    generate(request, folder)
    return folder


@pytest.fixture(scope="module")
def server(installation):
    server = ImportServer(installation, "khbs_import_large")
    yield server
    server.close()


@pytest.fixture(scope="module")
def delivery(server, folder, earlier):
    first = server.upload(earlier / "delivery.csv")
    server.do(first, "action_stage")
    server.do(first, "action_apply")
    delivery = server.upload(zipped(folder / "delivery.csv"))
    assert server.do(delivery, "action_stage")["state"] == "staged"
    assert server.do(delivery, "action_apply")["state"] == "applied"
    return delivery


def test_the_reject_file_is_what_was_planted_line_by_line(
    server, delivery, folder, earlier, tmp_path
):
    rejects = server.rejects(delivery, tmp_path)
    for expected, sent_back in zip(planted(folder), rejects, strict=True):
        assert sent_back == expected


def test_the_second_import_changes_no_row(server, delivery, folder):
    before = server.sql(REGISTRY)
    again = server.upload(zipped(folder / "delivery.csv"))
    server.do(again, "action_stage")
    counts = server.read(again, "new_count", "changed_count", "gone_count")
    assert (counts["new_count"], counts["changed_count"]) == (0, 0)
    assert server.do(again, "action_apply")["state"] == "applied"
    assert server.sql(REGISTRY) == before


def test_the_server_stayed_under_a_gibibyte(server, delivery):
    assert server.peak_memory() < GIBIBYTE


def test_the_next_quarter_shows_what_became_of_the_families(
    server, delivery, earlier, tmp_path
):
    """The small delivery's next quarter, complete in no area but as a part."""
    counts = next_quarter(earlier, tmp_path, seed=813)
    following = server.upload(tmp_path / "delivery.csv", quarter="2")
    server.do(following, "action_stage")
    found = server.read(
        following,
        *("new_count", "changed_count", "decile_moved_count", "village_moved_count"),
    )
    changed = sum(counts[kind] for kind in ("decile", "village", "kk", "name"))
    assert found["new_count"] == counts["new"]
    assert found["changed_count"] == changed + counts["member"]
    assert found["decile_moved_count"] == counts["decile"]
    assert found["village_moved_count"] == counts["village"]
