# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Take in the journals of terminals that worked offline (DESIGN 6).

In process: endpoint.serve, as a worker calls it, on a cursor of its own for each call
of 200 entries, from the signed HTTP body to the commit; only Werkzeug is left out.
Every journal holds 1,000 claims under a lease and ends with close and sync, so the last
call dates, settles and books all of it.

Reference: the same number of equal calls. Each verifies the signatures of its 200
entries and of the claims in them, parsed and decoded before, with keys loaded before;
then it puts the rows that the programme made of such a call into the same tables by one
bare INSERT for each table, and commits. The rows come from a second terminal whose
journal the programme took in and rolled back.
"""

import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from odoo.addons.khbs_cards.protocol import jws
from odoo.addons.khbs_edc.rpc import endpoint

from . import field, seed
from .context import Figure, stopwatch
from .device import card_key

FAMILIES = 1000  # of one lease, the most it holds
RUNS = 3
BATCH = 200
# In the order of their foreign keys.
TABLES = [
    "khbs_journal_entry",
    "khbs_claim",
    "khbs_claim_line",
    "khbs_settlement",
    "khbs_claim_outcome",
    "khbs_claim_primary",
    "khbs_claim_posting",
]
READ = ["khbs_entitlement", "khbs_lease_hold", "khbs_lease_row", "khbs_card"]


def measure(bench):
    devices = _prepare(bench)
    bench.vacuum(*TABLES, *READ)
    entries = sum(len(device.entries) for device in devices[1::2]) / RUNS
    runs = [
        _run(bench, *pair) for pair in zip(devices[::2], devices[1::2], strict=True)
    ]
    ours = [sum(ours) for _bare, ours in runs]
    ratio = sum(sum(bare) for bare, _ours in runs) / sum(ours)
    yield Figure("push", entries / min(ours), "entries/s", ratio, ">=0.5")


def _run(bench, twin, device):
    """Return the seconds of each bare call and of each of the programme's, in turns.

    In turns, so that what else the machine does weighs on both.
    """
    references = [
        (_signatures(twin, texts), rows)
        for texts, rows in zip(_calls(twin), _rows_of(bench, twin), strict=True)
    ]
    bare, ours = [], []
    for reference, texts in zip(references, _calls(device), strict=True):
        bare.append(_bare(bench, *reference))
        with bench.registry.cursor() as cr:
            ours.append(_serve(bench.environment(cr), device, texts))
    return bare, ours


def _prepare(bench):
    """Return devices with a journal of a shift each; no two share a family."""
    devices = []
    with bench.env() as env:
        seed.households(env, bench.households)
        everybody = field.families(env, 2 * RUNS * FAMILIES)
        field.open_round(env, everybody)
        for first in range(0, len(everybody), FAMILIES):
            group = everybody[first : first + FAMILIES]
            record, device = field.terminal(env, field.point(env, group))
            device.work_offline(*field.lease(env, record))
            devices.append(device)
    return devices


def _calls(device):
    """Return the entries of each call."""
    entries = device.entries
    return [entries[first : first + BATCH] for first in range(0, len(entries), BATCH)]


def _serve(env, device, texts, serve=endpoint.serve):
    body, header = device.request("edc.journal.push", {"entries": texts})
    with stopwatch() as taken:
        answer = serve(env, header, body, "127.0.0.1")
    statuses = {result["status"] for result in answer["result"]["results"]}
    if statuses != {"stored"}:
        raise SystemExit(f"The journal was not taken in: {statuses}")
    return taken[0]


def _bare(bench, signatures, rows):
    """Return the seconds of the signature checks and the bare inserts of one call."""
    with bench.registry.cursor() as cr, stopwatch() as taken:
        for key, signature, message in signatures:
            key.verify(signature, message, ECDSA(hashes.SHA256()))
        for table, columns, values in rows:
            cr.execute_values(
                f"INSERT INTO {table} ({columns}) VALUES %s", values, page_size=BATCH
            )
        cr.commit()
    return taken[0]


def _signatures(device, texts):
    """Return (key, DER signature, message) of each entry and of each claim in it."""
    found = []
    for text in texts:
        entry = jws.parse(text)
        found.append((device.key.public_key(), entry))
        if entry.payload["ev"] == "claim":
            claim = jws.parse(entry.payload["d"]["jws"])
            found.append((card_key(claim.kid).public_key(), claim))
    return [
        (
            key,
            encode_dss_signature(
                int.from_bytes(token.signature[:32], "big"),
                int.from_bytes(token.signature[32:], "big"),
            ),
            token.signing_input,
        )
        for key, token in found
    ]


def _rows_of(bench, device):
    """Return, of each call, (table, columns, rows) as the programme inserts them."""
    calls = []
    with bench.registry.cursor() as cr:
        env = bench.environment(cr)
        for texts in _calls(device):
            last = {table: _last_id(cr, table) for table in TABLES}
            _serve(env, device, texts, endpoint._serve)
            calls.append(
                [
                    (table, *found)
                    for table in TABLES
                    if (found := _inserted(cr, table, last[table]))
                ]
            )
        cr.rollback()
    return calls


def _last_id(cr, table):
    cr.execute(f"SELECT COALESCE(max(id), 0) FROM {table}")
    return cr.fetchone()[0]


def _inserted(cr, table, last):
    """Return (columns, rows) above the id *last*, None if there is none."""
    cr.execute(f"SELECT * FROM {table} WHERE id > %s ORDER BY id", [last])
    rows = [tuple(map(_adapted, row)) for row in cr.fetchall()]
    if not rows:
        return None
    return ", ".join(column.name for column in cr.description), rows


def _adapted(value):
    return json.dumps(value) if isinstance(value, list | dict) else value
