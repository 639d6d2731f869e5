# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The auditor's own calculation agrees with the server's, and finds a change."""

import psycopg2
import pytest

from tools.audit import verify


@pytest.fixture
def cluster(installation, journey, monkeypatch):
    """Point the command at the server that the journey ran on."""
    environment = installation.cluster.environment
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD"):
        monkeypatch.setenv(name, environment[name])
    return environment


def test_command_agrees_with_the_screen(cluster, journey, capsys):
    found = journey.facts["audit"]
    known = f"{found['count']}:{found['head']}"
    assert verify.main(["--database", journey.database, "--known", known]) == 0
    assert "head " in capsys.readouterr().out
    wrong = f"{found['count']}:{'0' * 64}"
    assert verify.main(["--database", journey.database, "--known", wrong]) == 1
    later = f"{10**9}:{found['head']}"
    assert verify.main(["--database", journey.database, "--known", later]) == 1
    assert "shorter than it was" in capsys.readouterr().out


def test_command_prints_the_head_of_each_day(cluster, journey, capsys):
    assert verify.main(["--database", journey.database, "--heads"]) == 0
    *days, links, head, _unsealed = capsys.readouterr().out.splitlines()
    number, link = days[-1].split()[1].split(":")
    assert links.split()[-1] == number
    assert head.split()[-1] == link
    assert verify.main(["--database", journey.database, "--known", days[-1][11:]]) == 0


@pytest.fixture
def connection(cluster, journey):
    """A connection of its own; what a test does on it is taken back, failed or not."""
    opened = psycopg2.connect(
        host=cluster["PGHOST"],
        port=cluster["PGPORT"],
        user=cluster["PGUSER"],
        password=cluster["PGPASSWORD"],
        dbname=journey.database,
    )
    yield opened
    opened.rollback()
    opened.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE khbs_audit_event SET user_id = user_id %% 2 + 1 WHERE id = %(event)s",
        "UPDATE khbs_audit_event SET act = act || '.' WHERE id = %(event)s",
        "UPDATE khbs_audit_event SET at = at + '1 s' WHERE id = %(event)s",
        "DELETE FROM khbs_audit_seal WHERE seq = 3",
        "UPDATE khbs_audit_seal SET hash = repeat('a', 64) WHERE seq = 3",
        "UPDATE khbs_audit_seal SET prev_hash = repeat('a', 64) WHERE seq = 3",
    ],
)
def test_change_is_found_at_its_link(connection, change):
    with connection.cursor() as cursor:
        for table in ("khbs_audit_event", "khbs_audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SELECT event_id FROM khbs_audit_seal WHERE seq = 3")
        cursor.execute(change, {"event": cursor.fetchone()[0]})
        assert cursor.rowcount == 1
    with pytest.raises(verify.Broken) as broken:
        verify.verify(connection)
    assert broken.value.seq == 3
