# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Authorise claims online, one a call (DESIGN 6).

A prefork server with two workers answers POST /edc/v1 to four connections; the requests
are signed before. No terminal sends more than its limit a minute.

Reference: the route /bench/v1 on the same server (tools/bench/addons) gets the same
requests with both public keys. It checks the two signatures, inserts one authorisation
and commits.
"""

import base64
import contextlib
import hashlib
import json
import os
import statistics
import sys
import time
from pathlib import Path

from odoo.addons.khbs_cards.protocol import keys

from tools.setup import process, server
from tools.setup.state import REPOSITORY, State

from . import clients, field, seed
from .context import Figure
from .device import card_key, ulid

CONNECTIONS = 4
RUNS = 3
TERMINALS = 20  # of one run
CLAIMS = 30  # of each; half of what a minute admits
WARM_UP = 20
BLOCK = 116
REFERENCE = "/bench/v1"
ADDONS = REPOSITORY / "tools" / "bench" / "addons"


def measure(bench):
    with bench.env() as env:
        seed.households(env, bench.households)
        families = field.families(env, RUNS * TERMINALS * CLAIMS)
        rows = _rows(env, field.open_round(env, families))
        devices = _devices(env, families)
    bench.vacuum("khbs_authorisation", "khbs_entitlement", "khbs_lease_hold")
    with _server(bench) as port:
        runs = [
            _run(
                port,
                list(zip(devices[run::RUNS] * CLAIMS, rows[run::RUNS], strict=True)),
            )
            for run in range(RUNS)
        ]
    number = len(rows) / RUNS - WARM_UP
    ratio = sum(bare for bare, *_ours in runs) / sum(ours for _bare, ours, _ in runs)
    best = number / min(ours for _bare, ours, _latencies in runs)
    yield Figure("authorise", best, "claims/s", ratio, ">=0.7")
    p95 = min(statistics.quantiles(taken, n=20)[-1] for *_seconds, taken in runs)
    yield Figure("authorise-p95", 1000 * p95, "ms")


def _run(port, share):
    """Return the seconds of all bare requests, of all ours, and of each of ours.

    In turns of a block, so that what else the machine does weighs on both.
    """
    bare_requests = [_bare_request(*each) for each in share]
    requests = [_request(*each) for each in share]
    for warm_up in (bare_requests[:WARM_UP], requests[:WARM_UP]):
        clients.run(port, warm_up, CONNECTIONS)
    bare, ours, latencies = 0, 0, []
    for first in range(WARM_UP, len(share), BLOCK):
        block = slice(first, first + BLOCK)
        bare += clients.run(port, bare_requests[block], CONNECTIONS)[0]
        seconds, taken = clients.run(port, requests[block], CONNECTIONS)
        ours += seconds
        latencies += taken
    return bare, ours, latencies


def _rows(env, open_round):
    """Return a line of a claim for each entitlement, with the card that may sign it."""
    env.cr.execute(
        """
        SELECT e.id, e.number AS e, b.code AS b, r.code AS p, e.amount AS a, c.card_no
          FROM khbs_entitlement e
          JOIN khbs_benefit b ON b.id = e.benefit_id
          JOIN khbs_round r ON r.id = e.round_id
          JOIN khbs_card c ON c.household_id = e.household_id AND c.state = 'active'
         WHERE e.round_id = %s ORDER BY e.id
        """,
        [open_round.id],
    )
    return env.cr.dictfetchall()


def _devices(env, families):
    """Return [(terminal's id, device)]."""
    at = field.point(env, families[:1])
    made = (field.terminal(env, at) for _number in range(RUNS * TERMINALS))
    return [(record.id, device) for record, device in made]


@contextlib.contextmanager
def _server(bench):
    """Serve the bench's database with two workers; yield the port."""
    state = State()
    state.log, state.root = state.folder / "log", False
    odoo = server.Odoo(
        state, sys.executable, os.environ["KHBS_ODOO_LIBRARY"], None, "bench"
    )
    odoo.keys = Path(os.environ["KHBS_KEYS"])
    addons = [f"{odoo.library}/odoo/addons", state.code / "addons", ADDONS]
    port = process.free_port()
    child = odoo.start(
        bench.database,
        port,
        state.logfile("bench-server"),
        workers=2,
        max_cron_threads=0,
        gevent_port=process.free_port(),
        addons_path=",".join(map(str, addons)),
        # Its route is served without the database knowing of it.
        load="base,web,khbs_bench",
        log_level="warn",
    )
    try:
        yield port
    finally:
        odoo.stop(child)


def _request(terminal, row):
    _terminal_id, device = terminal
    claim = device.claim(row, ulid())
    body, header = device.request("edc.claim.authorize", {"claim": claim})
    return clients.http_request("/edc/v1", body, header)


def _bare_request(terminal, row):
    """Return a request to the reference: equal signatures, keys and row in the body."""
    terminal_id, device = terminal
    jti = ulid()
    claim = device.claim(row, jti)
    _body, header = device.request("edc.claim.authorize", {"claim": claim})
    now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    body = json.dumps(
        {
            "claim": claim,
            "device_spki": base64.b64encode(device.spki).decode(),
            "card_spki": base64.b64encode(
                keys.spki(card_key(row["card_no"]).public_key())
            ).decode(),
            "row": [f"A-{jti}", terminal_id, jti]
            + [hashlib.sha256(claim.rpartition(".")[0].encode()).hexdigest()]
            + [row[name] for name in ("card_no", "id", "e", "b", "p", "a")]
            + [False, now, now],
        }
    )
    return clients.http_request(REFERENCE, body.encode(), header)
