# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the reference terminal does in the journey; the office acts in ``edc``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "clients"))

from khbs_terminal import Refusal, Sheet, Terminal  # noqa: E402

# The operator that the office has to put on each terminal before it is approved.
OPERATOR = "OP1"
PASSWORD = "petugas-loket"
# Bukit Batu, within 15 metres: degrees x 1e6 and metres.
PLACE = [-2_047_000, 113_468_000, 15]


def enrol(journey, tid, code, root_fp, serial=""):
    """Return a new terminal that has presented its one-time code.

    Its fingerprint, which an officer compares, stays in
    ``journey.facts["terminal_fingerprints"][tid]``.

    :param root_fp: SHA-256 of the root's key from the enrolment sheet, hex
    :param serial: of the hardware, where the office has noted one
    """
    sheet = Sheet(
        url=journey.url,
        tid=tid,
        root_sha256=root_fp.lower(),
        prg=_parameter(journey, "khbs.prg", "KHBS"),
        aud=_parameter(journey, "khbs.edc_aud", "khbs-edc"),
    )
    terminal = Terminal(journey.folder / f"terminal-{tid}", sheet)
    fingerprint = terminal.enrol(code, serial=serial)
    journey.facts.setdefault("terminal_fingerprints", {})[tid] = fingerprint
    return terminal


def prepare(terminal):
    """Take trust, configuration, list and lease of an approved terminal."""
    state = terminal.check_enrolment()
    if state != "ACTIVE":
        raise AssertionError(f"terminal {terminal.sheet.tid} is {state}")
    terminal.synchronise()
    return terminal.status()


def serve_offline(terminal, cards, op=OPERATOR, password=PASSWORD):
    """Serve the families of *cards* in one shift without the network.

    :param cards: objects with ``transmit(bytes) -> bytes``
    :return: dict ``served`` (card_no, jti, e, total, receipt of each family),
        ``refused`` (the reasons, in order) and ``total`` in rupiah
    """
    before = terminal.requests_sent
    served, refused = [], []
    terminal.open(op, password)
    for card in cards:
        try:
            claim = terminal.serve(card, identity_seen=True, gps=PLACE)
        except Refusal as refusal:
            refused.append(refusal.why)
            continue
        served.append(
            {
                "card_no": claim.card_no,
                "jti": claim.jti,
                "e": [line.e for line in claim.lines],
                "total": claim.total,
                "receipt": claim.receipt,
            }
        )
    _count, total = terminal.close_shift()
    if terminal.requests_sent != before:
        raise AssertionError("an offline act used the network")
    return {"served": served, "refused": refused, "total": total}


def push(terminal):
    """Synchronise, deliver the journal and return the outcome of each line.

    :return: dict ``status`` of the terminal and ``outcomes``, a list of
        (seq, entitlement number, code)
    """
    terminal.synchronise()
    terminal.journal.verify()
    return {"status": terminal.status(), "outcomes": terminal.outcomes()}


def _parameter(journey, key, default):
    return journey.erp("admin").call("ir.config_parameter", "get_param", key, default)
