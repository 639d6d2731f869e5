# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Last station: the auditor has the chain of events recomputed."""

import time

# The sealer runs every minute and at once when the auditor looks; it is waited for,
# but not for ever.
PATIENCE_SECONDS = 150


def run(journey):
    """Verify the chain as the auditor does on the screen.

    Leaves what was found in ``journey.facts["audit"]``: count, head, broken_seq,
    unsealed.
    """
    auditor = journey.erp("auditor")
    found = verify(auditor)
    whole = found["count"] + found["unsealed"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while found["count"] < whole and time.monotonic() < deadline:
        time.sleep(1)
        found = verify(auditor)
    if found["broken_seq"] or found["count"] < whole:
        raise AssertionError(f"the audit chain does not hold: {found}")
    journey.facts["audit"] = found


def verify(auditor):
    """Press the button and return what the form shows."""
    action = auditor.call("khbs.audit.seal", "action_verify", [])
    return auditor.read_one(
        action["res_model"],
        action["res_id"],
        ["count", "head", "broken_seq", "reason", "unsealed", "unsealed_since"],
    )
