# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""After the whole programme was played: no key in a dump of it, nor in its logs."""

import base64
import re
import subprocess
import sys
from pathlib import Path

import pytest
from database import connect
from played import DATABASE

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addons" / "khbs_cards"))

from protocol import keys, keystore  # noqa: E402


@pytest.fixture(scope="module")
def secrets(installation, journey):
    """{what: pattern} of the server's keys and of every card that was made."""
    ring = keystore.open_keyring(installation.odoo.keys)
    found = {"master": (installation.odoo.keys / "master").read_bytes()}
    for name in ring.store.names():
        key = ring.store.private_key(name)
        number = key.private_numbers().private_value.to_bytes(32, "big")
        found[name] = number.hex().encode()
        found[f"{name} base64"] = base64.b64encode(number[:30])
        pem = (installation.odoo.keys / f"{name}.pem").read_bytes()
        found[f"{name} PEM"] = pem.splitlines()[1][:40]
    with connect(installation, DATABASE) as connection, connection.cursor() as cr:
        cr.execute("SELECT card_no, guid FROM khbs_card WHERE spki_9e IS NOT NULL")
        for card_no, guid in cr.fetchall():
            k9b = keys.management_key(ring.master(), guid)
            found[f"9B of {card_no}"] = k9b.hex().encode()
            found[f"9B of {card_no} base64"] = base64.b64encode(k9b)
            # A number of eight digits may stand somewhere by chance: as a value only.
            puk = keys.puk(ring.master(), guid).encode()
            found[f"PUK of {card_no}"] = b'"' + puk + b'"'
    connection.close()
    assert len([what for what in found if what.startswith("9B")]) >= 10
    return found


def leaked(secrets, content):
    pattern = re.compile(b"|".join(re.escape(text) for text in secrets.values()))
    hits = {found[0] for found in pattern.finditer(content)}
    return sorted(what for what, text in secrets.items() if text in hits)


def test_no_key_is_in_a_dump(installation, secrets, tmp_path):
    dump = tmp_path / "dump.sql"
    subprocess.run(
        [f"{installation.cluster.programs}/pg_dump", "-f", dump, DATABASE],
        env=installation.cluster.environment,
        check=True,
    )
    content = dump.read_bytes()
    assert b"khbs_trust_bundle" in content and len(content) > 1_000_000
    assert leaked(secrets, content) == []


def test_no_key_is_in_a_file_or_a_log(installation, secrets):
    files = installation.odoo.data / "filestore" / DATABASE
    paths = [*files.rglob("*"), *installation.state.log.rglob("*")]
    paths = [path for path in paths if path.is_file()]
    assert len(paths) > 10
    for path in paths:
        assert leaked(secrets, path.read_bytes()) == [], path


def test_each_use_of_a_key_was_recorded(installation, journey):
    """As many certificates as events, and an event for each lease that was signed."""
    with connect(installation, DATABASE) as connection, connection.cursor() as cr:
        cr.execute(
            """
            SELECT (SELECT count(*) FROM khbs_audit_event
                     WHERE act = 'key.use' AND data ->> 'for' = 'card.certificate'),
                   (SELECT count(*) FROM khbs_audit_event WHERE act = 'card.certify'),
                   (SELECT count(*) FROM khbs_audit_event
                     WHERE act = 'key.use' AND data ->> 'for' = 'lease'),
                   (SELECT count(*) FROM khbs_lease),
                   (SELECT count(*) FROM khbs_audit_event WHERE act = 'trust.load')
            """
        )
        certified, certificates, leased, leases, bundles = cr.fetchone()
    connection.close()
    assert certified == certificates > 0
    assert leased == leases > 0
    assert bundles == 1
