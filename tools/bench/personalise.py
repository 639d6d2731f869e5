# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Personalise cards, the server's side (DESIGN 6).

In process: endpoint.serve, as a worker calls it, for each of the three calls of a card
(station.job.next, certify, done), each on a cursor of its own from the signed HTTP body
to the commit. The cards and their stations are played here and not counted; the
stations work in turn, as many as one server has (a card takes one some ten seconds).

Reference: three equal transactions a card. They check the same signatures, parsed and
with keys loaded before, issue the same certificate and put the rows that the programme
wrote of such a card into the same tables: a bare INSERT for each table, a bare UPDATE
of the card and of its job, and commit. The rows come from calls that the programme
answered and rolled back.
"""

import contextlib
import hashlib
import itertools
import json
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from odoo.addons.khbs_cards import authority
from odoo.addons.khbs_cards.protocol import base64url, certificate, jws, keys, perso
from odoo.addons.khbs_edc.rpc import endpoint

from . import seed
from .context import Figure, stopwatch
from .device import Device, card_key

CARDS = 15  # of one block
BLOCKS = 30
STATIONS = 30
# What a card adds, in the order of the foreign keys; and what it changes.
ADDED = ["khbs_card_key", "khbs_card_event", "khbs_audit_event"]
CHANGED = ["khbs_card", "khbs_card_job", "khbs_card_station"]
# Written by their own unlogged table, one a call.
SEEN = "INSERT INTO khbs_edc_seen_request (iss, jti) VALUES (%s, %s)"


def measure(bench):
    with bench.env() as env:
        seed.households(env, bench.households)
        stations = itertools.cycle([_station(env) for _number in range(STATIONS)])
        _order(env, 2 * BLOCKS * CARDS)
    bench.vacuum(*ADDED, *CHANGED)
    # In turns of a block, so that what else the machine does weighs on both.
    bare = ours = 0
    for _block in range(BLOCKS):
        bare += _bare_block(bench, _recorded(bench, stations))
        ours += sum(_card(bench, next(stations))[0] for _number in range(CARDS))
    rate = BLOCKS * CARDS / ours
    yield Figure("personalise", rate, "cards/s", bare / ours, ">=0.5")


def _station(env):
    """Return the device of a station that may ask as often as it likes."""
    for name in ("khbs.edc_device_limit", "khbs.edc_station_limit"):
        env["ir.config_parameter"].set_param(name, str(10**6))
    area = env.ref("khbs_registry.area_62")
    record = env["khbs.terminal"].create({"kind": "station", "area_id": area.id})
    device = Device(env)
    device.tid = record.code
    fingerprint = keys.fingerprint(record.code, device.spki)
    record._take_key(device.spki, fingerprint, {})
    seen = record._content_sha256()
    record.with_context(khbs_seen=seen).action_approve_key()
    return device


def _order(env, number):
    """Queue a card for *number* families that have none; no other card waits."""
    env.cr.execute(
        "UPDATE khbs_card_job SET state = 'failed'"
        " WHERE state IN ('waiting', 'leased', 'certified')"
    )
    env.cr.execute(
        """
        SELECT h.id FROM khbs_household h
         WHERE h.state = 'decided'
           AND NOT EXISTS (SELECT FROM khbs_card c WHERE c.household_id = h.id)
         ORDER BY h.id DESC LIMIT %s
        """,
        [number],
    )
    families = [household for (household,) in env.cr.fetchall()]
    if len(families) < number:
        raise SystemExit("This figure needs more --households without a card.")
    env["khbs.card"]._allocate(env["khbs.household"].browse(families), "card")


def _card(bench, station, serve=endpoint.serve, cursor=None):
    """Let *station* personalise the next card.

    :param cursor: context manager of the cursor of each call
    :return: (seconds of its three calls, what each of them signed)
    """
    cursor = cursor or bench.registry.cursor
    seconds, signed = 0, []

    def call(method, params, *proofs):
        nonlocal seconds
        body, header = station.request(method, params)
        with cursor() as cr, stopwatch() as taken:
            answer = serve(bench.environment(cr), header, body, "127.0.0.1")
        if "result" not in answer:
            raise SystemExit(f"{method}: {answer}")
        seconds += taken[0]
        signed.append([(station.key, header.split()[1]), *proofs])
        return answer["result"]

    job = call("station.job.next", {})
    key = card_key(f"{job['card_no']} {uuid.uuid4()}")
    spki = keys.spki(key.public_key())
    proof = _proof(key, spki, station.prg, job, job["nonce"])
    params = {"job": job["job"], "spki": [base64url.encode(spki)], "perso": [proof]}
    answer = call("station.job.certify", params, (key, proof))
    written = [
        base64url.encode(hashlib.sha256(base64url.decode(der)).digest())
        for der in answer["certs"]
    ]
    nonce = perso.done_nonce(job["nonce"], written)
    proof = _proof(key, spki, station.prg, job, nonce)
    params = {"job": job["job"], "atr": "3B80800101", "certs_sha": written}
    call("station.job.done", {**params, "transcript": [proof]}, (key, proof))
    return seconds, signed


def _proof(key, spki, prg, job, nonce):
    payload = {
        "prg": prg,
        "job": job["job"],
        "nonce": nonce,
        "card_no": job["card_no"],
        "spki_sha": [base64url.encode(keys.spki_sha256(spki))],
    }
    return jws.sign(key, job["card_no"], "khbs-perso+jwt", payload)


def _recorded(bench, stations):
    """Return [(signatures, rows, changes)] of each call of a block of cards.

    The programme answers the calls in one transaction that is rolled back.
    """
    calls = []
    with bench.registry.cursor() as cr:

        @contextlib.contextmanager
        def cursor():
            last = {table: _last_id(cr, table) for table in ADDED}
            before = {table: _versions(cr, table) for table in CHANGED}
            yield cr
            bench.environment(cr).flush_all()
            rows = [
                (table, *found)
                for table in ADDED
                if (found := _rows(cr, table, "id > %s", last[table]))
            ]
            changes = []
            for table in CHANGED:
                now = _versions(cr, table)
                touched = [key for key in now if now[key] != before[table].get(key)]
                if touched:
                    changes.append((table, *_rows(cr, table, "id = ANY(%s)", touched)))
            calls.append((rows, changes))

        signed = []
        for _number in range(CARDS):
            signed += _card(bench, next(stations), endpoint._serve, cursor)[1]
        cr.rollback()
    return [
        ([_signature(*each) for each in proofs], *recorded)
        for proofs, recorded in zip(signed, calls, strict=True)
    ]


def _bare_block(bench, calls):
    """Return the seconds of the bare calls."""
    with bench.env() as env:
        kid, ca_key = authority.signer(env, "ca", "bench")
        ca = authority.ca_certificate(env, kid)
    subject = card_key("bench").public_key()
    seconds = 0
    for place, (signatures, rows, changes) in enumerate(calls):
        with bench.registry.cursor() as cr, stopwatch() as taken:
            for key, signature, message in signatures:
                key.verify(signature, message, ECDSA(hashes.SHA256()))
            if place % 3 == 1:
                certificate.issue(
                    ca_key, ca, subject, "9E", "KH01000000000", str(uuid.uuid4())
                )
            cr.execute(SEEN, ["S9999", str(uuid.uuid4())])
            for table, columns, values in rows:
                cr.execute_values(f"INSERT INTO {table} ({columns}) VALUES %s", values)
            if place % 3 == 1:
                # The guard of the table takes a card through each of its states.
                [card] = [rows[0][0] for name, _, rows in changes if name == CHANGED[0]]
                cr.execute("UPDATE khbs_card SET state = 'keyed' WHERE id = %s", [card])
            for table, columns, [values] in changes:
                marks = ", ".join(["%s"] * len(values))
                cr.execute(
                    f"UPDATE {table} SET ({columns}) = ROW({marks}) WHERE id = %s",
                    [*values, values[0]],
                )
            cr.commit()
        seconds += taken[0]
    return seconds


def _signature(key, text):
    """Return (public key, DER signature, message) of a JWS."""
    token = jws.parse(text)
    der = encode_dss_signature(
        int.from_bytes(token.signature[:32], "big"),
        int.from_bytes(token.signature[32:], "big"),
    )
    return key.public_key(), der, token.signing_input


def _last_id(cr, table):
    cr.execute(f"SELECT COALESCE(max(id), 0) FROM {table}")
    return cr.fetchone()[0]


def _versions(cr, table):
    """Return id to the place of the newest rows of *table*: a change moves them."""
    cr.execute(
        f"SELECT id, ctid::text FROM {table} ORDER BY id DESC LIMIT %s",
        [2 * BLOCKS * CARDS],
    )
    return dict(cr.fetchall())


def _rows(cr, table, condition, value):
    """Return (columns, rows) that meet the condition, None if there is none."""
    cr.execute(f"SELECT * FROM {table} WHERE {condition} ORDER BY id", [value])
    rows = [tuple(map(_adapted, row)) for row in cr.fetchall()]
    if not rows:
        return None
    return ", ".join(f'"{column.name}"' for column in cr.description), rows


def _adapted(value):
    return json.dumps(value) if isinstance(value, list | dict) else value
