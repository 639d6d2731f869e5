# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server killed in staging, in applying and in a stop loses and doubles nothing."""

import pytest
from importing import ImportServer, planted, rows_of

from tools.population.generator import Request, generate

HOUSEHOLDS = 20_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    generate(Request(seed=821, households=HOUSEHOLDS, errors=0.01), folder)
    return folder


@pytest.fixture
def server(installation, request):
    server = ImportServer(installation, "khbs_import_killed", rows_at_once=5000)
    yield server
    server.close()


@pytest.fixture
def killed(server):
    """Kill the server as soon as a delivery has reached something; start it again."""

    def kill(delivery, reached):
        server.wait(delivery, reached)
        server.kill()
        server.start()
        server.wake()

    return kill


def finished(values):
    return values["job_state"] not in ("queued", "running")


def is_whole(server, delivery, folder):
    """Every accepted family stands in the registry once, with all its members."""
    refused = {row[0] for row in planted(folder)}
    rows = [row for row in list(rows_of(folder / "delivery.csv"))[1:]]
    good = [row for row in rows if row[0] not in refused]
    keys = {row[0] for row in good}
    assert server.read(delivery, "moved_count") == 0
    assert int(server.sql("SELECT count(*) FROM khbs_household")) == len(keys)
    assert int(server.sql("SELECT count(*) FROM khbs_household_kk")) == len(keys)
    assert int(server.sql("SELECT count(*) FROM khbs_person")) == len(good)
    found = server.sql("SELECT count(DISTINCT dtsen_key) FROM khbs_household")
    assert int(found) == len(keys)


@pytest.mark.parametrize("rows", [0, 50_000])
def test_killed_while_reading(server, killed, folder, rows):
    delivery = server.upload(folder / "delivery.csv")
    server.press(delivery, "action_stage")
    killed(
        delivery,
        lambda v: (
            v["job_phase"] == "read" and v["job_processed"] >= rows or finished(v)
        ),
    )
    assert server.wait(delivery, finished)["state"] == "staged"
    total = sum(1 for _row in rows_of(folder / "delivery.csv")) - 1
    assert server.read(delivery, "row_count") == total
    server.do(delivery, "action_apply")
    is_whole(server, delivery, folder)


def test_killed_while_comparing(server, killed, folder):
    delivery = server.upload(folder / "delivery.csv")
    server.press(delivery, "action_stage")
    killed(delivery, lambda v: v["job_phase"] == "compare" or finished(v))
    assert server.wait(delivery, finished)["state"] == "staged"
    server.do(delivery, "action_apply")
    is_whole(server, delivery, folder)


@pytest.mark.parametrize("families", [0, 10_000])
def test_killed_while_applying(server, killed, folder, families):
    delivery = server.upload(folder / "delivery.csv")
    server.do(delivery, "action_stage")
    server.press(delivery, "action_apply")
    killed(delivery, lambda v: v["job_processed"] >= families or finished(v))
    assert server.wait(delivery, finished)["state"] == "applied"
    is_whole(server, delivery, folder)


def test_killed_while_stopping(server, killed, folder):
    delivery = server.upload(folder / "delivery.csv")
    server.do(delivery, "action_stage")
    server.press(delivery, "action_apply")
    server.wait(delivery, lambda v: v["job_processed"] > 0 or finished(v))
    server.press(delivery, "action_stop")
    server.kill()
    server.start()
    values = server.wait(delivery, finished)
    if values["state"] == "applying":
        assert values["job_state"] == "stopped"
        written = int(server.sql("SELECT count(*) FROM khbs_household"))
        assert written == values["job_processed"]
        server.do(delivery, "action_resume")
    is_whole(server, delivery, folder)
